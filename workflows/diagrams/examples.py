"""Example cases: a process owner writes what is answered and where the case must be then.

An example is a JSON object: `name`; `facts` about the case; `gives`, what automatic steps answer; and
`steps`, one after the other. A step does one of `step` (a user task, with `answers`), `message` (with
`answers`) or `timer` (everything that falls due up to this one), may turn the clock (`on`, a date), may
change `facts` and `gives`, and may say what must be true then: `waits` (the elements that wait),
`status`, `end` (the code of the end of the process).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.base import OFFICE_ZONE, today
from models.referrals import ReferralStatus
from workflows import bounds
from workflows.actions import ACTIONS
from workflows.diagrams.trial import TABLE, asked
from workflows.engine.case import Case, OpenStep
from workflows.engine.codec import Specs
from workflows.engine.script import ClosedEngine, ClosedEnvironment
from workflows.errors import StepFailed
from workflows.expressions import Functions
from workflows.facts import FACTS

Forms = Mapping[str, Mapping[str, Any]]
DOES = ("step", "message", "timer")
SAYS = ("waits", "status", "end")
MOST_TIMERS = 40


class BadExample(Exception):
    """An example that cannot be understood; the sentence says what and where."""


@dataclass(frozen=True)
class Failure:
    """Where an example went another way.

    Attributes:
        number: of the step, from 1.
        reason: `not_waiting`, `no_message`, `no_timer`, `no_such_answer`, `stopped`, or what was to be
            true: `waits`, `status`, `end`.
        wanted: what the example says.
        found: what is.
    """

    number: int
    reason: str
    wanted: str
    found: str


@dataclass(frozen=True)
class Example:
    """One example case."""

    name: str
    steps: list[dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    gives: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, data: bytes) -> "Example":
        """An example from its file. Raises BadExample."""
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise BadExample(f"this is no JSON: {error}") from None
        return cls.of(found)

    @classmethod
    def of(cls, found: Any) -> "Example":
        """An example from its JSON. Raises BadExample."""
        if not isinstance(found, dict) or not isinstance(found.get("steps"), list):
            raise BadExample("an example is an object with a name and a list of steps")
        _only(found, ("name", "steps", "facts", "gives"), "the example")
        facts, gives = found.get("facts", {}), found.get("gives", {})
        if not isinstance(facts, dict) or not isinstance(gives, dict):
            raise BadExample("facts and gives are objects")
        _only(facts, FACTS, "facts")
        if len(found["steps"]) > bounds.EXAMPLE_STEPS:
            raise BadExample(f"an example has at most {bounds.EXAMPLE_STEPS} steps")
        for number, step in enumerate(found["steps"], 1):
            _understood(step, f"step {number}")
        return cls(str(found.get("name", "")), found["steps"], facts, gives)


def _only(given: Mapping[str, Any], known: Any, where: str) -> None:
    for key in given:
        if key not in known:
            raise BadExample(f"{where}: nobody knows {key!r}")


def _understood(step: Any, where: str) -> None:
    if not isinstance(step, dict):
        raise BadExample(f"{where}: a step is an object")
    _only(step, (*DOES, *SAYS, "on", "answers", "facts", "gives"), where)
    if sum(key in step for key in DOES) > 1:
        raise BadExample(f"{where}: only one of {', '.join(DOES)}")
    if not isinstance(step.get("waits", []), list):
        raise BadExample(f"{where}: waits is a list of elements")
    for key in ("answers", "facts", "gives"):
        if not isinstance(step.get(key, {}), dict):
            raise BadExample(f"{where}: {key} is an object")
    _only(step.get("facts", {}), FACTS, f"{where}, facts")
    try:
        date.fromisoformat(step.get("on", "2026-01-01"))
    except (TypeError, ValueError):
        raise BadExample(f"{where}: on is a date such as 2026-03-02") from None


@dataclass(frozen=True)
class Standing:
    """Where a case on trial is.

    Attributes:
        steps: the user tasks that wait.
        hears: the messages that it would hear.
        timers: (moment, element, name) of what falls due, the earliest first.
        end: the code of the end of the whole process, once it is `over`.
        day: today, as the deadlines have turned the clock.
    """

    steps: list[OpenStep]
    hears: list[str]
    timers: list[tuple[datetime, str, str]]
    status: str
    end: str
    over: bool
    day: date


def then(standing: Standing) -> dict[str, Any]:
    """Where a case is, as the last step of an example says it."""
    waits = sorted(step.element for step in standing.steps)
    end = {"end": standing.end} if standing.over else {}
    return {"waits": waits, "status": standing.status, **end}


class Player:
    """Plays one example; `passed` are the user tasks that it has finished, `seen` all it went through."""

    def __init__(self, example: Example, specs: Specs, forms: Forms) -> None:
        self._specs, self._forms, self._steps = specs, forms, example.steps
        self._facts, self._gives = {**_usual_facts(), **example.facts}, dict(example.gives)
        self._status = ReferralStatus.SUBMITTED.value
        self._day, self._end = today(), ""
        self._case: Case
        self.passed: set[str] = set()
        self.seen: list[str] = []

    def play(self) -> Failure | None:
        """Every step in its order, the case saved and read again after each. The first failure, if any."""
        try:
            self._case = Case.start(self._specs, self._engine())
            self._look()
        except StepFailed as failed:
            return Failure(0, "stopped", failed.element, failed.reason)
        for number, step in enumerate(self._steps, 1):
            failure = self.go_on(number, step)
            if failure is not None:
                return failure
        return None

    def go_on(self, number: int, step: dict[str, Any]) -> Failure | None:
        """Do one step, save the case and read it again; why it cannot be done, if it cannot."""
        self._facts |= step.get("facts", {})
        self._gives |= step.get("gives", {})
        if "on" in step:
            self._day = date.fromisoformat(step["on"])
        try:
            failures = [*self._do(step), *self._true(step)]
        except StepFailed as failed:
            failures = [("stopped", failed.element, failed.reason)]
        if failures:
            return Failure(number, *failures[0])
        self._case = Case.load(self._case.dump(), self._specs, self._engine())
        return None

    def _engine(self) -> ClosedEngine:
        def answers(routes: Mapping[str, Any]) -> Any:
            return lambda data, **given: {
                key: self._gives.get(key, choices[0] if choices else _some_day())
                for key, choices in routes.items()
            }

        def day() -> date:
            return self._day

        functions = Functions(TABLE, day)
        actions = {name: answers(filed.routes) for name, filed in ACTIONS.items()}
        return ClosedEngine(ClosedEnvironment(functions, lambda: self._facts, actions, day))

    def _do(self, step: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        if "step" in step:
            yield from self._complete(step["step"], step.get("answers", {}))
        elif "message" in step:
            if not self._case.send(step["message"], step.get("answers", {})):
                heard = ", ".join(sorted(self._case.listens_to()))
                yield "no_message", step["message"], heard
        elif "timer" in step:
            yield from self._wait_for(step["timer"])
        self._look()

    def _complete(self, element: str, answers: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        waiting = next((s for s in self._case.open_steps() if s.element == element), None)
        if waiting is None:
            yield "not_waiting", element, ", ".join(self._waiting())
            return
        form = waiting.properties.get("form", "")
        routes = self._forms.get(form, {})
        for route, value in answers.items():
            choices = routes.get(route, ())
            if choices is not None and value is not None and value not in choices:
                offered = ", ".join(map(str, choices)) or ", ".join(routes)
                yield "no_such_answer", f"{form}.{route}: {value}", offered
                return
        theirs = asked(routes, waiting.properties.get("variant", ""))
        given = {**dict.fromkeys(theirs), **answers}  # what was not asked is null, as in the office
        self._case.complete(waiting.id, {f"{form}.{key}": v for key, v in given.items()})
        self.passed.add(element)

    def _wait_for(self, timer: str) -> Iterator[tuple[str, str, str]]:
        for _ in range(MOST_TIMERS):
            self._case.fired.clear()
            moment = self._case.next_due
            if moment is not None:
                self._day = max(self._day, moment.astimezone(OFFICE_ZONE).date())
            self._case.fire_next()
            if not self._case.fired:
                break
            if self._case.fired[0].element == timer:
                return
        yield "no_timer", timer, ", ".join(sorted(set(self._waiting())))

    def _look(self) -> None:
        """The status stays until the drawing says another."""
        status = self._case.status
        if self._case.over:
            self._end = str(self._case.data.get(f"{self._specs[0].name}.end", ""))
        self.seen += [event.element for event in self._case.passed]
        self._case.passed.clear()
        self._status = status or self._status

    def _true(self, step: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        if "waits" in step and sorted(step["waits"]) != self._waiting():
            yield "waits", ", ".join(sorted(step["waits"])), ", ".join(self._waiting())
        if "status" in step and step["status"] != self._status:
            yield "status", str(step["status"]), self._status
        if "end" in step and (not self._case.over or step["end"] != self._end):
            yield "end", str(step["end"]), self._end or ", ".join(self._waiting())

    def standing(self) -> "Standing":
        """Where the case is after what was played."""
        case = self._case
        return Standing(
            case.open_steps(),
            sorted(case.listens_to()),
            case.timers(),
            self._status,
            self._end,
            case.over,
            self._day,
        )

    def _waiting(self) -> list[str]:
        return sorted(step.element for step in self._case.open_steps())


def _usual_facts() -> dict[str, Any]:
    """What counts where an example says nothing: no for yes or no, else the first of the values."""
    return {
        name: _some_day() if not values else False if False in values else values[0]
        for name, values in FACTS.items()
    }


def _some_day() -> str:
    return (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
