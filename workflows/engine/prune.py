"""Finished history leaves the engine before each save; it is in SQL (ENGINE.md 2.4).

Without this a step costs more with every step before it, and a loop of three tasks stalls at its
333rd round. Two cuts are made. What lies above everything alive goes: the smallest subtree that
holds all live tasks hangs under the root. And a branch that went round a loop is as if it had gone
round once. Side branches that have ended leave one end event behind, which carries their data to
the final join.
"""

from collections.abc import Iterator
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

_ALIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED | TaskState.ERROR
_ENDED = TaskState.WAITING | TaskState.CANCELLED | TaskState.COMPLETED


def prune(workflow: BpmnWorkflow) -> None:
    """Drop what can no longer matter, in the case and in every process it calls."""
    for owner_id in list(workflow.subprocesses):
        if owner_id in workflow.subprocesses:
            owner = workflow.get_task_from_id(owner_id)
            if owner.has_state(TaskState.FINISHED_MASK):
                _forget_call(workflow, owner_id)
    for part in (workflow, *workflow.subprocesses.values()):
        if not part.completed:
            _drop_what_lies_above(part)
            _cut_rounds(part)


def _forget_call(top: BpmnWorkflow, owner_id: UUID) -> None:
    called = top.subprocesses[owner_id]
    for inner_id, inner in list(top.subprocesses.items()):
        if inner.parent_workflow is called:
            _forget_call(top, inner_id)
    del top.subprocesses[owner_id]
    for task_id in called.tasks:
        top.event_manager.tasks.pop(task_id, None)


def _drop_what_lies_above(workflow: BpmnWorkflow) -> None:
    root = workflow.task_tree
    keep = _common_ancestor([task for task in workflow.tasks.values() if _is_alive(task)])
    if keep is None or keep is root or keep._parent == root.id:
        return
    root.data = dict(keep.parent.data)  # what is kept inherits from here, so its row stays small
    _put_in_place_of(workflow, root.children[0], keep, beside=root.children[1:])


def _cut_rounds(workflow: BpmnWorkflow) -> None:
    """Where a branch passed an element twice, the way between the two visits goes."""
    for leaf in [task for task in workflow.tasks.values() if _is_alive(task)]:
        if leaf.id not in workflow.tasks:
            continue
        pair = _widest_round(_chain(leaf))
        if pair is not None:
            first, last = pair
            inner = {task.id for task in _subtree(last)}
            outer = [task for task in _subtree(first) if task.id not in inner]
            if not any(_is_alive(task) for task in outer):
                _put_in_place_of(workflow, first, last)


def _widest_round(chain: list[Task]) -> tuple[Task, Task] | None:
    last_visit = {task.task_spec.name: task for task in chain}
    for task in chain:
        again = last_visit[task.task_spec.name]
        if again is not task and task.has_state(TaskState.COMPLETED):
            return task, again
    return None


def _put_in_place_of(
    workflow: BpmnWorkflow, old: Task, new: Task, beside: list[Task] | None = None
) -> None:
    """Hang `new` where `old` hangs; what hung between them goes, its ended branches are folded."""
    root, parent = workflow.task_tree, old.parent
    inner = {task.id for task in _subtree(new)}
    gone = [task for task in _subtree(old) if task.id not in inner]
    for other in beside or []:
        gone += [task for task in _subtree(other) if task.id not in inner]
    gone_ids = {task.id for task in gone}
    carriers = [task for task in root.children if _is_carrier(task) and task.id not in inner]
    ended = _ended(gone) + [task for end in carriers for task in _ended(end.children)]
    kept = [child for child in parent._children if child not in gone_ids and child != new.id]
    parent._children = [new.id if child == old.id else child for child in parent._children]
    parent._children = [c for c in parent._children if c == new.id or c in kept]
    new._parent = parent.id
    if ended:
        _fold(root, sorted(ended, key=lambda task: task.last_state_change), gone_ids, carriers)
    _drop(workflow, gone_ids)


def _fold(root: Task, ended: list[Task], gone_ids: set[UUID], carriers: list[Task]) -> None:
    """Leave one finished end event under the root with the data of all that ended."""
    carrier = ended[-1]
    end = carrier.parent
    end.data = {key: value for task in ended for key, value in task.parent.data.items()}
    end._children, carrier._children, carrier.data = [carrier.id], [], {}
    for old in carriers:
        if old is not end:
            root._children = [child for child in root._children if child != old.id]
            gone_ids |= {old.id, *old._children}
    gone_ids -= {end.id, carrier.id}
    end._parent = root.id
    if end.id not in root._children:
        root._children.append(end.id)


def _is_carrier(task: Task) -> bool:
    children = task.children
    return (
        len(children) == 1 and isinstance(children[0].task_spec, _EndJoin) and not _is_alive(task)
    )


def _ended(tasks: list[Task]) -> list[Task]:
    """The parked end joins among these; the last one to fire merges their data."""
    return [
        task
        for task in tasks
        if isinstance(task.task_spec, _EndJoin)
        and task.has_state(_ENDED)
        and task.parent.has_state(TaskState.COMPLETED)
    ]


def _is_alive(task: Task) -> bool:
    parked = isinstance(task.task_spec, _EndJoin) and task._state == TaskState.WAITING
    return bool(task._state & _ALIVE) and not parked and task.task_spec.name != "End"


def _chain(task: Task) -> list[Task]:
    """From the root down to a task."""
    chain = []
    above: Task | None = task
    while above is not None:
        chain.append(above)
        above = above.parent
    return chain[::-1]


def _subtree(task: Task) -> Iterator[Task]:
    todo = [task]
    while todo:
        found = todo.pop()
        yield found
        todo.extend(found.children)


def _common_ancestor(tasks: list[Task]) -> Task | None:
    common: list[Task] = _chain(tasks[0]) if tasks else []
    for task in tasks[1:]:
        chain = _chain(task)
        same = 0
        for ours, theirs in zip(common, chain, strict=False):
            if ours is not theirs:
                break
            same += 1
        common = common[:same]
    return common[-1] if common else None


def _drop(workflow: BpmnWorkflow, gone: set[UUID]) -> None:
    top = workflow.top_workflow
    for task_id in gone:
        workflow.tasks.pop(task_id, None)
        top.event_manager.tasks.pop(task_id, None)
        top.subprocesses.pop(task_id, None)
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = workflow.task_tree
