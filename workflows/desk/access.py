"""The only ways to a row: each asks who wants it."""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, lazyload

from models.journal import Audience
from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role, User
from models.processes import Run
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
    referral = task.referral
    return task.organisation_id in (referral.office_id, referral.provider_id)


def sides(user: User, referral: Referral) -> frozenset[Audience]:
    """What a person may read of a case besides what both sides may: the office's, the provider's."""
    seen = {Audience.BOTH}
    if referral.office_id in user.organisation_ids(OFFICE_ROLES):
        seen.add(Audience.OFFICE)
    if referral.provider_id in user.organisation_ids(PROVIDER_ROLES):
        seen.add(Audience.PROVIDER)
    return frozenset(seen)


def leads(user: User, organisation_id: int) -> bool:
    """True for who may hand out the work of an organisation."""
    roles = frozenset({Role.OFFICE_LEAD, Role.PROGRAM_LEAD})
    return organisation_id in user.organisation_ids(roles)
