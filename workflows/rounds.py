"""The daily round: deadlines that belong to no step of a case (T13, T14, T15; DOMAIN.md 3.4)."""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from models import jobs, journal
from models.base import OFFICE_ZONE, now, today
from models.deadlines import Deadlines, deadlines_of, start_of
from models.drafts import clear_drafts
from models.held_forms import HELD_FOR, clear_held_forms
from models.journal import Audience, Entry
from models.mentors import MAY_BE_PROPOSED, Mentor, MentorStatus
from models.referrals import IN_TANDEM, Referral, ReferralStatus
from models.security_events import forget_security_events
from models.session import db, transaction
from models.sign_ins import clear_attempts
from models.submissions import Submission
from models.user_sessions import clear_sessions
from workflows.desk.undoing import UNDO_TIME
from workflows.drafts import end_unsent_drafts
from workflows.notices import tell
from workflows.role_requests import let_lapse

KEY = "daily-round"
#: How long security events are kept: two years.
SECURITY_KEPT = timedelta(days=730)
#: How long it is known from where somebody was signed in.
SESSIONS_KEPT = timedelta(days=90)


def make_round() -> None:
    """Everything that a new day brings; done twice on a day it changes nothing."""
    with transaction():
        expired_extracts()
        status_controls()
        follow_up_surveys()
        clear_drafts(now() - UNDO_TIME)
        end_unsent_drafts()
        clear_sessions(now() - SESSIONS_KEPT)
        clear_attempts(now() - SESSIONS_KEPT)
        clear_held_forms(now() - HELD_FOR)
        let_lapse()
        forget_security_events(now() - SECURITY_KEPT)
        jobs.put("daily_round", _tomorrow(), key=KEY)


def expired_extracts() -> None:
    """T14: a mentor whose extract has run out is paused until a new one was seen."""
    expired = sa.select(Mentor).where(
        Mentor.extract_valid_until < today(), Mentor.status.in_(MAY_BE_PROPOSED)
    )
    for mentor in db.scalars(expired):
        mentor.status = MentorStatus.ON_HOLD
        journal.write("extract_expired", by=None, provider_id=mentor.provider_id, mentor=mentor.id)


def status_controls() -> None:
    """T15: ask the case manager at intervals whether somebody's legal status has changed."""
    running = sa.select(Referral).where(Referral.status.in_(IN_TANDEM))
    for case in list(db.scalars(running).unique()):
        since = max(case.received_on, _last(case, "status_control"), _last_change(case))
        if _table(case).after("T15", since) <= today():
            tell("status_control", case, "case_manager")
            journal.write(
                "status_control",
                by=None,
                referral_id=case.id,
                provider_id=case.provider_id,
                audience=Audience.OFFICE,
            )


def follow_up_surveys() -> None:
    """T13: some months after the end, with consent, the coordinator asks how it went on."""
    ended = sa.select(Referral).where(
        Referral.status.in_([ReferralStatus.COMPLETED, ReferralStatus.TERMINATED]),
        Referral.survey_consent,
        Referral.ended_on.is_not(None),
    )
    for case in list(db.scalars(ended).unique()):
        due = _table(case).after("T13", case.ended_on or today())
        if due <= today() and _last(case, "follow_up_due") == date.min:
            tell("follow_up_survey", case, "coordinator")
            journal.write(
                "follow_up_due", by=None, referral_id=case.id, provider_id=case.provider_id
            )


def _table(case: Referral) -> Deadlines:
    return deadlines_of(case.program_id)


def _last(case: Referral, event: str) -> date:
    """The day this last happened to a case, or the beginning of time."""
    moment = db.scalar(
        sa.select(sa.func.max(Entry.at)).where(Entry.referral_id == case.id, Entry.event == event)
    )
    return moment.astimezone(OFFICE_ZONE).date() if moment else date.min


def _last_change(case: Referral) -> date:
    moment = db.scalar(
        sa.select(sa.func.max(Submission.at)).where(
            Submission.referral_id == case.id, Submission.form_key == "status_change"
        )
    )
    return moment.astimezone(OFFICE_ZONE).date() if moment else date.min


def _tomorrow() -> datetime:
    morning = start_of(today() + timedelta(1))
    return datetime.combine(morning.date(), time(5), OFFICE_ZONE)
