"""The selects of the page of security events: lines of the journal that have a group."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from models.journal import Entry, Group
from models.session import db

#: So many on a page.
A_PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for.

    Attributes:
        user_id: whom they are about, or who did it; 0 for everybody.
        since, until: moments; `until` is not within.
        before: the key below which a page begins; 0 for the newest.
    """

    group: Group | None = None
    user_id: int = 0
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


def security_events(wanted: Wanted) -> tuple[list[Entry], bool]:
    """One page, the newest first, and whether there are older ones."""
    select = sa.select(Entry).where(Entry.security.is_not(None))
    if wanted.group:
        select = select.where(Entry.security == wanted.group)
    if wanted.user_id:
        about = Entry.facts["user"].as_integer() == wanted.user_id
        select = select.where(sa.or_(Entry.by_id == wanted.user_id, about))
    if wanted.since:
        select = select.where(Entry.at >= wanted.since)
    if wanted.until:
        select = select.where(Entry.at < wanted.until)
    if wanted.before:
        select = select.where(Entry.id < wanted.before)
    found = list(db.scalars(select.order_by(Entry.id.desc()).limit(A_PAGE + 1)))
    return found[:A_PAGE], len(found) > A_PAGE


def forget_security_events(before: datetime) -> int:
    """Remove what is too old to be kept; how many. Call inside a transaction."""
    old = sa.delete(Entry).where(
        Entry.security.is_not(None), Entry.referral_id.is_(None), Entry.at < before
    )
    return int(db.execute(old).rowcount)  # type: ignore[attr-defined]
