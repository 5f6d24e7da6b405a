"""Dates, also those that are known only in part."""

import re
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from intake.forms.fields.question import Question

_OLDEST, _NEWEST = 1900, 2100
_LIKE_A_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}(\d\d)?|\d{4}-\d{2}-\d{2}", re.ASCII)


class Day(Question):
    """A date, typed as in the office: 31.3.2026; or as 2026-03-31."""

    kind = "day"

    def __init__(
        self,
        label: Any,
        *,
        not_before: Any = None,
        not_after: Any = None,
        starts_today: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.not_before, self.not_after = not_before, not_after
        self.starts_today = starts_today

    def read(self, text: str) -> Any:
        """The ISO date."""
        found = a_day(text)
        if found is None:
            raise ValueError(
                no_such_day(text)
                or gettext("Geben Sie das Datum als Tag.Monat.Jahr ein, zum Beispiel 31.3.2026.")
            )
        if self.not_after and found > self.not_after():
            raise ValueError(gettext("Dieses Datum liegt in der Zukunft. Prüfen Sie es."))
        if self.not_before and found < self.not_before():
            raise ValueError(gettext("Dieses Datum liegt in der Vergangenheit. Prüfen Sie es."))
        return found.isoformat()

    def shown(self) -> str:
        """dd.mm.yyyy"""
        return date.fromisoformat(self.data).strftime("%d.%m.%Y")


def a_day(text: str) -> date | None:
    """The day that a text means, as people write it; None for none."""
    found = _written(text)
    return found if found and _OLDEST <= found.year <= _NEWEST else None


def no_such_day(text: str) -> str:
    """What to say of a text that is written like a day and is none: 31.2.2027; else nothing."""
    if a_day(text) or not _LIKE_A_DAY.fullmatch(text.replace(" ", "")):
        return ""
    if _written(text):
        return gettext(
            "Prüfen Sie das Jahr: Es liegt zwischen %(first)s und %(last)s.",
            first=_OLDEST,
            last=_NEWEST,
        )
    return gettext("Diesen Tag gibt es nicht. Prüfen Sie Tag, Monat und Jahr.")


def _written(text: str) -> date | None:
    if not text.isascii():  # `strptime` takes the digits of any script
        return None
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y"):
        try:
            return datetime.strptime(text.replace(" ", ""), form).date()
        except ValueError:
            continue
    return None


class PartialDay(Question):
    """A birth date that may be known only in part: 1988, 11.2008 or 31.3.1988 (eCH-0044)."""

    kind = "day"

    def read(self, text: str) -> Any:
        """`1988`, `2008-11` or `1988-03-31`."""
        compact = text.replace(" ", "")
        this_year = date.today().year
        found: str | None = None
        if re.fullmatch(r"[0-9]{4}", compact):
            found = compact
        elif match := re.fullmatch(r"([0-9]{1,2})\.([0-9]{4})|([0-9]{4})-([0-9]{2})", compact):
            month, year = (int(match[1] or match[4]), match[2] or match[3])
            found = f"{year}-{month:02d}" if 1 <= month <= 12 else None
        elif day := a_day(compact):
            found = day.isoformat() if day <= date.today() else None
        if found is None or not 1900 <= int(found[:4]) <= this_year:
            raise ValueError(
                no_such_day(text)
                or gettext(
                    "Geben Sie das Datum als Tag.Monat.Jahr ein, zum Beispiel 31.3.1988. "
                    "Das Jahr allein genügt auch."
                )
            )
        return found

    def shown(self) -> str:
        """As people write it."""
        return partial_day(self.data)


def partial_day(value: str) -> str:
    """1988-03-31 as 31.03.1988; 2008-11 as 11.2008; 1988 as it is."""
    return ".".join(reversed(value.split("-"))) if value else ""
