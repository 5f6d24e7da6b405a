"""How SpiffWorkflow is made to ask our closed language, and our actions, instead of Python."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import (
    BasePythonScriptEngineEnvironment,
    PythonScriptEngine,
)
from SpiffWorkflow.spiff.specs.defaults import BusinessRuleTask, ServiceTask
from SpiffWorkflow.task import Task

from models.base import now, today
from workflows.decisions import Table
from workflows.expressions import Functions, Lookup, UnknownName, evaluate, parse

Action = Callable[..., dict[str, Any]]
Scalar = str | int | float | bool | None


class ClosedEnvironment(BasePythonScriptEngineEnvironment):
    """Everything a drawing computes comes through here; there is no other way (ENGINE.md 5.3).

    Names are looked up in the step's routing answers, then in the facts of the case, which are
    given for one evaluation and never kept.

    Args:
        day: the day on which the case is.
    """

    def __init__(
        self,
        functions: Functions | None = None,
        facts: Callable[[], Mapping[str, Any]] | None = None,
        actions: Mapping[str, Action] | None = None,
        day: Callable[[], date] = today,
    ) -> None:
        super().__init__({})
        self._day = day
        self._functions = functions or Functions()
        self._facts = facts or dict
        self._actions = actions or {}

    def evaluate(
        self, expression: str, context: dict[str, Any], external_context: Any = None
    ) -> Any:
        """The value of an expression; raises as `workflows.expressions.evaluate` does."""
        return evaluate(expression, self._look_up(context), self._functions)

    def decide(self, table: Table, context: dict[str, Any]) -> dict[str, Any]:
        """What a decision table answers; raises as `Table.decide` does."""
        return dict(table.decide(self._look_up(context), self._functions))

    def now(self) -> datetime:
        """This moment, on the day on which the case is: a case that is replayed lives on its own days."""
        return now() + (self._day() - today())

    def _look_up(self, context: Mapping[str, Any]) -> Lookup:
        def look_up(name: str) -> Any:
            if name in context:
                return context[name]
            facts = self._facts()
            if name not in facts:
                raise UnknownName(f"{name} is not set here")
            return facts[name]

        return look_up

    def execute(self, script: str, context: dict[str, Any], external_context: Any = None) -> bool:
        """Scripts are not part of what a drawing may do."""
        raise PermissionError("scripts are not run")

    def call_service(self, context: dict[str, Any], **call: Any) -> str:
        """Run an action by its name; the answer goes to the step's data as flat scalars."""
        name = call["operation_name"]
        if name not in self._actions:
            raise LookupError(f"no action is called {name}")
        given = {key: value["value"] for key, value in call["operation_params"].items()}
        answers = self._actions[name](context, **given)
        return json.dumps(flat(answers))


class ClosedEngine(PythonScriptEngine):
    """The script engine of every case."""

    def __init__(self, environment: ClosedEnvironment | None = None) -> None:
        super().__init__(environment or ClosedEnvironment())

    def validate(self, expression: str) -> None:
        """The decision tables ask this to tell `"a"` from `< 18`."""
        parse(expression)

    def call_service(self, task: Task, **call: Any) -> str:
        """Call without the library's error path, which fails itself (python_engine.py:72)."""
        result: str = self.environment.call_service(task.data, **call)
        return result


class ActionTask(ServiceTask):
    """A service task whose answers become routing answers, each under its own flat key."""

    def _execute(self, task: Task) -> bool:
        answers = task.workflow.script_engine.call_service(
            task,
            operation_name=self.operation_name,
            operation_params=self.evaluate_params(task),
        )
        task.data.update(json.loads(answers))
        return True


class RuleTask(BusinessRuleTask):
    """A decision table whose outcome is kept under flat keys; its inputs are not kept.

    The table is ours (`workflows.decisions`): the library's evaluates Python, and knows neither
    FEEL's lists nor the hit policies (ENGINE.md 5.4).
    """

    def __init__(self, wf_spec: Any, name: str, table: Table, **options: Any) -> None:
        super().__init__(wf_spec, name, dmnEngine=None, **options)
        self.table = table

    def _run_hook(self, my_task: Task) -> bool:
        answers = my_task.workflow.script_engine.environment.decide(self.table, my_task.data)
        my_task.data.update(flat(answers))
        return True


def flat(answers: Mapping[str, Any]) -> dict[str, Scalar]:
    """Check that routing answers are flat scalars (ENGINE.md 2.2).

    Raises:
        TypeError: for a nested value or a key that would poison the stored state.
    """
    for key, value in answers.items():
        if key in ("typename", "data_objects") or not isinstance(key, str):
            raise TypeError(f"{key!r} cannot be a routing answer")
        if value is not None and not isinstance(value, str | int | float | bool):
            raise TypeError(f"{key} must be one plain value, not {type(value).__name__}")
    return dict(answers)
