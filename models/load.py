"""How much waits where: figures over all organisations, by element of a drawing."""

from typing import NamedTuple

import sqlalchemy as sa

from models.base import now
from models.processes import Run
from models.session import db
from models.tasks import Task


class Load(NamedTuple):
    """How many tasks wait at an element, and how many of them past their day."""

    element: str
    name: str
    waiting: int
    overdue: int


def load_of(diagram_id: int) -> list[Load]:
    """What waits in the cases of one version, the fullest element first."""
    overdue = sa.func.sum(sa.case((Task.due_at < now(), 1), else_=0))
    waiting = sa.func.count()
    rows = db.execute(
        sa.select(Task.element, sa.func.min(Task.name), waiting, overdue)
        .join(Run, Run.referral_id == Task.referral_id)
        .where(Task.closed_at.is_(None), Run.diagram_id == diagram_id)
        .group_by(Task.element)
        .order_by(waiting.desc(), Task.element)
    )
    return [Load(*row) for row in rows]
