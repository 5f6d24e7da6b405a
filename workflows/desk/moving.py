"""One case while a verb moves it: engine, status, inbox lines, journal, saved state."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from models import journal
from models.base import now, today
from models.deadlines import Deadlines, deadlines_of, end_of
from models.passages import Passage
from models.people import OFFICE_ROLES, Role, User
from models.processes import Diagram, Run
from models.queues import works_from
from models.referrals import Referral, ReferralStatus
from models.session import db
from models.submissions import Submission
from models.tasks import NO_DEADLINE, Task, TaskOutcome
from workflows.actions import ACTIONS
from workflows.desk.access import KNOWN_PEOPLE, lock
from workflows.diagrams.published import REFERRAL, specs_of
from workflows.engine.case import Case, OpenStep
from workflows.engine.rebind import rebind
from workflows.engine.script import ClosedEngine, ClosedEnvironment
from workflows.errors import Collision
from workflows.expressions import Functions
from workflows.facts import Facts
from workflows.incidents import mended

#: The referral's answers that count now, fetched along with the case.
_ANSWERS = (
    sa.select(Submission.answers)
    .where(Submission.referral_id == Run.referral_id, Submission.form_key == REFERRAL)
    .where(~Submission.undone)
    .order_by(Submission.id.desc())
    .limit(1)
    .scalar_subquery()
)


class _LazyDeadlines(Functions):
    """The functions of the language, with a table that is read when first counted with."""

    def __init__(self, referral: Referral) -> None:
        super().__init__()
        self._referral = referral

    def _table(self) -> Deadlines:
        if self._deadlines is None:
            self._deadlines = deadlines_of(self._referral.program_id)
        return self._deadlines

    def forget(self) -> None:
        """The programme changed: its deadlines are others."""
        self._deadlines = None


class Moving:
    """A case in the hands of one verb, inside its transaction."""

    def __init__(
        self,
        referral: Referral,
        run: Run,
        by: User | None,
        tasks: Iterable[Task] = (),
        answers: dict[str, Any] | None = None,
    ) -> None:
        self.referral, self.run, self.by = referral, run, by
        self._lines = {task.engine_id: task for task in tasks if task.closed_at is None}
        self._functions = _LazyDeadlines(referral)
        self._facts = Facts(referral, answers)
        self._program_id = referral.program_id
        self.case: Case

    @classmethod
    def start(cls, referral: Referral, diagram: Diagram, by: User) -> "Moving":
        """A new case, run up to where it first waits."""
        run = Run(referral_id=referral.id, diagram_id=diagram.id, due_at=None)
        moving = cls(referral, run, by)
        moving.case = Case.start(specs_of(diagram.id), moving.engine())
        return moving

    @classmethod
    def load(
        cls, referral_id: int, by: User | None, *, task_id: int = 0, hold: bool = True
    ) -> "Moving":
        """A running case as it is now: run, referral, inbox lines and answers in one select.

        Args:
            task_id: a task that is read again too, also if somebody has closed it meanwhile.
            hold: lock the case for this transaction. Whoever changes a case holds its run first,
                so that verbs on one case follow each other; without it the case is only looked at.
        """
        line = sa.and_(
            Task.referral_id == Run.referral_id,
            sa.or_(Task.closed_at.is_(None), Task.id == task_id),
        )
        found = (
            sa.select(Run, Referral, Task, _ANSWERS)
            .join(Referral, Referral.id == Run.referral_id)
            .outerjoin(Task, line)
            .options(lazyload(Task.assignee), *KNOWN_PEOPLE)
            .where(Run.referral_id == referral_id)
            .execution_options(populate_existing=True)
        )
        if hold:
            lock(referral_id)
        rows = db.execute(found).all()
        run, referral, _task, answers = rows[0]
        tasks = [task for _run, _referral, task, _answers in rows if task is not None]
        moving = cls(referral, run, by, tasks, answers)
        moving.case = Case.load(run.state, specs_of(run.diagram_id), moving.engine())
        return moving

    def engine(self) -> ClosedEngine:
        """The closed script engine, with this case's facts, deadlines and actions."""

        def bound(do: Any) -> Any:
            def act(data: dict[str, Any], **given: Any) -> dict[str, Any]:
                answers: dict[str, Any] = do(self.referral, self.by, data, **given)
                self._facts.forget()
                if self.referral.program_id != self._program_id:
                    self._program_id = self.referral.program_id
                    self._functions.forget()
                return answers

            return act

        actions = {name: bound(filed.do) for name, filed in ACTIONS.items()}
        environment = ClosedEnvironment(self._functions, lambda: self._facts, actions)
        return ClosedEngine(environment)

    def fire_due(self, moment: datetime) -> int:
        """Fire every timer that is due, note it in the journal, save; how many fired."""
        fired = self.case.fire_due(moment)
        for event in self.case.fired:
            journal.write(
                "timer",
                by=None,
                referral_id=self.referral.id,
                element=event.element,
                name=event.name,
            )
        self.save()
        return fired

    def save(self, undo: Callable[[int], dict[str, Any]] | None = None) -> list[Task]:
        """After the engine moved: status, inbox lines, journal, state. The new inbox lines.

        Args:
            undo: given the run's next version, what is kept to take this step back; asked when
                everything else is written.

        Raises:
            Collision: somebody else saved this case meanwhile.
        """
        steps = self.case.open_steps()
        if status := self.case.status:
            self.referral.status = ReferralStatus(status)
        opened = self._sync_tasks(steps)
        db.add_all(
            Passage(
                referral_id=self.referral.id,
                diagram_id=self.run.diagram_id,
                at=now(),
                gateway=gateway,
                target=target,
            )
            for gateway, target in self.case.ways
        )
        self.case.ways.clear()
        if self.case.over:
            self.run.ended_at = now()
            journal.write(
                "ended",
                by=None,
                referral_id=self.referral.id,
                provider_id=self.referral.provider_id,
                status=self.referral.status.value,
            )
        with db.no_autoflush:
            state, due_at = self.case.dump(), self.case.next_due
        number = self.referral.number
        try:
            db.flush()
            self.run.state, self.run.due_at = state, due_at
            if self.run.failures:
                self.run.failures = 0
                mended(self.referral.id)
            if undo is not None:
                self.run.undo = undo(self.run.version + 1)
            db.add(self.run)
            db.flush()
        except sa.orm.exc.StaleDataError:
            raise Collision(number) from None
        return opened

    def _sync_tasks(self, steps: list[OpenStep]) -> list[Task]:
        """Inbox lines are rebuilt by difference: what is new opens, what is gone is cancelled."""
        waiting = {step.id for step in steps}
        for engine_id, line in self._lines.items():
            if engine_id not in waiting and line.closed_at is None:
                line.closed_at, line.outcome = now(), TaskOutcome.CANCELLED
        opened = [self._line(step) for step in steps if step.id not in self._lines]
        db.add_all(opened)
        return opened

    def rebind(self, diagram_id: int) -> None:
        """Go on with another version: what waits is named, asked and handed out as it is drawn there.

        The day by which a person was told to be done stays.

        Raises:
            KeyError: the case is blocked; ask `blockers` first.
            StepFailed: a new timer cannot be computed.
        """
        self.case = rebind(self.run.state, specs_of(diagram_id), self.engine())
        self.run.diagram_id, self.run.undo = diagram_id, None
        for step in self.case.open_steps():
            line = self._lines.get(step.id)
            if line is not None:
                self._renew(line, step)

    def _renew(self, line: Task, step: OpenStep) -> None:
        drawn = self._drawn(step)
        if line.role is not drawn["role"]:
            line.assignee_id = self._holder(drawn)
        for column, value in drawn.items():
            if getattr(line, column) != value:
                setattr(line, column, value)

    def _drawn(self, step: OpenStep) -> dict[str, Any]:
        """The columns of an inbox line that the drawing says."""
        role = Role(step.lane)
        at_office = role in OFFICE_ROLES
        return {
            "name": step.name,
            "instructions": step.instructions,
            "form_key": step.properties["form"],
            "variant": step.properties.get("variant", ""),
            "role": role,
            "organisation_id": self.referral.office_id if at_office else self.referral.provider_id,
        }

    def _holder(self, drawn: dict[str, Any]) -> int | None:
        """Who gets the steps of a role that one person has in a case; nobody where it is a queue,
        or where that person has left it.
        """
        queue = (drawn["organisation_id"], drawn["role"])
        holder = {
            Role.CASE_MANAGER: self.referral.case_manager_id,
            Role.COORDINATOR: self.referral.coordinator_id,
        }.get(drawn["role"])
        if holder is None or (self.by and self.by.id == holder and queue in self.by.groups()):
            return holder
        return holder if works_from(holder, queue) else None

    def _line(self, step: OpenStep) -> Task:
        referral, drawn = self.referral, self._drawn(step)
        return Task(
            **drawn,
            engine_id=step.id,
            referral_id=referral.id,
            element=step.element,
            assignee_id=self._holder(drawn),
            created_at=now(),
            due_at=self._due(step),
            program_id=referral.program_id,
            social_region_id=referral.social_region_id,
            urgency=referral.urgency,
            search=f"{referral.mentee.search_name} {referral.number}",
        )

    def _due(self, step: OpenStep) -> datetime:
        properties = step.properties
        if "due_on" in properties:
            return end_of(_as_day(self._named(step, properties["due_on"])))
        if "due" not in properties:
            return NO_DEADLINE
        start = today()
        if "due_from" in properties:
            start = _as_day(self._named(step, properties["due_from"]))
        return end_of(self._functions._table().after(properties["due"], start))

    def _named(self, step: OpenStep, name: str) -> Any:
        return step.data[name] if name in step.data else self._facts[name]


def _as_day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
