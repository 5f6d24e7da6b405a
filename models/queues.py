"""Who works from which queue, and what nobody would see any more if somebody were gone."""

from collections.abc import Iterable

import sqlalchemy as sa

from models.people import COVERS, Membership, Role, User, queues_of
from models.session import db
from models.tasks import Task

#: (organisation id, role)
Queue = tuple[int, Role]


def works_from(user_id: int, queue: Queue) -> bool:
    """Whether somebody is active and works from a queue."""
    return db.scalar(_workers(queue).where(User.id == user_id).limit(1)) is not None


def lost_queues(user: User, memberships: Iterable[Membership]) -> set[Queue]:
    """The queues that a person no longer works from without these of their roles."""
    gone = {m.id for m in memberships}
    return queues_of(user.memberships) - queues_of(m for m in user.memberships if m.id not in gone)


def held_in(user: User, queues: set[Queue]) -> list[Task]:
    """The open tasks of these queues that a person holds."""
    mine = sa.select(Task).where(Task.assignee_id == user.id, Task.closed_at.is_(None))
    return [t for t in db.scalars(mine).unique() if (t.organisation_id, t.role) in queues]


def deserted(user: User, queues: set[Queue]) -> set[str]:
    """The organisations of these queues in which nobody would be left, whether or not work waits."""
    gone = {queue[0] for queue in queues if _without(user, queue)}
    return {m.organisation.name for m in user.memberships if m.organisation_id in gone}


def left_alone(user: User, queues: set[Queue]) -> int:
    """How many open tasks nobody would see if this person left these queues."""
    return sum(_open_in(queue) for queue in queues if _without(user, queue))


def _without(user: User, queue: Queue) -> bool:
    return db.scalar(_workers(queue).where(User.id != user.id).limit(1)) is None


def _workers(queue: Queue) -> sa.Select[int]:
    organisation_id, role = queue
    covering = [lead for lead, led in COVERS.items() if role in led]
    return (
        sa.select(User.id)
        .join(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.role.in_(covering))
        .where(User.active)
    )


def _open_in(queue: Queue) -> int:
    organisation_id, role = queue
    waiting = sa.select(sa.func.count()).select_from(Task).where(Task.closed_at.is_(None))
    return db.scalar(waiting.where(Task.organisation_id == organisation_id, Task.role == role)) or 0
