"""The live state of a case as a few compact rows, and back (ENGINE.md 2.4).

A row a task, parents first: [id, parent's row, element, state, changed, flags, internal,
what was set, what was removed]. Only an open step keeps its id, because its inbox line knows it;
the others get a new one on loading. Names of routing answers are kept once, in `k`. Predicted
tasks are not stored; they are predicted again. So a row names elements only, and a new version of
a drawing can take it over.
"""

from typing import Any
from uuid import UUID, uuid4

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.script import ClosedEngine

FORMAT = 1
_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE
LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_TRIGGERED, _NO_FUTURE = 1, 2

Specs = tuple[Any, dict[str, Any]]
Row = list[Any]
Data = dict[str, Any]


def dump(workflow: BpmnWorkflow) -> bytes:
    """The state of a case as bytes, 1 to 2 kB."""
    return orjson.dumps(_Writer().case(workflow))


def load(state: bytes, specs: Specs, engine: ClosedEngine) -> BpmnWorkflow:
    """A case as it was when it was dumped, on these specs.

    Raises:
        ValueError: the format is not this one.
        KeyError: an element of the state is not on the drawing.
    """
    stored = orjson.loads(state)
    if stored["v"] != FORMAT:
        raise ValueError(f"state format {stored['v']} is not {FORMAT}")
    return _Reader(stored, specs, engine).case()


def live_elements(state: bytes) -> list[tuple[str | None, str]]:
    """(called process or None, element) of every live task, without loading an engine."""
    stored = orjson.loads(state)
    parts = [(None, stored["t"])] + [(name, part["t"]) for _, _, name, part in stored["s"]]
    return [(process, row[2]) for process, rows in parts for row in rows if row[3] & LIVE]


class _Writer:
    """Turns a case into rows."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._row_of: dict[UUID, int] = {}

    def case(self, workflow: BpmnWorkflow) -> dict[str, Any]:
        """The case and every process it calls, outer ones first."""
        numbers: dict[BpmnWorkflow, int] = {workflow: 0}
        whole = self._part(workflow, {})
        called = []
        for owner_id, part in sorted(workflow.subprocesses.items(), key=lambda s: s[1].depth):
            numbers[part] = len(numbers)
            owner = workflow.get_task_from_id(owner_id)
            rows = self._part(part, owner.data)
            called.append([numbers[owner.workflow], self._row_of[owner_id], part.spec.name, rows])
        return {"v": FORMAT, "k": list(self._keys), **whole, "s": called}

    def _part(self, workflow: BpmnWorkflow, inherited: Data) -> dict[str, Any]:
        rows: list[Row] = []
        todo = [workflow.task_tree]
        while todo:
            task = todo.pop()
            parent = task.parent
            if parent is not None and _is_predicted(task, parent):
                continue
            self._row_of[task.id] = len(rows)
            above = inherited if parent is None else parent.data
            rows.append(self._row(task, None if parent is None else self._row_of[parent.id], above))
            todo.extend(reversed(task.children))
        last = workflow.last_task
        return {
            "l": self._row_of.get(last.id) if last is not None else None,
            "f": int(workflow.success) + 2 * int(workflow.completed),
            "t": rows,
        }

    def _row(self, task: Task, parent_row: int | None, above: Data) -> Row:
        live = bool(task._state & LIVE)
        predicted = any(child._state & _PREDICTED for child in task.children)
        flags = (_TRIGGERED if task.triggered else 0) | (
            _NO_FUTURE if live and not predicted else 0
        )
        row = [
            task.id.hex if live and task.task_spec.manual else 0,
            parent_row,
            task.task_spec.name,
            task._state,
            task.last_state_change,  # unrounded: joins merge in this order
            flags,
            task.internal_data if live and task.internal_data else 0,
            *self._difference(task, above),
        ]
        while row[-1] in (0, None) and len(row) > 5:
            row.pop()
        return row

    def _difference(self, task: Task, above: Data) -> tuple[Any, Any]:
        if isinstance(task.task_spec, UnstructuredJoin) and task._state == TaskState.WAITING:
            return 0, 0  # a join takes its data from its branches when it fires
        data = task.data
        changed = [
            item
            for key, value in data.items()
            if above.get(key, ...) != value
            for item in (self._key(key), value)
        ]
        removed = [self._key(key) for key in above if key not in data]
        return changed or 0, removed or 0

    def _key(self, name: str) -> int:
        return self._keys.setdefault(name, len(self._keys))


class _Reader:
    """Turns rows into a case."""

    def __init__(self, stored: dict[str, Any], specs: Specs, engine: ClosedEngine) -> None:
        self._stored, self._keys, self._called = stored, stored["k"], specs[1]
        self._flow = BpmnWorkflow(specs[0], specs[1], script_engine=engine, deserializing=True)

    def case(self) -> BpmnWorkflow:
        """The case with every process it calls."""
        parts = [(self._flow, self._part(self._flow, self._stored, {}))]
        for outer, row, name, stored in self._stored["s"]:
            owner = parts[outer][1][row]
            part = BpmnSubWorkflow(self._called[name], owner.id, self._flow, deserializing=True)
            parts.append((part, self._part(part, stored, owner.data)))
            self._flow.subprocesses[owner.id] = part
            part.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
        for part, _tasks in parts:
            _predict_again(part)
        return self._flow

    def _part(self, part: BpmnWorkflow, stored: dict[str, Any], inherited: Data) -> list[Task]:
        part.tasks = {}
        tasks: list[Task] = []
        for row in stored["t"]:
            task = self._task(part, [*row, *([0] * (9 - len(row)))], tasks, inherited)
            part.tasks[task.id] = task
            tasks.append(task)
            if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
                self._flow.event_manager.add_task(task)
        part.task_tree = tasks[0]
        part.data, part.correlations = {}, {}
        part.success, part.completed = bool(stored["f"] & 1), bool(stored["f"] & 2)
        part.last_task = tasks[stored["l"]] if stored["l"] is not None else None
        return tasks

    def _task(self, part: BpmnWorkflow, row: Row, tasks: list[Task], inherited: Data) -> Task:
        key, parent_row, element, state, changed, flags, internal, updates, removed = row
        task: Task = Task.__new__(Task)
        task.id = UUID(hex=key) if key else uuid4()
        task.workflow, task.task_spec = part, part.spec.task_specs[element]
        task._children, task._parent, task.thread_id = [], None, 0
        task._state, task.last_state_change = state, changed
        task.triggered = bool(flags & _TRIGGERED)
        task._has_no_future = bool(flags & _NO_FUTURE)
        task.internal_data = internal or {}
        task.data = dict(inherited)
        if parent_row is not None:
            parent = tasks[parent_row]
            task._parent = parent.id
            parent._children.append(task.id)
            task.data = dict(parent.data)
        given = updates or []
        for key_number, value in zip(given[::2], given[1::2], strict=True):
            task.data[self._keys[key_number]] = value
        for key_number in removed or ():
            task.data.pop(self._keys[key_number], None)
        return task


def _is_predicted(task: Task, parent: Task) -> bool:
    return bool(task._state & _PREDICTED and parent._state & (LIVE | _PREDICTED))


def _predict_again(part: BpmnWorkflow) -> None:
    for task in list(part.tasks.values()):
        if task._state & LIVE and not getattr(task, "_has_no_future", False):
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
