"""Boundary events that can fire again, repeating timers that skip what was missed, timers' moments."""

from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, EndEvent
from SpiffWorkflow.bpmn.specs.event_definitions.timer import (
    CycleTimerEventDefinition,
    DurationTimerEventDefinition,
    TimeDateEventDefinition,
    TimerEventDefinition,
)
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


class RearmingBoundaryEvent(BoundaryEvent):
    """A non-interrupting message event listens again after it was heard (ENGINE.md 6, fault 4)."""

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)
        if self.cancel_activity or isinstance(self.event_definition, TimerEventDefinition):
            return
        siblings = my_task.parent.children
        watched = [task for task in siblings if not isinstance(task.task_spec, BoundaryEvent)]
        if watched and not watched[0].has_state(TaskState.FINISHED_MASK):
            again = my_task.parent._add_child(self, TaskState.WAITING)
            self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
            self._update(again)


class CodedEnd(EndEvent):
    """An end event with a code: whoever called the process reads `<process>.end`."""

    def _run_hook(self, my_task: Task) -> bool:
        properties = (self.extensions or {}).get("properties", {})
        if "code" in properties:
            my_task.data[f"{my_task.workflow.spec.name}.end"] = properties["code"]
        done: bool = super()._run_hook(my_task)
        return done


def may_fire(task: Task) -> bool:
    """Whether it is this timer's turn: the case fires one at a time, the earliest first.

    The library looks at every waiting timer after every completed task; of several that are late
    all would fire at once, also those that the first one has made pointless.
    """
    return bool(getattr(task.workflow.top_workflow, "firing", None) == task.id)


class _InTurn:
    """A timer that is armed at once and fires when it is its turn.

    Whether its moment has come was decided then, against the moment up to which the case goes on:
    a trial case lives faster than the clock on the wall.
    """

    def has_fired(self, my_task: Task) -> bool:
        super().has_fired(my_task)  # type: ignore[misc]  # computes its moment where it has none
        if may_fire(my_task):
            my_task.internal_data["event_fired"] = True
            return True
        my_task.internal_data.pop("event_fired", None)
        return False


class PatientDate(_InTurn, TimeDateEventDefinition):
    """A date that waits for its turn."""


class PatientDuration(_InTurn, DurationTimerEventDefinition):
    """A duration that waits for its turn; it begins on the day on which the case is."""

    def has_fired(self, my_task: Task) -> bool:
        """Whether it fires now; it begins when it is first asked."""
        if my_task.internal_data.get("event_value") is None:
            engine = my_task.workflow.script_engine
            length = self.parse_iso_duration(engine.evaluate(my_task, self.expression))
            begun = engine.environment.now()
            ends = begun + self.get_timedelta_from_start(length, begun)
            my_task.internal_data["event_value"] = ends.isoformat()
        return super().has_fired(my_task)


class PatientCycle(CycleTimerEventDefinition):
    """A repeating timer that fires once for all periods missed while nobody worked."""

    def cycle_complete(self, my_task: Task) -> bool:
        """True once for any number of periods that have passed."""
        value = my_task.internal_data.get("event_value")
        if not value:
            value = self._begun(my_task)
        if value["cycles"] == 0:
            over: bool = super().cycle_complete(my_task)
            return over
        if not may_fire(my_task):
            return False
        upcoming, length = datetime.fromisoformat(value["next"]), value["duration"]
        late = (my_task.workflow.top_workflow.moment - upcoming).total_seconds()
        missed = int(late // length) + 1 if length > 0 else 1
        if value["cycles"] > 0:
            missed = min(missed, value["cycles"])
            value["cycles"] -= missed
        value["next"] = (upcoming + timedelta(seconds=missed * length)).isoformat()
        return True

    def _begun(self, my_task: Task) -> dict[str, Any]:
        """The cycle at its beginning; without a start of its own it begins on the case's day."""
        engine = my_task.workflow.script_engine
        written = engine.evaluate(my_task, self.expression)
        cycles, start, length = self.parse_iso_recurring_interval(written)
        if written.count("/") == 1:
            start = engine.environment.now() + length
        value = {"cycles": cycles, "next": start.isoformat(), "duration": length.total_seconds()}
        my_task.internal_data["event_value"] = value
        return value


#: The library's timers and ours in their place.
PATIENT: dict[type, type] = {
    TimeDateEventDefinition: PatientDate,
    DurationTimerEventDefinition: PatientDuration,
    CycleTimerEventDefinition: PatientCycle,
}


def due_at(task: Task) -> datetime | None:
    """When a waiting event's timer fires, or None if it has no timer or has run out."""
    value = task.internal_data.get("event_value")
    if isinstance(value, dict):
        value = value["next"] if value.get("cycles") != 0 else None
    if not isinstance(value, str):
        return None
    return TimerEventDefinition.get_datetime(value)
