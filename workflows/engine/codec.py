"""The live state of a case as a few compact rows, and back (ENGINE.md 2.4).

A row a task, parents first: [id, parent's index, element, state, changed, flags, internal,
what was set, what was removed]. Predicted tasks are not stored; they are predicted again on
loading. So a row names elements only, and a new version of a drawing can take it over.
"""

from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.script import ClosedEngine

FORMAT = 1
_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE
_LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_TRIGGERED, _NO_FUTURE = 1, 2

Specs = tuple[Any, dict[str, Any]]
Row = list[Any]


def dump(workflow: BpmnWorkflow) -> bytes:
    """The state of a case as bytes, about 1 kB."""
    children = sorted(workflow.subprocesses.items(), key=lambda item: item[1].depth)
    return orjson.dumps(
        {
            "v": FORMAT,
            **_dump_one(workflow),
            "s": [[key.hex, child.spec.name, _dump_one(child)] for key, child in children],
        }
    )


def load(state: bytes, specs: Specs, engine: ClosedEngine) -> BpmnWorkflow:
    """A case as it was when it was dumped, on these specs.

    Raises:
        ValueError: the format is not this one.
        KeyError: an element of the state is not on the drawing.
    """
    stored = orjson.loads(state)
    if stored["v"] != FORMAT:
        raise ValueError(f"state format {stored['v']} is not {FORMAT}")
    spec, called = specs
    workflow = BpmnWorkflow(spec, called, script_engine=engine, deserializing=True)
    _load_one(workflow, stored, workflow)
    for key, name, part in stored["s"]:
        owner_id = UUID(hex=key)
        owner = workflow.get_task_from_id(owner_id)
        child = BpmnSubWorkflow(called[name], owner_id, workflow, deserializing=True)
        _load_one(child, part, workflow)
        workflow.subprocesses[owner_id] = child
        child.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
    for part_flow in (workflow, *workflow.subprocesses.values()):
        _predict_again(part_flow)
    return workflow


def live_elements(state: bytes) -> list[tuple[str | None, str]]:
    """(called process or None, element) of every live task, without loading an engine."""
    stored = orjson.loads(state)
    parts = [(None, stored["t"])] + [(name, part["t"]) for _, name, part in stored["s"]]
    return [(process, row[2]) for process, rows in parts for row in rows if row[3] & _LIVE]


def _dump_one(workflow: BpmnWorkflow) -> dict[str, Any]:
    last = workflow.last_task
    return {
        "l": last.id.hex if last is not None and last.id in workflow.tasks else None,
        "f": int(workflow.success) + 2 * int(workflow.completed),
        "t": _rows(workflow),
    }


def _rows(workflow: BpmnWorkflow) -> list[Row]:
    rows: list[Row] = []
    index: dict[UUID, int] = {}
    todo = [workflow.task_tree]
    while todo:
        task = todo.pop()
        parent = task.parent
        if parent is not None and task._state & _PREDICTED and parent._state & (_LIVE | _PREDICTED):
            continue
        index[task.id] = len(rows)
        rows.append(_row(task, None if parent is None else index[parent.id]))
        todo.extend(reversed(task.children))
    return rows


def _row(task: Task, parent_index: int | None) -> Row:
    above = task.parent.data if task.parent is not None else {}
    updates = {key: value for key, value in task.data.items() if above.get(key, ...) != value}
    removed = [key for key in above if key not in task.data]
    live = bool(task._state & _LIVE)
    predicted = any(child._state & _PREDICTED for child in task.children)
    return [
        task.id.hex,
        parent_index,
        task.task_spec.name,
        task._state,
        task.last_state_change,  # unrounded: joins merge in this order
        (_TRIGGERED if task.triggered else 0) | (_NO_FUTURE if live and not predicted else 0),
        task.internal_data or None if live else None,
        updates or None,
        removed or None,
    ]


def _load_one(part: BpmnWorkflow, stored: dict[str, Any], top: BpmnWorkflow) -> None:
    part.tasks = {}
    tasks: list[Task] = []
    for row in stored["t"]:
        task = _task(part, row, tasks)
        part.tasks[task.id] = task
        tasks.append(task)
        if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            top.event_manager.add_task(task)
    part.task_tree = tasks[0]
    part.data, part.correlations = {}, {}
    part.success, part.completed = bool(stored["f"] & 1), bool(stored["f"] & 2)
    part.last_task = part.tasks.get(UUID(hex=stored["l"])) if stored["l"] else None


def _task(part: BpmnWorkflow, row: Row, tasks: list[Task]) -> Task:
    key, parent_index, element, state, changed, flags, internal, updates, removed = row
    task: Task = Task.__new__(Task)
    task.id, task.workflow, task.task_spec = UUID(hex=key), part, part.spec.task_specs[element]
    task._children, task._parent, task.thread_id = [], None, 0
    task._state, task.last_state_change = state, changed
    task.triggered = bool(flags & _TRIGGERED)
    task._has_no_future = bool(flags & _NO_FUTURE)
    task.internal_data = internal or {}
    task.data = {}
    if parent_index is not None:
        parent = tasks[parent_index]
        task._parent = parent.id
        parent._children.append(task.id)
        task.data = dict(parent.data)
    task.data.update(updates or {})
    for gone in removed or ():
        task.data.pop(gone, None)
    return task


def _predict_again(part: BpmnWorkflow) -> None:
    for task in list(part.tasks.values()):
        if task._state & _LIVE and not getattr(task, "_has_no_future", False):
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
