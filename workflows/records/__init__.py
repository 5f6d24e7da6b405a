"""Which answers become columns, by form key: those that lists, reports or erasure need."""

from workflows.records import matching, persons, referrals, tandems
from workflows.records.filing import keep
from workflows.records.matching import free_place, hold_place, needs_extract
from workflows.records.persons import new_mentee
from workflows.records.referrals import refer

__all__ = [
    "free_place",
    "hold_place",
    "keep",
    "matching",
    "needs_extract",
    "new_mentee",
    "persons",
    "refer",
    "referrals",
    "tandems",
]
