"""The verbs on the mentors' register: enter, edit; and a provider's pause of intake."""

from datetime import date

from models import journal
from models.base import today
from models.mentors import Mentor, MentorStatus
from models.organisations import Organisation
from models.people import PROVIDER_ROLES, User
from models.session import db, transaction
from workflows.desk import FilledForm
from workflows.errors import NotAllowed


def enter_mentor(filled: FilledForm, provider: Organisation, *, by: User) -> Mentor:
    """Add a volunteer to a provider's register. Raises NotAllowed."""
    _of_provider(by, provider.id)
    with transaction():
        mentor = Mentor(provider_id=provider.id)
        _write(mentor, filled)
        db.add(mentor)
        db.flush()
        journal.write("mentor_entered", by=by, provider_id=provider.id, mentor=mentor.id)
    return mentor


def edit_mentor(mentor: Mentor, filled: FilledForm, *, by: User) -> None:
    """Change a volunteer's card. Raises NotAllowed."""
    _of_provider(by, mentor.provider_id)
    with transaction():
        _write(mentor, filled)
        journal.write("mentor_edited", by=by, provider_id=mentor.provider_id, mentor=mentor.id)


def pause_intake(provider: Organisation, reason: str | None, *, by: User) -> None:
    """Stop taking referrals for a while, or take them again with no reason. Raises NotAllowed.

    Referrals still arrive and are kept; offices see the pause before they choose a programme.
    """
    _of_provider(by, provider.id)
    with transaction():
        provider.intake_paused_on = today() if reason else None
        provider.intake_pause_reason = reason
        journal.write(
            "intake_paused" if reason else "intake_resumed", by=by, provider_id=provider.id
        )


def _of_provider(by: User, provider_id: int) -> None:
    if provider_id not in by.organisation_ids(PROVIDER_ROLES):
        raise NotAllowed("this register belongs to another provider")


def _write(mentor: Mentor, filled: FilledForm) -> None:
    answers = filled.answers
    mentor.last_name, mentor.first_name = answers["last_name"], answers["first_name"]
    mentor.date_of_birth, mentor.sex = answers["date_of_birth"], answers["sex"]
    mentor.municipality_id = (
        int(answers["municipality_id"]) if "municipality_id" in answers else None
    )
    mentor.status = MentorStatus(answers["status"])
    mentor.max_mentees = int(answers["max_mentees"])
    mentor.extract_seen_on = _day(answers.get("extract_seen_on"))
    mentor.extract_valid_until = _day(answers.get("extract_valid_until"))
    mentor.agreement_signed_on = _day(answers.get("agreement_signed_on"))
    mentor.answers = answers


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
