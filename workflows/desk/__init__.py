"""The verbs: a case changes only through one of these, each with its named actor."""

from workflows.desk.access import may_work_on, readings, referral_for, sides, task_for
from workflows.desk.belongings import (
    conversation,
    may_read_paper,
    own_papers,
    papers_of,
    place_of_writer,
)
from workflows.desk.mending import retry
from workflows.desk.rebinding import go_back, rebind
from workflows.desk.referrals import (
    correct,
    facts_for_form,
    hand_over,
    open_referral,
    possible_messages,
    possible_records,
    record,
    say,
    send,
)
from workflows.desk.remainders import remainder_for, remainders
from workflows.desk.tasks import assign, claim, release, save_draft, submit
from workflows.desk.undoing import can_undo, take_back
from workflows.filled import FilledForm

__all__ = [
    "FilledForm",
    "assign",
    "can_undo",
    "claim",
    "conversation",
    "correct",
    "facts_for_form",
    "go_back",
    "hand_over",
    "may_read_paper",
    "may_work_on",
    "open_referral",
    "own_papers",
    "papers_of",
    "place_of_writer",
    "possible_messages",
    "possible_records",
    "readings",
    "rebind",
    "record",
    "referral_for",
    "release",
    "remainder_for",
    "remainders",
    "retry",
    "save_draft",
    "say",
    "send",
    "sides",
    "submit",
    "take_back",
    "task_for",
]
