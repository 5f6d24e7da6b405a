"""A running case on another version of its drawings: the same state, read with the new specs.

A stored row names its element and nothing of what comes after it; what comes after is predicted
again on loading (ENGINE.md 4). So steps that wait keep their ids, data and deadlines. A case is
blocked where something it stands on is not drawn any more, or is another kind of thing.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.case import Case
from workflows.engine.codec import LIVE, Specs, load
from workflows.engine.script import ClosedEngine


@dataclass(frozen=True)
class Blocker:
    """Why a case cannot go on with a version.

    Attributes:
        reason: `process_gone`, `gone` (what it waits for is not drawn any more), `kind` (it is
            another kind of element) or `past_gone` (a split whose branches it is in).
        element: the id of the element, or of the process.
        name: what people call it.
    """

    reason: str
    element: str
    name: str


def blockers(state: bytes, old: Specs, new: Specs) -> list[Blocker]:
    """What keeps a case from going on with the new specs; empty where nothing does."""
    stored = orjson.loads(state)
    parts = [(stored["t"], old[0], new[0])]
    parts += [(part["t"], old[1][name], new[1].get(name)) for _o, _r, name, part in stored["s"]]
    found: dict[Blocker, None] = {}
    for rows, was, now in parts:
        if now is None:
            found[Blocker("process_gone", was.name, was.description or was.name)] = None
            continue
        for row in rows:
            blocker = _blocker(row[2], bool(row[3] & LIVE), was, now)
            if blocker is not None:
                found[blocker] = None
    return list(found)


def _blocker(element: str, live: bool, was: Any, now: Any) -> Blocker | None:
    before, after = was.task_specs[element], now.task_specs.get(element)
    told = before.bpmn_id or element, before.bpmn_name or before.bpmn_id or element
    if after is None and isinstance(before, BoundaryEventSplit):
        return None  # its task has no events any more; those that still wait are told by name
    if after is None:
        return Blocker("gone" if live else "past_gone", *told)
    if live and type(before) is not type(after):
        return Blocker("kind", *told)
    return None


def rebind(state: bytes, new: Specs, engine: ClosedEngine) -> Case:
    """The case on the new specs; events that are new at what waits now start to wait too.

    Raises:
        KeyError: the case is blocked; ask `blockers` first.
        StepFailed: a new timer cannot be computed.
    """
    flow = load(state, new, engine)
    for part in (flow, *flow.subprocesses.values()):
        for task in list(part.tasks.values()):
            if task._state & LIVE and not isinstance(task.task_spec, BoundaryEvent):
                _watch(task)
    return Case(flow)


def _watch(task: Task) -> None:
    """Let every event that is drawn at a waiting task wait beside it."""
    split = next((s for s in task.task_spec.inputs if isinstance(s, BoundaryEventSplit)), None)
    if split is None:
        return
    holder = task.parent
    if holder.task_spec is not split:
        holder = _put_between(holder, task, split)
    there = {child.task_spec for child in holder.children}
    for event in split.outputs:
        if isinstance(event, BoundaryEvent) and event not in there:
            child = holder._add_child(event, TaskState.WAITING)
            event._predict(child, mask=TaskState.NOT_FINISHED_MASK)
            event._update(child)


def _put_between(above: Task, task: Task, split: BoundaryEventSplit) -> Task:
    """The task had no events before: hang it under the split that its first one brings."""
    holder = Task(task.workflow, split, above, state=TaskState.COMPLETED)
    holder.data = dict(task.data)
    above._children.remove(task.id)
    task.parent = holder
    holder._children.append(task.id)
    return holder
