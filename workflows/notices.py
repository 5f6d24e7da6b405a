"""Which event tells whom by mail: codes, recipients, values; the words are above, the sender too."""

from collections.abc import Iterable
from datetime import timedelta

from models import jobs
from models.base import now
from models.organisations import Organisation
from models.outbox import Mail, MailState
from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role, User, colleagues
from models.referrals import Referral
from models.session import db
from models.submissions import latest_answers

#: Mail of a step leaves a little later, so that the step can still be taken back.
GRACE_MINUTES = 2
GRACE = timedelta(minutes=GRACE_MINUTES)

#: About a case, told to one of its people; what a drawing may send.
OF_CASE = frozenset(
    {
        "acknowledgement",
        "new_referral",
        "items_asked",
        "items_reminder",
        "items_supplied",
        "check_overdue",
        "triage_overdue",
        "admitted",
        "declined",
        "forwarded",
        "lapsed",
        "interview_overdue",
        "review_asked",
        "answer_reminder",
        "meeting_reminder",
        "tandem_started",
        "check_in_reminder",
        "check_in_overdue",
        "report_reminder",
        "final_report",
        "withdrawn",
        "consent_revoked",
        "status_control",
        "follow_up_survey",
        "corrected",
        "message",
        "handed_over",
    }
)

NOTICES = OF_CASE | frozenset(
    {
        "incident",
        "document_infected",
        "draft_ending",
        "invitation",
        "password_reset",
        "role_added",
        "role_removed",
        "role_told",
        "role_asked",
        "role_refused",
        "readmitted",
        "factors_reset",
        "access_changed",
    }
)

RECIPIENTS = (
    "case_manager",
    "case_manager_and_deputy",
    "coordinator",
    "program_lead",
)


def tell(notice: str, referral: Referral, to: str, **facts: str) -> None:
    """Put a mail about a case into the outbox, for everybody who is meant.

    Raises:
        LookupError: no such notice or recipient.
    """
    if notice not in OF_CASE:
        raise LookupError(f"no notice about a case is called {notice}")
    for address, locale in _addresses(referral, to):
        post(
            notice,
            address,
            locale=locale,
            referral_id=referral.id,
            number=referral.number,
            **facts,
        )


def tell_of_access(user: User, changed: str) -> None:
    """Tell somebody what was changed in how they get in: it may not have been them."""
    post("access_changed", user.email, locale=user.locale, changed=changed)


def post(
    notice: str,
    address: str,
    *,
    locale: str | None,
    referral_id: int | None = None,
    **facts: str,
) -> None:
    """Put one mail into the outbox; sent by the worker, after the transaction and the grace time."""
    moment = now()
    after = moment + (GRACE if referral_id is not None else timedelta())
    mail = Mail(
        referral_id=referral_id,
        notice=notice,
        recipient=address,
        locale=locale or "de",
        facts=facts,
        state=MailState.WAITING,
        created_at=moment,
        send_after=after,
    )
    db.add(mail)
    db.flush()
    jobs.put("send_mail", after, mail=mail.id)


def belongs_to(user: User, organisation_id: int) -> list[tuple[str, str | None]]:
    """Whom to tell of what somebody began: her, or after she left the leads, else her colleagues."""
    roles = OFFICE_ROLES | PROVIDER_ROLES
    if user.active and user.works_at(organisation_id, roles):
        return list(_people([user], db.get_one(Organisation, organisation_id)))
    leads = colleagues(organisation_id, frozenset({Role.OFFICE_LEAD, Role.PROGRAM_LEAD}))
    others = leads or colleagues(organisation_id, roles)
    return list(_people(others, db.get_one(Organisation, organisation_id)))


def _addresses(referral: Referral, to: str) -> Iterable[tuple[str, str | None]]:
    if to in ("case_manager", "case_manager_and_deputy"):
        yield from _case_manager(referral)
        if to == "case_manager_and_deputy":
            deputy = latest_answers(referral.id, "referral").get("deputy_email")
            if deputy := deputy or referral.office.deputy_email:
                yield str(deputy), None
    elif to == "coordinator":
        yield from _people(_coordinators(referral), referral.provider)
    elif to == "program_lead":
        leads = colleagues(referral.provider_id, frozenset({Role.PROGRAM_LEAD}))
        yield from _people(leads or _coordinators(referral), referral.provider)
    else:
        raise LookupError(f"no recipient is called {to}")


def _coordinators(referral: Referral) -> list[User]:
    own = referral.coordinator
    if own is not None and own.active and own.works_at(referral.provider_id, PROVIDER_ROLES):
        return [own]
    people = colleagues(referral.provider_id, frozenset({Role.COORDINATOR}))
    return people or colleagues(referral.provider_id, PROVIDER_ROLES)


def _case_manager(referral: Referral) -> Iterable[tuple[str, str | None]]:
    """Who manages the case; of somebody who has left the leads, else everybody of the office."""
    manager = referral.case_manager
    if manager.active and manager.works_at(referral.office_id, OFFICE_ROLES):
        return _people([manager], referral.office)
    leads = colleagues(referral.office_id, frozenset({Role.OFFICE_LEAD}))
    return _people(leads or colleagues(referral.office_id, OFFICE_ROLES), referral.office)


def _people(users: list[User], of: Organisation) -> Iterable[tuple[str, str | None]]:
    """The addresses of people; of an organisation that has nobody there is still its own."""
    if not users and of.email:
        return [(of.email, None)]
    return [(user.email, user.locale) for user in users]
