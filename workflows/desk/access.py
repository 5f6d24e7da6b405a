"""The only ways to a row: each asks who wants it."""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, lazyload

from models.journal import Audience
from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role, User
from models.processes import Run
from models.readers import COORDINATION, NOBODY, OFFICE, PROVIDER, Readers
from models.referrals import Referral, visible_to
from models.session import db
from models.tasks import Task
from workflows.errors import NotFound

#: When a case is read again, its people stay as they are: who acts is one of them.
KNOWN_PEOPLE = (lazyload(Referral.case_manager), lazyload(Referral.coordinator))


def referral_for(user: User, referral_id: int) -> Referral:
    """A case that a person may see. Raises NotFound, also for one that is not theirs."""
    found = db.scalar(visible_to(user).where(Referral.id == referral_id))
    if found is None:
        raise NotFound(f"referral {referral_id}")
    return found


def lock(referral_id: int) -> None:
    """Take a case for this transaction; verbs on one case follow each other.

    A statement of its own: PostgreSQL, having waited for the row, reads only that row anew, and what
    is joined to it would still be as it was before the wait. SQLite has one writer at a time anyway.
    """
    if db.get_bind().dialect.name != "sqlite":
        db.execute(sa.select(Run.id).where(Run.referral_id == referral_id).with_for_update())


def hold(referral: Referral) -> None:
    """Lock a case and read it again, as it is now."""
    lock(referral.id)
    db.scalars(
        sa.select(Referral)
        .where(Referral.id == referral.id)
        .options(*KNOWN_PEOPLE)
        .execution_options(populate_existing=True)
    ).one()


def task_for(user: User, task_id: int) -> Task:
    """A task of a person's queues, open or closed. Raises NotFound, also if it is not theirs."""
    task = db.scalar(
        sa.select(Task)
        .join(Task.referral)
        .options(contains_eager(Task.referral))
        .where(Task.id == task_id)
    )
    if task is None or not may_work_on(user, task):
        raise NotFound(f"task {task_id}")
    return task


def may_work_on(user: User, task: Task) -> bool:
    """True for the members of the task's queue, as long as the case is still with them."""
    if (task.organisation_id, task.role) not in user.groups():
        return False
    return task.organisation_id in holders(task.referral)


def holders(referral: Referral) -> set[int]:
    """The organisations that have a case now: its office, and its provider unless it gave it back."""
    provider = {referral.provider_id} if referral.with_provider else set()
    return {referral.office_id} | provider


def acts_for(user: User, referral: Referral, roles: frozenset[Role]) -> bool:
    """Whether a person has one of these roles at an organisation that has the case now."""
    office = referral.office_id in user.organisation_ids(roles & OFFICE_ROLES)
    provider = referral.provider_id in user.organisation_ids(roles & PROVIDER_ROLES)
    return office or (provider and referral.with_provider)


def readings(user: User, referral: Referral) -> Readers:
    """As whom a person reads a case. Everything that shows an answer asks this."""
    found = NOBODY
    if acts_for(user, referral, OFFICE_ROLES):
        found |= OFFICE
    if acts_for(user, referral, PROVIDER_ROLES):
        found |= PROVIDER
        if _coordinates(user, referral):
            found |= COORDINATION
    return found


def _coordinates(user: User, referral: Referral) -> bool:
    """Any coordinator of the provider until one has the case, then she; her programme lead always.

    Of a coordinator who has left nobody has it.
    """
    own, place = referral.coordinator, referral.provider_id
    if place in user.organisation_ids(frozenset({Role.PROGRAM_LEAD})):
        return True
    taken = own is not None and own.active and own.works_at(place, PROVIDER_ROLES)
    return not taken or referral.coordinator_id == user.id


def sides(user: User, referral: Referral) -> frozenset[Audience]:
    """What a person may read of a case besides what both sides may: the office's, the provider's."""
    seen = readings(user, referral)
    own = {Audience.OFFICE: OFFICE in seen, Audience.PROVIDER: PROVIDER in seen}
    return frozenset({Audience.BOTH, *(audience for audience, reads in own.items() if reads)})


def leads(user: User, organisation_id: int) -> bool:
    """True for who may hand out the work of an organisation."""
    roles = frozenset({Role.OFFICE_LEAD, Role.PROGRAM_LEAD})
    return organisation_id in user.organisation_ids(roles)
