"""What a case went through, as an example: the answers that routed it, its deadlines, no person.

Who replays it learns nothing of names or of anything that was written in words. What automatic steps
answered, and what was true at the time, is read from the records again.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models.base import OFFICE_ZONE
from models.check_ins import check_ins_of
from models.journal import Entry
from models.referrals import Referral
from models.session import db
from models.submissions import Submission, submissions_of
from models.tandems import Tandem
from models.tasks import Task
from workflows.diagrams.examples import Example, Failure, Player, then
from workflows.engine.codec import Specs
from workflows.facts import Facts
from workflows.messages import MESSAGES

Forms = Mapping[str, Mapping[str, Any]]
#: (form key, all answers) to the routing answers, by route.
Routing = Callable[[str, dict[str, Any]], dict[str, Any]]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Story:
    """A case as an example, and how it went on the version that it ran on.

    Attributes:
        failure: why it cannot be replayed even there; None if it can.
        seen: the elements it passed, in their order.
    """

    example: dict[str, Any]
    failure: Failure | None = None
    seen: list[str] = field(default_factory=list)
    end: tuple[str, str] = ("", "")


def story_of(referral: Referral, specs: Specs, forms: Forms, routing: Routing) -> Story:
    """What happened to a case, and how that goes on the version that it ran on."""
    steps = _Telling(referral, routing).steps()
    facts = {**Facts(referral), **_UNKNOWN_AT_FIRST}
    if facts["case.comes_of_age_on"]:
        for step in steps:
            step["facts"]["case.is_minor"] = step["on"] < facts["case.comes_of_age_on"]
        facts["case.is_minor"] = bool(steps) and steps[0]["facts"]["case.is_minor"]
    example = {"name": "", "facts": facts, "gives": {}, "steps": steps}
    player = Player(Example.of(example), specs, forms)
    failure = player.play()
    if failure is not None:
        return Story(example, failure)
    standing = player.standing()
    return Story(example, None, player.seen, (standing.status, standing.end))


#: What only the answers on the way make true.
_UNKNOWN_AT_FIRST = {
    "case.interviewed": False,
    "tandem.trial_until": None,
    "tandem.end": None,
    "tandem.ended_on": None,
}


class _Telling:
    """The records of a case, told in the order in which they were made."""

    def __init__(self, referral: Referral, routing: Routing) -> None:
        self._referral, self._routing = referral, routing
        tasks = sa.select(Task.id, Task.element).where(Task.referral_id == referral.id)
        self._elements: dict[int, str] = dict(db.execute(tasks).all())
        tandems = sa.select(Tandem).where(Tandem.referral_id == referral.id).order_by(Tandem.id)
        self._held = [[c.planned_on for c in check_ins_of(t.id)] for t in db.scalars(tandems)]
        self._tandem, self._check_ins = -1, 0
        self._end, self._next = "", "none"

    def steps(self) -> list[dict[str, Any]]:
        """A step of an example for each answer and each deadline."""
        happened: list[tuple[datetime, Submission | str]] = [
            (one.at, one) for one in submissions_of(self._referral.id)
        ]
        fired = (
            sa.select(Entry.at, Entry.element)
            .where(Entry.referral_id == self._referral.id, Entry.event == "timer")
            .order_by(Entry.id)
        )
        happened += [(at, element or "") for at, element in db.execute(fired)]
        happened.sort(key=lambda one: (one[0], isinstance(one[1], Submission)))
        found = []
        for at, what in happened:
            step = self._answered(what) if isinstance(what, Submission) else {"timer": what}
            if step is not None:
                learned = self._learn(what) if isinstance(what, Submission) else {}
                day = at.astimezone(OFFICE_ZONE).date().isoformat()
                found.append({**step, "facts": learned, "gives": self._given(day), "on": day})
        return found

    def _answered(self, one: Submission) -> dict[str, Any] | None:
        routes = self._routing(one.form_key, one.answers)
        routes = {key: value for key, value in routes.items() if value is not None}
        if one.task_id is not None:
            return {"step": self._elements[one.task_id], "answers": routes}
        if one.form_key in MESSAGES:
            answers = {f"{one.form_key}.{key}": value for key, value in routes.items()}
            return {"message": MESSAGES[one.form_key][0], "answers": answers}
        return None

    def _learn(self, one: Submission) -> dict[str, Any]:
        """The facts that change with answers to a form."""
        answers = one.answers
        if one.form_key == "intake_interview":
            return {"case.interviewed": True}
        if one.form_key == "completeness_check" and answers.get("complete_on"):
            return {"referral.complete_on": answers["complete_on"]}
        if one.form_key == "check_in":
            self._check_ins += 1
        if one.form_key == "tandem_agreement":
            self._tandem, self._check_ins, self._next = self._tandem + 1, 0, "none"
            self._end = answers["planned_end_date"]
            trial = answers.get("trial_until") or answers["start_date"]
            return {"tandem.trial_until": trial, **self._ending()}
        if one.form_key == "extension" and answers.get("new_end"):
            self._end = answers["new_end"]
            return self._ending()
        if one.form_key == "early_termination":
            self._next = answers.get("next", "none")
            return {"tandem.ended_on": answers.get("ended_on")}
        return {}

    def _ending(self) -> dict[str, Any]:
        return {"tandem.end": self._end, "tandem.ended_on": self._end}

    def _given(self, day: str) -> dict[str, Any]:
        """What automatic steps answered at this moment (`plan_check_in`, `end_tandem`, `lapse`)."""
        gives = {"lapse.on": day, "early_termination.next": self._next}
        if self._tandem < 0:
            return gives
        held = self._held[self._tandem] if self._tandem < len(self._held) else []
        if self._check_ins < len(held):
            on = held[self._check_ins].isoformat()
            return {**gives, "plan.next": "check_in", "plan.on": on}
        following = "wait" if self._end >= day else "done"
        return {**gives, "plan.next": following, "plan.on": self._end}


def anonymous(story: Story, specs: Specs, forms: Forms) -> dict[str, Any]:
    """The story as an example for everybody: other days, another birthday, nobody's case.

    All days move together, by weeks drawn at random, so that order and distances stay. The birthday
    does not move along: it falls on a day drawn between its neighbours in the story.

    Raises:
        LookupError: moved it cannot be played.
    """
    for _try in range(_TRIES):
        moved = _moved(_without_birthday(story.example), timedelta(weeks=_weeks(story.example)))
        without = {**moved, "steps": [_without_day(step) for step in moved["steps"]]}
        for candidate in (without, moved):
            player = Player(Example.of(candidate), specs, forms)
            if player.play() is None:
                last = {**candidate["steps"][-1], **then(player.standing())}
                return {**candidate, "steps": [*candidate["steps"][:-1], last]}
    raise LookupError("this case cannot be replayed without its own days")


#: Other days may fall on other holidays; then others are drawn.
_TRIES = 12
_DRAW = random.SystemRandom()
_OF_AGE = "case.comes_of_age_on"
_FAR = timedelta(days=3650)


def _weeks(example: dict[str, Any]) -> int:
    """How far back: to a day of the years 2015 to 2023, whenever the case was."""
    first = date.fromisoformat(example["steps"][0]["on"])
    return (first - date(2015, 1, 5)).days // 7 - _DRAW.randrange(9 * 52)


def _without_birthday(example: dict[str, Any]) -> dict[str, Any]:
    """The same with a birthday drawn anew: between the same days of the story, on none that leads to it.

    A deadline that ran out on the birthday itself moves with it.
    """
    birthday = example["facts"].get(_OF_AGE)
    if not birthday:
        return example
    days = _days(_put(example, birthday, ""))
    before = max((day for day in days if day < birthday), default=None)
    after = min((day for day in days if day >= birthday), default=None)
    return _put(example, birthday, _between(before, after))


def _between(before: str | None, after: str | None) -> str:
    """A day after one and before the other; years off where there is no other."""
    first = date.fromisoformat(before) + timedelta(1) if before else None
    last = date.fromisoformat(after) - timedelta(1) if after else None
    if first is None:
        first = (last or date(2000, 1, 1)) - _FAR
    last = last or first + _FAR
    return (first + timedelta(_DRAW.randrange(max(1, (last - first).days + 1)))).isoformat()


def _days(value: Any) -> set[str]:
    """Every day that stands in an example."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return {day for one in inner for day in _days(one)}
    return {value} if isinstance(value, str) and _DAY.fullmatch(value) else set()


def _put(example: dict[str, Any], birthday: str, drawn: str) -> dict[str, Any]:
    """The example with another birthday."""
    steps = [
        {**step, "on": drawn, "gives": {**step["gives"], "lapse.on": drawn}}
        if "timer" in step and step["on"] == birthday
        else step
        for step in example["steps"]
    ]
    return {**example, "facts": {**example["facts"], _OF_AGE: drawn}, "steps": steps}


def _moved(value: Any, by: timedelta) -> Any:
    """The same with every date so much earlier."""
    if isinstance(value, dict):
        return {key: _moved(one, by) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, by) for one in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return (date.fromisoformat(value) - by).isoformat()
    return value


def _without_day(step: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in step.items() if key != "on"}
