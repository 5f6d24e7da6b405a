"""What the events of a case wait for: which messages they hear, which of them is a timer."""

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


def definitions(task: Task) -> list[Any]:
    """What an event waits for; of a gateway of events all of them."""
    definition = task.task_spec.event_definition
    if isinstance(definition, MultipleEventDefinition):
        return list(definition.event_definitions)
    return [definition]


def event_spec(task: Task) -> Any:
    """The event whose timer waits; of a gateway of events the one that waits for a time."""
    spec = task.task_spec
    if isinstance(spec.event_definition, MultipleEventDefinition):
        timers = (o for o in spec.outputs if not _hears(o.event_definition))
        return next(timers, spec)
    return spec


def _hears(definition: Any) -> bool:
    return isinstance(definition, MessageEventDefinition)


def message_names(task: Task) -> list[str]:
    """The names of the messages that a waiting event hears."""
    if task._state != TaskState.WAITING:
        return []
    return [d.name for d in definitions(task) if _hears(d)]


def definition_of(task: Task, message: str) -> Any:
    """The part of an event that hears a message, or None."""
    for definition in definitions(task):
        if isinstance(definition, MessageEventDefinition) and definition.name == message:
            return definition
    return None
