"""The times of a drawing in words: what `working_days("T3")` means to people."""

import re
from collections.abc import Callable

from flask_babel import gettext

from intake.known_words import name
from intake.wording import UNIT
from models.reference import DEADLINES

_NAME, _TERM = r"([\w.]+)", r"\"(\w+)\""


def term(code: str) -> str:
    """10 Arbeitstage (T3); as the table has it where no programme sets another length."""
    if code not in DEADLINES:
        return code
    amount, unit = DEADLINES[code]
    return f"{amount} {UNIT[unit]} ({code})"


_SAID: tuple[tuple[str, Callable[..., str]], ...] = (
    (rf"working_days\({_TERM}\)", lambda code: gettext("%(term)s ab dann", term=term(code))),
    (
        rf"deadline_after\({_NAME}, {_TERM}\)",
        lambda day, code: gettext("%(term)s ab «%(day)s»", term=term(code), day=name(day)),
    ),
    (
        rf"deadline_before\({_NAME}, {_TERM}\)",
        lambda day, code: gettext("%(term)s vor «%(day)s»", term=term(code), day=name(day)),
    ),
    (
        rf"months_after\({_NAME}, (\d+)\)",
        lambda day, number: gettext("%(n)s Monate nach «%(day)s»", n=number, day=name(day)),
    ),
    (rf"morning_of\({_NAME}\)", lambda day: gettext("am Morgen von «%(day)s»", day=name(day))),
    (rf"end_of_day\({_NAME}\)", lambda day: gettext("am Ende von «%(day)s»", day=name(day))),
    (rf"every\({_TERM}\)", lambda code: gettext("alle %(term)s", term=term(code))),
    (
        rf"then_every\({_TERM}, (\d+)\)",
        lambda code, days: gettext(
            "%(term)s ab dann, danach alle %(n)s Tage", term=term(code), n=days
        ),
    ),
    (r"P(\d+)D", lambda days: gettext("%(n)s Tage", n=days)),
)


def said(expression: str) -> str:
    """A timer's expression in words; as it stands where there are none for it."""
    for pattern, words in _SAID:
        found = re.fullmatch(pattern, expression.strip())
        if found is not None:
            return words(*found.groups())
    return expression
