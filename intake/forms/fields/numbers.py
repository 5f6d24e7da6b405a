"""Numbers between limits, and amounts of money."""

import re
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from intake.forms.fields.question import Question
from intake.whole import whole


class Number(Question):
    """A number between two limits; whole unless decimals are asked for."""

    kind = "number"

    def __init__(
        self,
        label: Any,
        least: int = 0,
        most: int = 9999,
        *,
        decimals: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.least, self.most, self.decimals = least, most, decimals

    def read(self, text: str) -> Any:
        """An int, or a float where decimals are asked for."""
        plain = text.replace(",", ".").replace("'", "").replace("’", "")
        good = re.fullmatch(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?", plain)
        found = Decimal(plain if good else "NaN")
        if not good or not (self.decimals or found == found.to_integral_value()):
            raise ValueError(gettext("Geben Sie eine Zahl ein."))
        if not self.least <= found <= self.most:
            raise ValueError(
                gettext(
                    "Geben Sie eine Zahl von %(least)s bis %(most)s ein.",
                    least=self.least,
                    most=self.most,
                )
            )
        return float(found) if self.decimals else int(found)


class Numbers(Question):
    """Several whole numbers in one line, each larger than the one before: 3, 6, 9."""

    def __init__(self, label: Any, least: int = 1, most: int = 99, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most

    def read(self, text: str) -> Any:
        """A list of ints."""
        parts = [part for part in re.split(r"[\s,;]+", text) if part]
        found = [number for part in parts if (number := whole(part, most=9999)) is not None]
        if len(found) < len(parts):
            raise ValueError(
                gettext("Geben Sie ganze Zahlen mit Komma dazwischen ein, zum Beispiel 3, 6, 9.")
            )
        if found != sorted(set(found)) or not all(self.least <= n <= self.most for n in found):
            raise ValueError(
                gettext(
                    "Geben Sie Zahlen von %(least)s bis %(most)s ein, jede grösser als die vorige.",
                    least=self.least,
                    most=self.most,
                )
            )
        return found

    def shown(self) -> str:
        """3, 6, 9"""
        return ", ".join(str(number) for number in self.data)


class Money(Question):
    """An amount in francs; kept as whole Rappen, shown as CHF 1'234.50."""

    kind = "number"
    decimals = True

    def read(self, text: str) -> Any:
        """Rappen, as a whole number."""
        clean = text.replace("'", "").replace("’", "").replace(",", ".").removeprefix("CHF").strip()
        if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", clean):
            raise ValueError(gettext("Geben Sie einen Betrag ein, zum Beispiel 12.50."))
        return int(Decimal(clean) * 100)

    def shown(self) -> str:
        """CHF 1'234.50"""
        return f"CHF {self._value()}"

    def _value(self) -> str:
        if self.typed:
            return self.typed[0]
        if self.data is None:
            return ""
        francs, rappen = divmod(int(self.data), 100)
        return f"{francs:,}".replace(",", "'") + f".{rappen:02d}"
