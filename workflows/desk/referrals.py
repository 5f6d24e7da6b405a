"""The verbs on a case: open it, withdraw, end a tandem, revoke consent, reopen, correct, hand over."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from models import journal
from models.base import now, today
from models.documents import Document
from models.drafts import Draft
from models.incidents import IncidentKind
from models.journal import Audience
from models.messages import Message
from models.organisations import Organisation, OrganisationKind
from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role, User
from models.places import Municipality, region_of
from models.processes import latest_diagram
from models.programs import programs
from models.referrals import IN_TANDEM, Channel, Referral, ReferralStatus, next_number
from models.session import db, transaction
from models.submissions import Submission, latest_answers
from models.tasks import Task
from workflows.desk.access import acts_for, hold, sides
from workflows.desk.belongings import place_of_writer
from workflows.desk.moving import Moving
from workflows.diagrams.published import REFERRAL
from workflows.errors import NotAllowed, NotPossibleNow, StepFailed
from workflows.filled import FilledForm
from workflows.incidents import report
from workflows.messages import MESSAGES
from workflows.notices import tell
from workflows.records import keep, new_mentee, refer

#: Forms that only record something, and which side may.
RECORDS: dict[str, frozenset[Role]] = {
    "status_change": OFFICE_ROLES,
    "activity_log": PROVIDER_ROLES,
}


def open_referral(
    filled: FilledForm,
    *,
    office: Organisation,
    by: User,
    case_manager: User | None = None,
    channel: Channel = Channel.ONLINE,
    received_on: date | None = None,
    draft: Draft | None = None,
) -> Referral:
    """Register a person: number, record, first step of the process, acknowledgement.

    Args:
        office: the office that refers.
        case_manager: who manages the case; the acting person if left out.
        channel: paper and mail are entered afterwards, with their day of receipt.
        draft: the draft it was written in; its documents move to the case.

    Raises:
        NotPossibleNow: no process is published, or the draft was submitted before.
    """
    manager = case_manager or by
    with transaction():
        if draft is not None:
            db.refresh(draft, with_for_update=True)
            if draft.referral_id is not None:
                raise NotPossibleNow("this draft has been submitted already")
        if not (office.open_on(received_on or today()) or office.open_on(today())):
            raise NotPossibleNow("this office does not refer on that day")
        diagram = latest_diagram(REFERRAL)
        if diagram is None:
            raise NotPossibleNow("no process has been published")
        referral = _new(filled, office, manager, by, channel, received_on or today())
        journal.write(
            "received",
            by=by,
            referral_id=referral.id,
            audience=Audience.BOTH,
            channel=channel.value,
        )
        if draft is not None:
            draft.referral_id = referral.id
            draft.answers = {}
            db.execute(
                sa.update(Document)
                .where(Document.draft_id == draft.id)
                .values(referral_id=referral.id, organisation_id=referral.office_id)
            )
        Moving.start(referral, diagram, by).save()
    return referral


def _new(
    filled: FilledForm,
    office: Organisation,
    manager: User,
    by: User,
    channel: Channel,
    received_on: date,
) -> Referral:
    answers = filled.answers
    home = db.get_one(Municipality, int(answers["municipality_id"]))
    region = region_of(home.id, max(received_on, home.valid_from or received_on))
    if region is None:
        raise NotPossibleNow("this municipality belongs to no Sozialregion")
    first = next(iter(programs(on=today())), None)
    if first is None:
        raise NotPossibleNow("no programme has been set up")
    mentee = new_mentee(answers, by)
    referral = Referral(
        number=next_number(received_on.year),
        status=ReferralStatus.SUBMITTED,
        mentee=mentee,
        mentee_id=mentee.id,
        office=office,
        office_id=office.id,
        case_manager=manager,
        case_manager_id=manager.id,
        program=first,
        program_id=first.id,
        provider=first.provider,
        provider_id=first.provider_id,
        social_region=region,
        social_region_id=region.id,
        channel=channel,
        received_on=received_on,
        received_at=now(),
        entered_by_id=by.id,
    )
    refer(referral, answers)
    db.add(referral)
    db.flush()
    _submission(referral, filled, by)
    return referral


def _submission(referral: Referral, filled: FilledForm, by: User) -> None:
    db.add(
        Submission(
            referral_id=referral.id,
            form_key=filled.key,
            form_version=filled.version,
            answers=filled.answers,
            provider_id=referral.provider_id,
            by_id=by.id,
            at=now(),
        )
    )
    db.flush()


def possible_messages(referral: Referral, user: User) -> list[str]:
    """The forms by which this person could change the case's way where it stands now."""
    moving = Moving.load(referral.id, user, hold=False)
    heard = set() if moving.run.ended_at else moving.case.listens_to()
    return [
        form
        for form, (message, roles) in MESSAGES.items()
        if message in heard and acts_for(user, referral, roles)
    ]


def send(referral: Referral, filled: FilledForm, *, by: User) -> None:
    """Withdraw, end early, revoke consent or reopen, as the form says.

    Raises:
        NotAllowed: this is for the other side to do.
        NotPossibleNow: the case does not listen to it where it stands.
        StepFailed: the drawing could not go on; the answers are kept with an incident.
        Collision: somebody else moved the case meanwhile.
    """
    try:
        _send(referral, filled, by)
    except StepFailed as failed:
        report(IncidentKind.MESSAGE, referral.id, failed, filled=filled, by=by)
        raise


def _send(referral: Referral, filled: FilledForm, by: User) -> None:
    message, roles = MESSAGES[filled.key]
    with transaction():
        moving = Moving.load(referral.id, by)
        if not acts_for(by, referral, roles):
            raise NotAllowed(filled.key)
        if message not in moving.case.listens_to():
            raise NotPossibleNow(filled.key)
        _submission(referral, filled, by)
        keep(filled.key, referral, filled.answers, by)
        db.flush()
        moving.case.send(message, filled.routes)
        journal.write(filled.key, by=by, referral_id=referral.id, provider_id=referral.provider_id)
        moving.save()


def correct(referral: Referral, filled: FilledForm, *, by: User) -> list[str]:
    """Replace the answers of a submitted referral; the old ones stay in the record.

    Returns:
        The keys of the answers that changed; the provider is told of those that it reads.

    Raises:
        NotAllowed: only the office corrects what it has sent.
        NotPossibleNow: the case is over.
    """
    with transaction():
        hold(referral)
        if not acts_for(by, referral, OFFICE_ROLES):
            raise NotAllowed("correct")
        if referral.over:
            raise NotPossibleNow("correct")
        before = latest_answers(referral.id, filled.key)
        changed = sorted(
            key
            for key in before.keys() | filled.answers.keys()
            if before.get(key) != filled.answers.get(key)
        )
        if changed:
            _submission(referral, filled, by)
            keep(filled.key, referral, filled.answers, by)
            told = not filled.private.issuperset(changed)
            if told:
                referral.corrected_at = now()
                tell("corrected", referral, "coordinator")
            journal.write(
                "corrected",
                by=by,
                referral_id=referral.id,
                provider_id=referral.provider_id,
                audience=Audience.BOTH if told else Audience.OFFICE,
                fields=changed,
            )
    return changed


def possible_records(referral: Referral, user: User) -> list[str]:
    """The forms by which this person could record something on the case."""
    return [
        form
        for form, roles in RECORDS.items()
        if acts_for(user, referral, roles)
        and (form != "activity_log" or referral.status in IN_TANDEM | {ReferralStatus.CLOSING})
    ]


def record(referral: Referral, filled: FilledForm, *, by: User) -> None:
    """Keep a form that moves nothing, such as a change of legal status. Raises NotAllowed."""
    with transaction():
        hold(referral)
        if filled.key not in possible_records(referral, by):
            raise NotAllowed(filled.key)
        _submission(referral, filled, by)
        keep(filled.key, referral, filled.answers, by)
        journal.write(filled.key, by=by, referral_id=referral.id, provider_id=referral.provider_id)


def hand_over(referral: Referral, to: User, office: Organisation, *, by: User) -> None:
    """Give a case to another case manager, or to the office where the mentee moves.

    Raises:
        NotAllowed: the acting person is not of the office, or the other is not of the new one.
    """
    if office.kind is not OrganisationKind.OFFICE or not to.works_at(office.id, OFFICE_ROLES):
        raise NotAllowed("this person does not work at this office")
    with transaction():
        hold(referral)
        if not acts_for(by, referral, OFFICE_ROLES):
            raise NotAllowed("hand over")
        moved = referral.office_id != office.id
        referral.case_manager, referral.case_manager_id = to, to.id
        referral.office, referral.office_id = office, office.id
        referral.social_region_id = _region(office) or referral.social_region_id
        for task in db.scalars(
            sa.select(Task).where(Task.referral_id == referral.id, Task.closed_at.is_(None))
        ):
            if task.role in OFFICE_ROLES:
                task.organisation_id = office.id
                task.assignee_id = to.id if task.role is Role.CASE_MANAGER else None
            task.social_region_id = referral.social_region_id
        tell("handed_over", referral, "case_manager")
        journal.write(
            "handed_over",
            by=by,
            referral_id=referral.id,
            provider_id=referral.provider_id,
            to=to.name,
            office=office.name if moved else "",
        )


def _region(office: Organisation) -> int | None:
    """Where a person lives whose case an office takes over; one of several regions cannot tell."""
    if office.municipality_id:
        home = region_of(office.municipality_id, today())
        return home.id if home else None
    return office.areas[0].id if len(office.areas) == 1 else None


def say(referral: Referral, text: str, audience: Audience, *, by: User) -> Message:
    """Add to the conversation, or a note for one's own side.

    Raises:
        NotAllowed: a note for a side the person is not of.
    """
    with transaction():
        hold(referral)
        if audience not in sides(by, referral):
            raise NotAllowed("this side is not yours")
        message = Message(
            referral_id=referral.id,
            provider_id=referral.provider_id,
            organisation_id=place_of_writer(by, referral),
            by_id=by.id,
            at=now(),
            text=text,
            audience=audience,
        )
        db.add(message)
        if audience is Audience.BOTH:
            from_office = referral.office_id in by.organisation_ids(OFFICE_ROLES)
            tell("message", referral, "coordinator" if from_office else "case_manager")
    return message


def facts_for_form(referral: Referral) -> dict[str, Any]:
    """What a step's form starts with: the referral's answers that count now."""
    return latest_answers(referral.id, REFERRAL)
