"""What a drawing may ask about a case: looked up when an expression needs it, never kept."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from models.base import today
from models.programs import program_codes
from models.reference import PROGRAMS
from models.referrals import Referral
from models.session import db
from models.submissions import latest_answers
from models.tandems import current_tandem

#: The wish of an office that leaves the programme to triage.
OPEN = "open"


def _wishes() -> tuple[str, ...]:
    """Any programme may be wished for; without a database (`intake check`) those that come along."""
    try:
        db.get_bind()
    except sa.exc.UnboundExecutionError:
        return (OPEN, *(code for _provider, code, *_more in PROGRAMS))
    return (OPEN, *program_codes())


Values = tuple[Any, ...] | None
_FACTS: Mapping[str, Values | Callable[[], Values]] = {
    "case.is_minor": (True, False),
    "case.comes_of_age_on": None,
    "case.interviewed": (True, False),
    "referral.program_wish": _wishes,
    "referral.target_group": (
        "ADULT",
        "COUPLE",
        "FAMILY",
        "CHILD",
        "YOUTH",
        "YOUNG_ADULT",
        "MNA",
    ),
    "referral.permit": None,
    "referral.consent": (True, False),
    "referral.exclusion_checked": (True, False),
    "referral.lives_in_canton": (True, False),
    "referral.complete_on": None,
    "tandem.trial_until": None,
    "tandem.end": None,
    "tandem.ended_on": None,
}


class _Known(Mapping[str, Values]):
    """The facts by name; values that are rows of a table are read when they are asked for."""

    def __getitem__(self, name: str) -> Values:
        values = _FACTS[name]
        return values() if callable(values) else values

    def __iter__(self) -> Iterator[str]:
        return iter(_FACTS)

    def __len__(self) -> int:
        return len(_FACTS)


#: Every fact with the values it can have; None where it is a date, a number or free.
FACTS: Mapping[str, Values] = _Known()


class Facts(Mapping[str, Any]):
    """The facts of a case, looked up in the tables when one is first asked for.

    Args:
        answers: the referral's answers that count now, where the caller has them already.
    """

    def __init__(self, referral: Referral, answers: Mapping[str, Any] | None = None) -> None:
        self._case, self._answers = referral, answers
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known.update(self._look_up(name.partition(".")[0]))
        return self._known[name]

    def _look_up(self, room: str) -> dict[str, Any]:
        if room == "referral":
            if self._answers is None:
                self._answers = latest_answers(self._case.id, "referral")
            return _about_the_referral(self._case, self._answers)
        return _ROOMS[room](self._case)

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)

    def __contains__(self, name: object) -> bool:
        return name in FACTS

    def forget(self) -> None:
        """Something was written: look up again."""
        self._known.clear()


def _about_the_case(case: Referral) -> dict[str, Any]:
    of_age = comes_of_age_on(case.mentee.date_of_birth)
    return {
        "case.is_minor": of_age is not None and of_age > today(),
        "case.comes_of_age_on": _iso(of_age),
        "case.interviewed": bool(latest_answers(case.id, "intake_interview")),
    }


def _about_the_referral(case: Referral, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "referral.program_wish": answers.get("program_wish", OPEN),
        "referral.target_group": case.target_group,
        "referral.permit": answers.get("permit"),
        "referral.consent": bool(answers.get("consent_given_on")),
        "referral.exclusion_checked": answers.get("exclusion_check") == "none",
        # Only municipalities of the canton can be chosen.
        "referral.lives_in_canton": case.municipality_id is not None,
        "referral.complete_on": _iso(case.complete_on or case.received_on),
    }


def _about_the_tandem(case: Referral) -> dict[str, Any]:
    tandem = current_tandem(case.id)
    if tandem is None:
        return dict.fromkeys(("tandem.trial_until", "tandem.end", "tandem.ended_on"))
    return {
        "tandem.trial_until": _iso(tandem.trial_until or tandem.start_on),
        "tandem.end": _iso(tandem.planned_end),
        "tandem.ended_on": _iso(tandem.ended_on or tandem.planned_end),
    }


_ROOMS: dict[str, Callable[[Referral], dict[str, Any]]] = {
    "case": _about_the_case,
    "tandem": _about_the_tandem,
}


def comes_of_age_on(born: str, age: int = 18) -> date | None:
    """The 18th birthday; a birth date known in part counts from its first possible day.

    Args:
        born: `1988`, `1988-11` or `1988-11-30`.
        age: another birthday, in years.
    """
    parts = [int(part) for part in born.split("-")] if born else []
    if not parts:
        return None
    first = date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    return first + relativedelta(years=age)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
