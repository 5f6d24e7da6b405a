"""A running case: what waits for whom, complete a step, send a message, fire what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.codec import Specs, dump, load
from workflows.engine.events import due_at
from workflows.engine.heard import definition_of, event_spec, message_names
from workflows.engine.prune import prune
from workflows.engine.script import ClosedEngine, flat
from workflows.errors import StepFailed, TooMuchAtOnce

#: Automatic steps after one human step; a drawing that needs more runs in a circle.
MOST_AUTOMATIC_STEPS = 200
#: Tasks looked at in those steps: each looks through all that the case holds at that moment.
MOST_LOOKS = 50_000
MOST_TIMERS_AT_ONCE = 100


@dataclass(frozen=True)
class OpenStep:
    """A user task that waits for a person, as the drawing describes it."""

    id: str
    element: str
    name: str
    lane: str
    properties: dict[str, str]
    instructions: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Passed:
    """An element that the case has passed just now."""

    element: str
    name: str
    kind: str
    properties: dict[str, str]


class Case:
    """One case in the engine. Not a row: the desk stores what `dump` gives.

    Attributes:
        passed: the elements passed since it was started or loaded.
        fired: the events whose timers fired since then.
        ways: (gateway, element) of each way that was chosen since then.
        looks: tasks looked at in automatic steps since then, a measure of work.
    """

    def __init__(self, workflow: BpmnWorkflow) -> None:
        self._flow = workflow
        self.passed: list[Passed] = []
        self.fired: list[Passed] = []
        self.ways: list[tuple[str, str]] = []
        self.looks = 0

    @classmethod
    def start(cls, specs: Specs, engine: ClosedEngine, **answers: Any) -> "Case":
        """A new case with its first routing answers, run up to where it waits."""
        case = cls(BpmnWorkflow(specs[0], specs[1], script_engine=engine))
        case._flow.task_tree.set_data(**flat(answers))
        case._run()
        return case

    @classmethod
    def load(cls, state: bytes, specs: Specs, engine: ClosedEngine) -> "Case":
        """A case from its stored state."""
        return cls(load(state, specs, engine))

    def dump(self) -> bytes:
        """The state to store; finished history is dropped from it."""
        prune(self._flow)
        return dump(self._flow)

    @property
    def over(self) -> bool:
        """True when the case has reached an end."""
        return bool(self._flow.is_completed())

    @property
    def data(self) -> dict[str, Any]:
        """What the case ended with; empty while it runs."""
        return dict(self._flow.data)

    @property
    def next_due(self) -> datetime | None:
        """When the earliest timer fires."""
        return min((moment for moment, _task in self._timers()), default=None)

    @property
    def status(self) -> str:
        """The status as the drawing says it: by what was passed last, then by what waits; or empty."""
        reached = [p.properties for p in self.passed if p.kind != "UserTask"]
        said = [*reached, *(step.properties for step in self.open_steps())]
        return next((p["status"] for p in reversed(said) if "status" in p), "")

    def open_steps(self) -> list[OpenStep]:
        """The user tasks that wait for a person."""
        return [
            _open_step(task)
            for task in self._tasks()
            if task._state == TaskState.READY and task.task_spec.manual
        ]

    def complete(self, step_id: str, answers: dict[str, Any]) -> None:
        """Finish a user task with its routing answers and run on.

        Raises:
            KeyError: the step does not wait any more.
            StepFailed: something after it could not be done.
        """
        task = self._flow.get_task_from_id(UUID(hex=step_id))
        if task is None or task._state != TaskState.READY:
            raise KeyError(step_id)
        task.set_data(**flat(answers))
        with _step_errors(task):
            task.run()
        self._note(task)
        self._run()

    def listens_to(self) -> set[str]:
        """The names of the messages that the case would hear now."""
        return {name for task in self._listeners() for name in message_names(task)}

    def send(self, message: str, answers: dict[str, Any]) -> bool:
        """Give a message to the case; False if it does not listen to it."""
        for task in self._listeners():
            definition = definition_of(task, message)
            if definition is not None:
                task.set_data(**flat(answers))
                event = BpmnEvent(definition, payload=None, correlations={})
                with _step_errors(task):
                    task.task_spec.catch(task, event)
                    task.task_spec._update(task)
                self._run()
                return True
        return False

    def fire_due(self, at: datetime | None = None) -> int:
        """Fire what is due, the earliest first and one at a time.

        Of two interrupting timers that are both late only the earlier may fire (ENGINE.md 3).
        """
        for fired in range(MOST_TIMERS_AT_ONCE):
            limit = at or datetime.now(UTC)
            late = [pair for pair in self._timers() if pair[0] < limit]
            if not late:
                return fired
            moment, task = min(late, key=lambda pair: pair[0])
            self._fire(task, limit)
            if task._state == TaskState.WAITING and due_at(task) == moment:
                return fired
        return MOST_TIMERS_AT_ONCE

    def fire_next(self) -> None:
        """Fire the earliest timer, however far its moment is: a case on trial does not wait."""
        timers = self._timers()
        if timers:
            moment, task = min(timers, key=lambda pair: pair[0])
            self._fire(task, moment)

    def _fire(self, task: Task, moment: datetime) -> None:
        before = len(self.passed)
        self._flow.firing, self._flow.moment = task.id, moment
        try:
            with _step_errors(task):
                task.task_spec._update(task)
        finally:
            self._flow.firing = None
        self._run()
        chosen = (p for p in self.passed[before:] if p.kind == "IntermediateCatchEvent")
        gateway = isinstance(task.task_spec.event_definition, MultipleEventDefinition)
        self.fired.append(next(chosen, _passed(task)) if gateway else _passed(task))

    def timers(self) -> list[tuple[datetime, str, str]]:
        """(moment, element, name) of each timer that waits, the earliest first."""
        found = [(moment, event_spec(task)) for moment, task in self._timers()]
        return sorted(
            (moment, spec.bpmn_id, spec.bpmn_name or spec.bpmn_id) for moment, spec in found
        )

    def _timers(self) -> list[tuple[datetime, Task]]:
        """The timers that wait, each with its moment."""
        events = ((due_at(task), task) for task in self._waiting_events())
        return [(moment, task) for moment, task in events if moment is not None]

    def _tasks(self) -> Iterator[Task]:
        for part in (self._flow, *self._flow.subprocesses.values()):
            if not part.completed:
                yield from part.tasks.values()

    def _waiting_events(self) -> list[Task]:
        """The events that wait; the library's list also keeps some that are over."""
        events = self._flow.event_manager.tasks.values()
        return [
            task
            for task in events
            if task._state == TaskState.WAITING and task.id in task.workflow.tasks
        ]

    def _listeners(self) -> list[Task]:
        return [task for task in self._waiting_events() if message_names(task)]

    def _run(self) -> None:
        """Everything automatic, until only people, timers and messages are waited for."""
        steps, before = 0, self.looks
        errors = _step_errors(None)

        def count(task: Task) -> None:
            nonlocal steps
            steps += 1
            self.looks += len(task.workflow.tasks)
            errors.element = task.task_spec.bpmn_id or task.task_spec.name
            if steps > MOST_AUTOMATIC_STEPS:
                reason = (
                    f"more than {MOST_AUTOMATIC_STEPS} steps by themselves, perhaps in a circle"
                )
                raise TooMuchAtOnce(errors.element, reason)
            if self.looks - before > MOST_LOOKS:
                raise TooMuchAtOnce(errors.element, "too much happens here at the same time")

        # Not do_engine_steps: at its end it fires all late timers at once, and two interrupting
        # ones that are both late would both take their way. Timers are fired by `fire_due` only.
        with errors:
            while self._flow._do_engine_steps(count, self._note) > 0:
                pass

    def _note(self, task: Task) -> None:
        if isinstance(task.task_spec, MultiChoice) and len(task.task_spec.outputs) > 1:
            self.ways += [(task.task_spec.bpmn_id, _leads_to(way)) for way in task.children]
        if task.task_spec.bpmn_id and task.task_spec.bpmn_name:
            self.passed.append(_passed(task))


def _leads_to(way: Task) -> str:
    """The element that a way leads to; in front of one with events the library puts a split."""
    spec = way.task_spec
    if isinstance(spec, BoundaryEventSplit):
        spec = next(s for s in spec.outputs if not isinstance(s, BoundaryEvent))
    return str(spec.bpmn_id or spec.name)


def _passed(task: Task) -> Passed:
    spec = task.task_spec
    properties = (getattr(spec, "extensions", None) or {}).get("properties", {})
    name = spec.bpmn_name or spec.bpmn_id or spec.name
    return Passed(spec.bpmn_id or spec.name, name, type(spec).__name__, properties)


def _open_step(task: Task) -> OpenStep:
    spec = task.task_spec
    extensions = spec.extensions or {}
    return OpenStep(
        id=task.id.hex,
        element=spec.bpmn_id,
        name=spec.bpmn_name or spec.bpmn_id,
        lane=spec.lane or "",
        properties=dict(extensions.get("properties", {})),
        instructions=extensions.get("instructionsForEndUser", "") or "",
        data=dict(task.data),
    )


class _step_errors:  # noqa: N801  used as a with-statement
    """Turns whatever the engine raises into StepFailed with the element it happened at."""

    def __init__(self, task: Task | None) -> None:
        self.element = task.task_spec.name if task is not None else ""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, StepFailed):
            at = getattr(error, "task_spec", None) or getattr(
                getattr(error, "task", None), "task_spec", None
            )
            element = getattr(at, "bpmn_id", None) or getattr(at, "name", None) or self.element
            raise StepFailed(str(element or "?"), _reason(error)) from error


def _reason(error: BaseException) -> str:
    """What happened first; the library wraps it in what it was doing."""
    first = error
    while first.__cause__ or first.__context__:
        first = first.__cause__ or first.__context__  # type: ignore[assignment]
    return (str(first) or type(first).__name__)[:200]
