"""The kinds of questions: each takes what people type and gives plain JSON, or says what to do."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from stdnum.ch import ssn
from stdnum.exceptions import ValidationError as NotAnAhvNumber
from wtforms import Field, FieldList, Form, FormField
from wtforms.validators import StopValidation

Choices = Sequence[tuple[Any, Any]]


class Question(Field):
    """A question with a hint; required unless marked optional, asked only if a condition holds.

    Args:
        hint: a sentence under the label.
        optional: may stay empty; shown to the reader.
        only_if: (name of another question, the answers that make this one asked).
        missing: what to say when it was left empty.
        office_only: never sent to a provider's page.
    """

    kind = "text"
    data: Any

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        optional: bool = False,
        only_if: tuple[str, Sequence[Any]] | None = None,
        missing: Any = "",
        office_only: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, description=hint, **options)
        self.optional, self.only_if = optional, only_if
        self.missing, self.office_only = missing, office_only
        self.typed: list[str] = []

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed; an answer that cannot be read raises ValueError with a sentence."""
        self.typed = [value.strip() for value in valuelist]
        text = self.typed[0] if self.typed else ""
        self.data = self.read(text) if text else None

    def read(self, text: str) -> Any:
        """The answer that a text stands for."""
        return text

    def _value(self) -> str:
        if self.typed:
            return self.typed[0]
        return self.shown() if self.data not in (None, "") else ""

    def shown(self) -> str:
        """The answer as people read it."""
        return str(self.data)

    @property
    def empty(self) -> bool:
        """True if there is no answer."""
        return self.data in (None, "", [])

    def raw(self) -> list[tuple[str, str]]:
        """What a browser would send for this answer."""
        return [] if self.empty else [(self.name, self._value())]

    def pre_validate(self, form: Any) -> None:
        """Stop at what is missing."""
        if self.process_errors:
            raise StopValidation()
        if self.empty and not self.optional:
            label = str(self.label.text)
            raise StopValidation(
                str(self.missing) or gettext("Beantworten Sie «%(label)s».", label=label)
            )


class Text(Question):
    """One line."""

    def __init__(self, label: Any, longest: int = 100, **options: Any) -> None:
        super().__init__(label, **options)
        self.longest = longest

    def read(self, text: str) -> Any:
        """The line, if it is short enough and holds no control characters."""
        clean = " ".join(text.split())
        if len(clean) > self.longest:
            raise ValueError(
                gettext("Kürzen Sie den Text auf höchstens %(n)s Zeichen.", n=self.longest)
            )
        return _printable(clean)


class LongText(Text):
    """Several lines."""

    kind = "longtext"

    def __init__(self, label: Any, longest: int = 1000, rows: int = 4, **options: Any) -> None:
        super().__init__(label, longest, **options)
        self.rows = rows

    def read(self, text: str) -> Any:
        """The text, its line ends made one kind."""
        clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(clean) > self.longest:
            raise ValueError(
                gettext("Kürzen Sie den Text auf höchstens %(n)s Zeichen.", n=self.longest)
            )
        return _printable(clean)


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


class Choice(Question):
    """One of a few; radio buttons, or a list where there are many."""

    level = False

    def __init__(self, label: Any, choices: Choices = (), **options: Any) -> None:
        super().__init__(label, **options)
        self.choices = list(choices)

    @property
    def kind(self) -> str:  # type: ignore[override]
        """`radio` up to seven choices, `select` beyond."""
        return "radio" if len(self.choices) <= 7 else "select"

    def pre_validate(self, form: Any) -> None:
        """Only what is offered; choices may come from the case, so this is checked last."""
        super().pre_validate(form)
        if not self.empty and self.data not in {str(code) for code, _label in self.choices}:
            raise StopValidation(gettext("Wählen Sie eine der Möglichkeiten."))

    def shown(self) -> str:
        """The label of the chosen code."""
        return str({str(c): w for c, w in self.choices}.get(str(self.data), self.data))

    def _value(self) -> str:
        return self.typed[0] if self.typed else str(self.data or "")


class Scale(Choice):
    """One of a few degrees, side by side, the best first."""

    level = True


class YesNo(Choice):
    """Yes or no, kept as words so that a later third answer breaks nothing."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, (("yes", _("Ja")), ("no", _("Nein"))), **options)


class ManyChoices(Question):
    """Any of several."""

    kind = "checkboxes"

    def __init__(
        self, label: Any, choices: Choices = (), *, needed: Sequence[str] = (), **options: Any
    ) -> None:
        super().__init__(label, **options)
        self.choices, self.needed = list(choices), tuple(needed)

    def process_formdata(self, valuelist: list[str]) -> None:
        """The chosen codes in the order they are offered."""
        self.typed = list(dict.fromkeys(value for value in valuelist if value))
        places = {str(code): place for place, (code, _label) in enumerate(self.choices)}
        self.data = sorted(self.typed, key=lambda code: places.get(code, len(places)))

    def pre_validate(self, form: Any) -> None:
        """Only what is offered, what must be ticked, and that something is."""
        super().pre_validate(form)
        offered = {str(code) for code, _label in self.choices}
        if any(code not in offered for code in self.data or []):
            raise StopValidation(gettext("Wählen Sie aus den Möglichkeiten."))
        labels = {str(code): str(label) for code, label in self.choices}
        for code in self.needed:
            if code not in (self.data or []):
                raise StopValidation(gettext("Ohne «%(label)s» geht es nicht.", label=labels[code]))

    def shown(self) -> str:
        """The labels of the chosen codes."""
        labels = {str(code): str(label) for code, label in self.choices}
        return ", ".join(labels.get(code, code) for code in self.data or [])

    def raw(self) -> list[tuple[str, str]]:
        """One value a choice."""
        return [(self.name, code) for code in self.data or []]


class Tick(Question):
    """A single statement that is true when ticked."""

    kind = "tick"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Ticked or not."""
        self.data = bool(valuelist and valuelist[0] in ("y", "true", "on", "1"))

    @property
    def empty(self) -> bool:
        """True if it is not ticked."""
        return not self.data

    def shown(self) -> str:
        """Yes or no."""
        return gettext("Ja") if self.data else gettext("Nein")

    def raw(self) -> list[tuple[str, str]]:
        """Sent only when ticked."""
        return [(self.name, "y")] if self.data else []


class Ranked(ManyChoices):
    """Up to three of several, in their order of weight."""

    kind = "ranked"

    def __init__(self, label: Any, choices: Choices = (), most: int = 3, **options: Any) -> None:
        super().__init__(label, choices, **options)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        """The chosen codes in the order given, each once."""
        chosen = self.typed = list(dict.fromkeys(value for value in valuelist if value))
        self.data = chosen[: self.most]

    def at(self, place: int) -> str:
        """The code on a place, counted from 0."""
        chosen = self.data or []
        return chosen[place] if place < len(chosen) else ""


WEEK = (
    ("mo", _("Montag")),
    ("tu", _("Dienstag")),
    ("we", _("Mittwoch")),
    ("th", _("Donnerstag")),
    ("fr", _("Freitag")),
    ("sa", _("Samstag")),
    ("su", _("Sonntag")),
)
SLOTS = (("am", _("Vormittag")), ("pm", _("Nachmittag")), ("ev", _("Abend")))


class Availability(ManyChoices):
    """Weekdays by time of day; the answer is a list such as ["we_pm", "sa_am"]."""

    kind = "availability"
    week, slots = WEEK, SLOTS

    def __init__(self, label: Any, **options: Any) -> None:
        cells = [(f"{d}_{s}", _join(day, slot)) for d, day in WEEK for s, slot in SLOTS]
        super().__init__(label, cells, **options)


def _join(day: Any, slot: Any) -> Any:
    return _("%(day)s %(slot)s", day=day, slot=slot)


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
        found = _a_day(text)
        if found is None:
            raise ValueError(
                gettext("Geben Sie das Datum als Tag.Monat.Jahr ein, zum Beispiel 31.3.2026.")
            )
        if self.not_after and found > self.not_after():
            raise ValueError(gettext("Dieses Datum liegt in der Zukunft. Prüfen Sie es."))
        if self.not_before and found < self.not_before():
            raise ValueError(gettext("Dieses Datum liegt in der Vergangenheit. Prüfen Sie es."))
        return found.isoformat()

    def shown(self) -> str:
        """dd.mm.yyyy"""
        return date.fromisoformat(self.data).strftime("%d.%m.%Y")


def _a_day(text: str) -> date | None:
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y"):
        try:
            found = datetime.strptime(text.replace(" ", ""), form).date()
        except ValueError:
            continue
        return found if 1900 <= found.year <= 2100 else None
    return None


class PartialDay(Question):
    """A birth date that may be known only in part: 1988, 11.2008 or 31.3.1988 (eCH-0044)."""

    kind = "day"

    def read(self, text: str) -> Any:
        """`1988`, `2008-11` or `1988-03-31`."""
        compact = text.replace(" ", "")
        this_year = date.today().year
        found: str | None = None
        if re.fullmatch(r"\d{4}", compact):
            found = compact
        elif match := re.fullmatch(r"(\d{1,2})\.(\d{4})|(\d{4})-(\d{2})", compact):
            month, year = (int(match[1] or match[4]), match[2] or match[3])
            found = f"{year}-{month:02d}" if 1 <= month <= 12 else None
        elif day := _a_day(compact):
            found = day.isoformat() if day <= date.today() else None
        if found is None or not 1900 <= int(found[:4]) <= this_year:
            raise ValueError(
                gettext(
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


class Phone(Question):
    """A telephone number; kept as +41320000011, shown as +41 32 000 00 11."""

    def read(self, text: str) -> Any:
        """The number in E.164."""
        try:
            number = phonenumbers.parse(text, "CH")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValueError(
                gettext("Geben Sie eine Telefonnummer ein, zum Beispiel 032 000 00 11.")
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def shown(self) -> str:
        """With spaces, international."""
        return phone(self.data)


def phone(value: str) -> str:
    """+41320000011 as +41 32 000 00 11."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class Email(Question):
    """An address that mail could be sent to."""

    kind = "email"

    def read(self, text: str) -> Any:
        """The address in lower case."""
        if len(text) > 200 or not re.fullmatch(
            r"[^@\s<>\",;]+@[^@\s<>\",;.]+(\.[^@\s<>\",;.]+)+", text
        ):
            raise ValueError(
                gettext("Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org.")
            )
        return text.lower()


class Zemis(Question):
    """A ZEMIS number; its check digit is not public, so only the form is checked."""

    def read(self, text: str) -> Any:
        """NNNNNNNN.N"""
        compact = text.replace(" ", "")
        if re.fullmatch(r"0\d{2}\.\d{3}\.\d{3}[.-]\d", compact):
            digits = re.sub(r"\D", "", compact)[1:]
            return f"{digits[:8]}.{digits[8]}"
        if re.fullmatch(r"0?\d{8}\.\d", compact):
            return compact[-10:]
        raise ValueError(gettext("Geben Sie die ZEMIS-Nummer so ein: 12345678.9."))


class Ahv(Question):
    """An AHV number with its check digit; kept as 13 digits."""

    def read(self, text: str) -> Any:
        """Thirteen digits."""
        try:
            return ssn.validate(text)
        except NotAnAhvNumber:
            raise ValueError(
                gettext(
                    "Diese AHV-Nummer stimmt nicht. Sie hat die Form 756.1234.5678.97; "
                    "prüfen Sie die Ziffern."
                )
            ) from None

    def shown(self) -> str:
        """With dots."""
        return str(ssn.format(self.data))


class Zip(Question):
    """A Swiss postal code."""

    def read(self, text: str) -> Any:
        """Four digits."""
        if not re.fullmatch(r"[1-9]\d{3}", text):
            raise ValueError(gettext("Geben Sie die Postleitzahl mit vier Ziffern ein."))
        return text


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
        try:
            found = Decimal(text.replace(",", ".").replace("'", "").replace("’", ""))
        except InvalidOperation:
            found = Decimal("NaN")
        whole = found.is_finite() and found == found.to_integral_value()
        if not found.is_finite() or not (self.decimals or whole):
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


class Money(Question):
    """An amount in francs; kept as whole Rappen, shown as CHF 1'234.50."""

    kind = "number"
    decimals = True

    def read(self, text: str) -> Any:
        """Rappen, as a whole number."""
        clean = text.replace("'", "").replace("’", "").replace(",", ".").removeprefix("CHF").strip()
        if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", clean):
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


class Many(FieldList):
    """A group of questions that repeats, such as the members of a household."""

    kind = "many"

    def __init__(
        self,
        label: Any,
        group: type[Form],
        *,
        hint: Any = "",
        one: Any = "",
        most: int = 12,
        least: int = 0,
        only_if: tuple[str, Sequence[Any]] | None = None,
        office_only: bool = False,
        **options: Any,
    ) -> None:
        options.setdefault("min_entries", least)
        super().__init__(FormField(group), label, description=hint, max_entries=most, **options)
        self.one, self.only_if, self.office_only = one, only_if, office_only
        self.optional, self.least = least == 0, least

    @property
    def empty(self) -> bool:
        """True if there is no entry."""
        return not self.entries

    def raw(self) -> list[tuple[str, str]]:
        """What every question of every entry would send."""
        return [pair for entry in self.entries for field in entry.form for pair in field.raw()]
