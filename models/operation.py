"""How the process runs: by element what waits, how long it took, how often each way was taken.

Times are counted in whole hours, in one pass over an index, so that a hundred thousand cases take no
longer to answer than the number of different hours; median and 90 % are exact to the hour.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.base import now
from models.passages import Passage
from models.processes import Diagram
from models.referrals import Referral
from models.session import db
from models.tasks import NO_DEADLINE, Task, TaskOutcome

HOUR = 3600


@dataclass(frozen=True)
class Scope:
    """Which cases, and what time, the figures are of.

    Attributes:
        since: only what was finished or decided from then on; None: ever.
        program_id: only of this programme; 0: of all.
    """

    since: datetime | None = None
    program_id: int = 0


@dataclass
class Figures:
    """An element of the drawing in figures.

    Attributes:
        waiting: open tasks at this moment, and how many of them `overdue`.
        done: tasks finished in the time, `late` of them after their day.
        hours: of each length in hours, how many were finished; the lengths to whole hours.
    """

    element: str
    name: str = ""
    waiting: int = 0
    overdue: int = 0
    done: int = 0
    late: int = 0
    hours: dict[int, int] = field(default_factory=dict)

    def within(self, share: float) -> int | None:
        """The hours within which this share was finished; None if nothing was."""
        needed = share * self.done
        seen = 0
        for length, number in sorted(self.hours.items()):
            seen += number
            if seen >= needed:
                return length
        return None

    @property
    def late_share(self) -> float:
        """The part of what was finished, or is open, that passed its day; from 0 to 1."""
        everything = self.done + self.waiting
        return (self.late + self.overdue) / everything if everything else 0.0


def figures(scope: Scope) -> dict[str, Figures]:
    """Every element that tasks are or were at, by its id."""
    found: dict[str, Figures] = {}
    overdue = sa.func.sum(sa.case((Task.due_at < now(), 1), else_=0))
    waiting = (
        sa.select(Task.element, sa.func.count(), overdue)
        .where(Task.closed_at.is_(None))
        .group_by(Task.element)
    )
    for element, number, late in db.execute(_of_program(waiting, scope)):
        found[element] = Figures(element, waiting=number, overdue=late)
    for element, length, number, late in db.execute(_finished(scope)):
        one = found.setdefault(element, Figures(element))
        one.hours[length] = number
        one.done, one.late = one.done + number, one.late + late
    return found


def _finished(scope: Scope) -> Any:
    length = _hours().label("length")
    late = sa.func.sum(sa.case((Task.closed_at > Task.due_at, 1), else_=0))
    select = (
        sa.select(Task.element, length, sa.func.count(), late)
        .where(Task.outcome == TaskOutcome.DONE, Task.due_at <= NO_DEADLINE)
        .group_by(Task.element, length)
    )
    if scope.since is not None:
        select = select.where(Task.closed_at >= scope.since)
    return _of_program(select, scope)


def _hours() -> Any:
    """Whole hours between the beginning and the end of a task."""
    if db.get_bind().dialect.name == "sqlite":
        ends = (
            sa.cast(sa.func.strftime("%s", column), sa.Integer)
            for column in (Task.closed_at, Task.created_at)
        )
        closed, created = ends
        return (closed - created) // sa.literal_column(str(HOUR), sa.Integer)
    seconds = sa.extract("epoch", Task.closed_at - Task.created_at)
    return sa.cast(sa.func.floor(seconds / HOUR), sa.Integer)


def _of_program(select: Any, scope: Scope) -> Any:
    return select.where(Task.program_id == scope.program_id) if scope.program_id else select


def ways(process_id: str, scope: Scope) -> dict[tuple[str, str], int]:
    """(gateway, element) to how often that way was taken."""
    select = (
        sa.select(Passage.gateway, Passage.target, sa.func.count())
        .where(Passage.diagram_id.in_(sa.select(Diagram.id).filter_by(process_id=process_id)))
        .group_by(Passage.gateway, Passage.target)
    )
    if scope.since is not None:
        select = select.where(Passage.at >= scope.since)
    if scope.program_id:
        select = select.join(Referral, Referral.id == Passage.referral_id).where(
            Referral.program_id == scope.program_id
        )
    return {(gateway, target): number for gateway, target, number in db.execute(select)}


def waiting_at(element: str, scope: Scope, most: int) -> list[Task]:
    """The open tasks at an element, those that have waited longest first."""
    select = (
        sa.select(Task)
        .options(sa.orm.joinedload(Task.referral))
        .where(Task.closed_at.is_(None), Task.element == element)
        .order_by(Task.created_at, Task.id)
        .limit(most)
    )
    return list(db.scalars(_of_program(select, scope)).unique())
