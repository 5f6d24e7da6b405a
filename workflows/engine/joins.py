"""Parallel and inclusive joins that hold inside loops.

SpiffWorkflow 3.2.0 counts the join instances of earlier rounds of a loop as arrived tokens, so that
a join fires too early from the second round on (ENGINE.md 6, fault 1). Here only instances of the
same round count: those whose nearest earlier visit to this join is the same. And what follows a join
is added when it fires, not foreseen from each of its ways.
"""

from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

_ALIVE = TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED


class _Round(UnstructuredJoin):
    """What the joins of one round know of each other."""

    def _predict_hook(self, my_task: Task) -> None:
        """A join foresees nothing: each of its ways would foresee the rest again, times the next.

        Twenty joins of ten ways in a row are 10^20 tasks otherwise.
        """
        if len(self.inputs) < 2:
            super()._predict_hook(my_task)

    @staticmethod
    def _go_on(task: Task, outputs: list[Any]) -> None:
        task._sync_children(outputs, TaskState.FUTURE)
        for child in task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)

    def _of_this_round(self, task: Task) -> list[Task]:
        visit = self._earlier_visit(task)
        return [
            other
            for other in task.workflow.tasks.values()
            if other.task_spec is self and self._earlier_visit(other) is visit
        ]

    def _earlier_visit(self, task: Task) -> Task | None:
        above = task.parent
        while above is not None and above.task_spec is not self:
            above = above.parent
        return above

    def _gather(self, task: Task) -> None:
        """Bring together what the branches of this round have set, in the order they arrived."""
        arrived = [
            other
            for other in self._of_this_round(task)
            if other is not task and other.has_state(TaskState.FINISHED_MASK)
        ]
        for other in sorted(arrived, key=lambda other: other.last_state_change):
            DeepMerge.merge(task.data, other.parent.data)
            if other.has_state(TaskState.COMPLETED):
                other._drop_children(force=True)
        task._inherit_data()


class ParallelJoin(_Round, ParallelGateway):
    """Waits for one token on every incoming flow, counted within the round."""

    def _check_threshold_unstructured(self, my_task: Task) -> bool:
        missing = {source.name for source in self.inputs}
        for task in self._of_this_round(my_task):
            if task.parent.state == TaskState.COMPLETED:
                missing.discard(task.parent.task_spec.name)
        return not missing

    def _run_hook(self, my_task: Task) -> bool:
        self._gather(my_task)
        self._go_on(my_task, self.outputs)
        return True


class InclusiveJoin(_Round, InclusiveGateway):
    """Waits as long as a live token can still reach an input that has none (BPMN 2.0, 13.4.3)."""

    def _check_threshold_unstructured(self, my_task: Task) -> bool:
        visits = self._of_this_round(my_task)
        arrived = {v.parent.task_spec.name for v in visits if v.parent.state == TaskState.COMPLETED}
        inputs = {source.name for source in self.inputs}
        live = {
            task.task_spec
            for task in my_task.workflow.tasks.values()
            if task.task_spec is not self
            and task.has_state(_ALIVE)
            and not task.is_descendant_of(my_task)
        }
        for start in live:
            reachable = inputs & self._reach(start)
            if reachable - arrived and not reachable & arrived:
                return False
        return True

    def _reach(self, start: object) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            spec = todo.pop()
            if spec is None or spec is self or spec.name in seen:  # type: ignore[attr-defined]
                continue
            seen.add(spec.name)  # type: ignore[attr-defined]
            todo.extend(spec.outputs)  # type: ignore[attr-defined]
        return seen

    def _run_hook(self, my_task: Task) -> bool:
        self._gather(my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise WorkflowTaskException("no branch of this gateway applies", task=my_task)
        self._go_on(my_task, matches or defaults)
        return True
