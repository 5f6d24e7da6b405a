"""Timers that cannot be understood, or that nobody can have meant."""

import re
from collections.abc import Iterator
from datetime import datetime

from workflows.expressions import ISO_TEXT

#: A timer that repeats faster than this would keep the worker busy with one case.
SHORTEST_CYCLE_SECONDS = 3600
LONGEST_YEARS = 20

_PERIOD = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?)?"
)
_SECONDS = (31_557_600, 2_629_800, 604_800, 86_400, 3600, 60, 1)
_MOMENTS = (
    "working_days",
    "deadline_after",
    "deadline_before",
    "months_after",
    "morning_of",
    "end_of_day",
)
_GIVES = {"timeDate": _MOMENTS, "timeDuration": _MOMENTS, "timeCycle": ("every", "then_every")}


def wrong_with_time(kind: str, text: str) -> Iterator[tuple[str, str]]:
    """(code, sentence) for a timer's text that is an expression of the language already.

    Args:
        kind: `timeDate`, `timeDuration` or `timeCycle`.
    """
    if not ISO_TEXT.fullmatch(text):
        called = re.match(r"([a-z_]+)\s*\(", text)
        if called is None or called[1] not in _GIVES.get(kind, ()):
            choices = ", ".join(_GIVES.get(kind, ()))
            yield "BAD_TIME", f"a {kind} is an ISO text or one of {choices}"
        return
    cycle, _, period = text.rpartition("/")
    if (kind == "timeCycle") != bool(cycle):
        yield "BAD_TIME", "a cycle is written as R/P7D, a duration as P14D, a date as 2026-01-31"
        return
    if kind == "timeDate":
        if period.startswith("P"):
            yield "BAD_TIME", "a date is written as 2026-01-31; a period such as P14D is a duration"
        elif not _is_moment(text):
            yield "BAD_TIME", f"{text} is no day of the calendar"
        return
    seconds = seconds_of(period)
    if seconds is None:
        yield "BAD_TIME", f"{period} is no period; write P14D, P3M or PT8H"
    elif seconds > LONGEST_YEARS * _SECONDS[0]:
        yield "ABSURD_TIME", f"{period} is longer than {LONGEST_YEARS} years"
    elif cycle and seconds < SHORTEST_CYCLE_SECONDS:
        yield "ABSURD_TIME", f"{text} repeats more than once an hour"


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def seconds_of(period: str) -> int | None:
    """The length of an ISO 8601 period, roughly, in seconds; None if it is none."""
    found = _PERIOD.fullmatch(period)
    if found is None or not any(found.groups()):
        return None
    if any(part and len(part) > 9 for part in found.groups()):
        return LONGEST_YEARS * _SECONDS[0] + 1
    return sum(
        int(part or 0) * length for part, length in zip(found.groups(), _SECONDS, strict=True)
    )
