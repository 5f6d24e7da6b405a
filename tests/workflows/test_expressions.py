"""The closed language: what it computes, and that nothing else gets through."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendars import Calendar
from models.deadlines import Deadlines, Term, Unit
from workflows.expressions import (
    BadExpression,
    Functions,
    UnknownName,
    evaluate,
    from_mapping,
    names_in,
)

TABLE = Deadlines(
    {
        "T3": Term(10, Unit.WORKING_DAYS, Calendar.LEGAL),
        "T8": Term(3, Unit.MONTHS, Calendar.LEGAL),
        "T11": Term(6, Unit.WEEKS, Calendar.LEGAL),
    },
    {},
)
DATA = {
    "triage.decision": "admit",
    "n": 3,
    "tandem.start": "2026-03-02",
    "flag": True,
    "text": "abc",
}


def value(text):
    return evaluate(text, from_mapping(DATA), Functions(TABLE, lambda: date(2026, 1, 12)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('triage.decision == "admit"', True),
        ('triage.decision in ["admit", "forward"]', True),
        ('triage.decision not in ["decline"]', True),
        ("n + 2 * 3 - 1", 8),
        ("1 < n <= 3", True),
        ("not flag or n == 3", True),
        ("-n", -3),
        ("P14D", "P14D"),
        ("R3/P7D", "R3/P7D"),
        ("2026-01-31", "2026-01-31"),
        ("months_after(tandem.start, 3)", "2026-06-02T06:00:00+02:00"),
        ('deadline_before("2027-02-28", "T11")', "2027-01-17T06:00:00+01:00"),
        ('deadline_after("2026-01-12", "T3")', "2026-01-27T00:00:00+01:00"),
        ('every("T8")', "R/P3M"),
        ('working_days("T3")', "2026-01-27T00:00:00+01:00"),
        ('then_every("T3", 7)', "R/2026-01-27T00:00:00+01:00/P7D"),
        ("end_of_day(tandem.start)", "2026-03-03T00:00:00+01:00"),
    ],
)
def test_it_computes(text, expected):
    assert value(text) == expected


ATTACKS = [
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "text.upper()",
    "text.format(n)",
    "'{0.__class__}'.format(n)",
    "f'{n}'",
    "lambda: 1",
    "[x for x in text]",
    "{x: 1 for x in text}",
    "(x for x in text)",
    "(n := 5)",
    "open('/etc/passwd')",
    "eval('1')",
    "exec('1')",
    "getattr(text, 'upper')",
    "type(text)",
    "text[0]",
    "text[::-1]",
    "9 ** 9 ** 9",
    "1 << 99",
    "9999999999999",
    "n if flag else 0",
    "{'a': 1}",
    "{1, 2}",
    "*DATA",
    "print(n)",
    "working_days(code='T3')",
    "working_days(*['T3'])",
    "_private",
    "a.__dict__",
    "n; n",
    "import os",
    "del n",
    "n = 3",
    "yield n",
    "await n",
    "b'x'",
    "1j",
    "...",
    "n / 0",
    "n % 2",
    "text @ text",
    "~n",
    "+n",
    "ｅｖａｌ('1')",
    "\x00",
    "\ud800",
    "(" * 60 + "1" + ")" * 60,
    "not " * 200 + "n",
    "-" * 50 + "n",
    "n" + " + n" * 400,
    "[" * 30 + "]" * 30,
    "n." * 30 + "n",
    '"' + "a" * 2000 + '"',
    "${n}",
    "= n",
    "n ==",
    "",
    "working_days",
    "working_days.x()",
    "self._deadlines",
    "_table()",
    "Functions()",
]


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_refused_or_finds_nothing(text):
    with pytest.raises((BadExpression, UnknownName)):
        value(text)


@pytest.mark.parametrize(
    "text",
    [
        '"a" * 9',
        "text + text",
        "n + text",
        "999999999999 * 999999999999",
        'working_days("T99")',
        "months_after(text, 3)",
        "months_after(tandem.start, 99999)",
        "n < text",
        "n in n",
    ],
)
def test_values_that_do_not_fit_are_an_error(text):
    with pytest.raises((TypeError, ValueError, KeyError, OverflowError)):
        value(text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="abn.()[]<>=+-*/ '\"1290,_not in and or{}:@#$%&|^~!\\\n", max_size=60))
def test_no_text_whatever_reaches_python(text):
    try:
        found = evaluate(text, from_mapping(DATA), Functions(TABLE))
    except (BadExpression, UnknownName, TypeError, ValueError, KeyError, OverflowError):
        return
    assert isinstance(found, bool | int | float | str | list | None)


def test_names_are_listed_for_the_check():
    assert names_in('a.b == "x" and not c or working_days(d.e) in [f]') == {"a.b", "c", "d.e", "f"}
