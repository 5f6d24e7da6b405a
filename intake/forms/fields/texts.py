"""Lines and paragraphs, and those with a form of their own: telephone, mail, numbers of registers."""

import re
from typing import Any

import phonenumbers
from flask_babel import gettext
from stdnum.ch import ssn
from stdnum.exceptions import ValidationError as NotAnAhvNumber

from intake.forms.fields.question import Question
from models.people import normal_address

SWISS = 41


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


class Phone(Question):
    """A telephone number; kept as +41320000011, shown as +41 32 000 00 11."""

    def read(self, text: str) -> Any:
        """The number in E.164."""
        try:
            number = phonenumbers.parse(text, "CH")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not _complete(number):
            raise ValueError(
                gettext("Geben Sie eine Telefonnummer ein, zum Beispiel 032 000 00 11.")
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def shown(self) -> str:
        """With spaces, international."""
        return phone(self.data)


def _complete(number: Any) -> bool:
    """Whether no digit is missing: a Swiss number that is too short keeps its 0."""
    national = phonenumbers.national_significant_number(number)
    cut = number.country_code == SWISS and national.startswith("0")
    return bool(phonenumbers.is_possible_number(number)) and not cut


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
        """The address in its normal form."""
        return address(text)


def address(text: str) -> str:
    """An address in its normal form. Raises ValueError with a sentence."""
    try:
        normal = normal_address(text)
    except ValueError:
        raise ValueError(
            gettext(
                "Eine E-Mail-Adresse hat keine Leerzeichen. Geben Sie sie so ein: name@example.org."
            )
        ) from None
    good = r"[^@\s<>\",;]+@[^@\s<>\",;.]+(\.[^@\s<>\",;.]+)+"
    if len(normal) > 200 or not re.fullmatch(good, normal):
        raise ValueError(
            gettext("Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org.")
        )
    return normal


class Zemis(Question):
    """A ZEMIS number; its check digit is not public, so only the form is checked."""

    takes_numbers = True

    def read(self, text: str) -> Any:
        """NNNNNNNN.N"""
        compact = text.replace(" ", "")
        if re.fullmatch(r"0[0-9]{2}\.[0-9]{3}\.[0-9]{3}[.-][0-9]", compact):
            digits = re.sub(r"\D", "", compact)[1:]
            return f"{digits[:8]}.{digits[8]}"
        if re.fullmatch(r"0?[0-9]{8}\.[0-9]", compact):
            return compact[-10:]
        raise ValueError(gettext("Geben Sie die ZEMIS-Nummer so ein: 12345678.9."))


class Ahv(Question):
    """An AHV number with its check digit; kept as 13 digits."""

    takes_numbers = True

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
        if not re.fullmatch(r"[1-9][0-9]{3}", text):
            raise ValueError(gettext("Geben Sie die Postleitzahl mit vier Ziffern ein."))
        return text
