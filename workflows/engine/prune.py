"""Finished history leaves the engine before each save; it is in SQL (ENGINE.md 2.4).

Without this a step costs more with every step before it, and a loop of three tasks stalls at its
333rd round. Kept: the smallest subtree that holds everything alive, hung under the root, and one
finished end event that carries the data of side branches which ended before.
"""

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
    _prune_tree(workflow)
    for called in list(workflow.subprocesses.values()):
        if not called.completed:
            _prune_tree(called)


def _forget_call(top: BpmnWorkflow, owner_id: UUID) -> None:
    called = top.subprocesses[owner_id]
    for inner_id, inner in list(top.subprocesses.items()):
        if inner.parent_workflow is called:
            _forget_call(top, inner_id)
    del top.subprocesses[owner_id]
    for task_id in called.tasks:
        top.event_manager.tasks.pop(task_id, None)


def _prune_tree(workflow: BpmnWorkflow) -> None:
    root = workflow.task_tree
    keep = _common_ancestor([task for task in workflow.tasks.values() if _is_alive(task)])
    if keep is None or keep is root or keep._parent == root.id:
        return
    survivors = {root.id}
    todo = [keep]
    while todo:
        task = todo.pop()
        survivors.add(task.id)
        todo.extend(task.children)
    ended = _ended_side_branches(workflow, survivors)
    root.data = dict(keep.parent.data)  # what is kept inherits from here, so its row stays small
    root._children, keep._parent = [keep.id], root.id
    if ended:
        carrier = ended[-1]
        end = carrier.parent
        end.data = {key: value for task in ended for key, value in task.parent.data.items()}
        end._parent, end._children = root.id, [carrier.id]
        carrier._children, carrier.data = [], {}
        root._children.append(end.id)
        survivors |= {carrier.id, end.id}
    _drop_all_but(workflow, survivors)


def _is_alive(task: Task) -> bool:
    parked = isinstance(task.task_spec, _EndJoin) and task._state == TaskState.WAITING
    return bool(task._state & _ALIVE) and not parked and task.task_spec.name != "End"


def _common_ancestor(tasks: list[Task]) -> Task | None:
    common: list[Task] = []
    for number, task in enumerate(tasks):
        chain = []
        above: Task | None = task
        while above is not None:
            chain.append(above)
            above = above.parent
        chain.reverse()
        if number == 0:
            common = chain
        else:
            pairs = zip(common, chain, strict=False)
            same = next((i for i, (a, b) in enumerate(pairs) if a is not b), None)
            common = common[: same if same is not None else min(len(common), len(chain))]
    return common[-1] if common else None


def _ended_side_branches(workflow: BpmnWorkflow, survivors: set[UUID]) -> list[Task]:
    """The parked end joins outside what is kept; the last one to fire merges their data."""
    found = [
        task
        for task in workflow.tasks.values()
        if task.id not in survivors
        and isinstance(task.task_spec, _EndJoin)
        and task.has_state(_ENDED)
        and task.parent.has_state(TaskState.COMPLETED)
    ]
    return sorted(found, key=lambda task: task.last_state_change)


def _drop_all_but(workflow: BpmnWorkflow, survivors: set[UUID]) -> None:
    top = workflow.top_workflow
    for task_id in [task_id for task_id in workflow.tasks if task_id not in survivors]:
        del workflow.tasks[task_id]
        top.event_manager.tasks.pop(task_id, None)
        top.subprocesses.pop(task_id, None)
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = workflow.task_tree
