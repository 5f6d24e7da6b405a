"""Cells of decision tables: FEEL's unary tests as office people write them, and nothing else.

`-` or an empty cell, `"a", "b"`, `< 18`, `[18..25]`, `not("x")`, numbers, true, false, null, dates as
`date("2026-01-31")`. What these mean is what the standard says (OMG DMN 1.3, 7.3.2 and 10.3); what is
not on this list is refused with a sentence, never read as something else.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

LONGEST = 500
MOST_TESTS = 100

Value = str | int | float | bool | date | None


class BadCell(ValueError):
    """The text is not a unary test of this language."""


@dataclass(frozen=True)
class Literal:
    """Equal to a value."""

    value: Value

    def holds(self, given: Any) -> bool:
        """Whether a value is this one; numbers and truth values are never mixed up."""
        return _alike(given, self.value) and given == self.value


@dataclass(frozen=True)
class Compared:
    """Less or more than a value, or not equal to it."""

    sign: str
    value: Value

    def holds(self, given: Any) -> bool:
        """Whether a value lies on this side; something else than a comparable value never does."""
        if self.sign == "!=":
            return not Literal(self.value).holds(given)
        if given is None or self.value is None or not _alike(given, self.value):
            return False
        if isinstance(given, bool):
            return False
        return bool(_ORDER[self.sign](given, self.value))


@dataclass(frozen=True)
class Interval:
    """Between two values, each end counted or not."""

    low: Compared
    high: Compared

    def holds(self, given: Any) -> bool:
        """Whether a value lies between the ends."""
        return self.low.holds(given) and self.high.holds(given)


@dataclass(frozen=True)
class Tests:
    """What one cell says: any of several tests, or none of them; no tests at all mean anything."""

    tests: tuple[Literal | Compared | Interval, ...] = ()
    negated: bool = False

    @property
    def anything(self) -> bool:
        """Whether the cell does not care."""
        return not self.tests

    def holds(self, given: Any) -> bool:
        """Whether a value passes; dates may be given as ISO texts."""
        if self.anything:
            return True
        found = any(test.holds(_as(test, given)) for test in self.tests)
        return found != self.negated

    def values(self) -> Iterator[Value]:
        """Every value that the cell names."""
        for test in self.tests:
            if isinstance(test, Interval):
                yield test.low.value
                yield test.high.value
            else:
                yield test.value


_ORDER = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\["\\nt])*")
      | (?P<date>(?:date\s*\(\s*"(?P<iso>[^"]*)"\s*\)|@"(?P<at>[^"]*)"))
      | (?P<number>-?\d{1,15}(?:\.\d{1,15})?)(?!\w|\.\d)
      | (?P<range>\.\.)
      | (?P<sign><=|>=|!=|<|>|=)
      | (?P<mark>[\[\](),])
      | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    )""",
    re.VERBOSE,
)
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
_ESCAPED = {"n": "\n", "t": "\t"}


@functools.lru_cache(2048)
def parse_cell(text: str) -> Tests:
    """What an input cell says. Raises BadCell with a sentence on what to write instead."""
    clean = text.strip()
    if clean in ("", "-"):
        return Tests()
    tokens = _Tokens(clean)
    if tokens.next_is("word", "not"):
        tokens.take()
        tokens.expect("(")
        tests = tuple(_tests(tokens))
        tokens.expect(")")
        negated = True
    else:
        tests, negated = tuple(_tests(tokens)), False
    tokens.end()
    return Tests(tests, negated)


@functools.lru_cache(2048)
def parse_result(text: str) -> Value:
    """The value of an output cell; a date stays an ISO text. Raises BadCell."""
    if not text.strip():
        return None
    tokens = _Tokens(text.strip())
    value = _value(tokens)
    tokens.end()
    return value.isoformat() if isinstance(value, date) else value


class _Tokens:
    """The words and signs of a cell, one after the other."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise BadCell(f"a cell is at most {LONGEST} characters long")
        self._left = list(_split(text))

    def next_is(self, kind: str, text: str) -> bool:
        return bool(self._left) and self._left[0] == (kind, text)

    def take(self) -> tuple[str, str]:
        if not self._left:
            raise BadCell("the cell ends too early")
        return self._left.pop(0)

    def expect(self, mark: str) -> None:
        kind, text = self.take()
        if (kind, text) != ("mark", mark):
            raise BadCell(f"{mark} is expected, not {text}")

    def end(self) -> None:
        if self._left:
            raise BadCell(f"{self._left[0][1]} is too much here")


def _split(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadCell(_advice(text[place:].strip()))
        kind = str(found.lastgroup)
        if kind in ("iso", "at"):
            kind = "date"
        if kind == "date":
            yield kind, found["iso"] or found["at"] or ""
        else:
            yield kind, found[kind]
        place = found.end()


def _advice(rest: str) -> str:
    if rest.startswith("?"):
        return '? is not needed: write the tests themselves, as "a", "b" or [18..25]'
    if rest.startswith("'"):
        return "write texts in double quotes"
    if re.match(r"\d{1,2}\.\d{1,2}\.\d{4}", rest):
        return 'write dates as date("2026-01-31")'
    return f"{rest[:20]} is not part of a cell"


def _tests(tokens: _Tokens) -> Iterator[Literal | Compared | Interval]:
    for _ in range(MOST_TESTS):
        yield _test(tokens)
        if not tokens.next_is("mark", ","):
            return
        tokens.take()
    raise BadCell(f"a cell has at most {MOST_TESTS} tests")


def _test(tokens: _Tokens) -> Literal | Compared | Interval:
    for mark in "[(]":
        if tokens.next_is("mark", mark):
            return _interval(tokens)
    for sign in ("<=", ">=", "!=", "<", ">", "="):
        if tokens.next_is("sign", sign):
            tokens.take()
            value = _value(tokens)
            if sign == "=":
                return Literal(value)
            if sign != "!=" and (value is None or isinstance(value, bool)):
                raise BadCell(f"nothing is {sign} {str(value).lower()}")
            return Compared(sign, value)
    return Literal(_value(tokens))


def _interval(tokens: _Tokens) -> Interval:
    _kind, opened = tokens.take()
    low = _value(tokens)
    kind, _text = tokens.take()
    if kind != "range":
        raise BadCell("an interval has two dots between its ends: [18..25]")
    high = _value(tokens)
    _kind, closed = tokens.take()
    if closed not in (")", "]", "["):
        raise BadCell("an interval ends with ] or )")
    if not _alike(low, high) or low is None or isinstance(low, bool):
        raise BadCell("the ends of an interval are two numbers, two dates or two texts")
    if low > high:  # type: ignore[operator]
        raise BadCell("the interval is empty: its first end is greater than its second")
    return Interval(
        Compared(">=" if opened == "[" else ">", low),
        Compared("<=" if closed == "]" else "<", high),
    )


def _value(tokens: _Tokens) -> Value:
    kind, text = tokens.take()
    if kind == "text":
        return re.sub(r"\\(.)", lambda m: _ESCAPED.get(m[1], m[1]), text[1:-1])
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "date":
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadCell(f'{text} is no date; write date("2026-01-31")') from None
    if kind == "word":
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text in ("True", "False", "None"):
            raise BadCell(f"write {'null' if text == 'None' else text.lower()}, not {text}")
        raise BadCell(f'{text} stands without quotes; if it is a text, write "{text}"')
    raise BadCell(f"a value is expected, not {text}")


def _alike(one: Any, other: Any) -> bool:
    """Whether two values can be compared: numbers, texts, truth values, dates, nothing."""
    return _kind(one) == _kind(other)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, date):
        return "date"
    return "text" if isinstance(value, str) else "nothing"


def _as(test: Literal | Compared | Interval, given: Any) -> Any:
    """A date kept as an ISO text, as the date that the test speaks of."""
    value = test.low.value if isinstance(test, Interval) else test.value
    if isinstance(value, date) and isinstance(given, str):
        try:
            return date.fromisoformat(given[:10])
        except ValueError:
            return given
    return given
