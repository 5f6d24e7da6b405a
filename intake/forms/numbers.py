"""AHV and ZEMIS numbers where they do not belong: in names, references and free text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from flask_babel import gettext
from stdnum.ch import ssn

#: What people put between digits, besides nothing.
_GAP = r"[^\w,;:!?()\n]{0,3}"
_AHV = re.compile(rf"(?<!\d)7{_GAP}5{_GAP}6(?:{_GAP}\d){{10}}(?!\d)")
_ZEMIS = re.compile(r"(?<!\d)0?(?:\d{8}|\d{2}[. ]\d{3}[. ]\d{3})\s?[.\-‐‑–—/]\s?\d(?!\d)")
#: How near the word has to be, in letters.
_NEAR = 60


def refuse_numbers(text: str) -> None:
    """Raise ValueError with a sentence if a text holds such a number."""
    kinds = {kind for kind, _start, _end in _found(text)}
    if "ahv" in kinds:
        raise ValueError(
            gettext(
                "Hier steht eine AHV-Nummer. Nehmen Sie sie weg: Was hier steht, lesen auch andere."
            )
        )
    if kinds:
        raise ValueError(
            gettext(
                "Hier steht eine ZEMIS-Nummer. Nehmen Sie sie weg: Was hier steht, lesen auch andere."
            )
        )


def masked(text: str, known: Iterable[str] = ()) -> str:
    """The text without such numbers, and without those that are known to be some.

    Args:
        known: numbers of the person, as they are kept; also hidden without the word beside them.
    """
    places = [(start, end) for _kind, start, end in _found(text)]
    for number in known:
        digits = re.sub(r"\D", "", number)
        spread = re.compile(rf"(?<!\d)0?{_GAP.join(digits)}(?!\d)")
        places += [found.span() for found in spread.finditer(_plain(text))] if digits else []
    begun = len(text)
    for start, end in sorted(places, reverse=True):
        if end <= begun:
            text, begun = f"{text[:start]}•••{text[end:]}", start
    return text


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of each number; an AHV number counts only with its check digit."""
    plain = _plain(text)
    for found in _AHV.finditer(plain):
        if ssn.is_valid(re.sub(r"\D", "", found[0])):
            yield "ahv", *found.span()
    for found in _ZEMIS.finditer(plain):
        near = plain[max(0, found.start() - _NEAR) : found.end() + _NEAR]
        if "zemis" in near.casefold():
            yield "zemis", *found.span()


def _plain(text: str) -> str:
    """Letter for letter the same, digits of every script as ours, signs that nobody sees as blanks."""
    return "".join(_one(sign) for sign in text)


def _one(sign: str) -> str:
    if sign.isascii():
        return sign
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    return " " if unicodedata.category(sign) in ("Cf", "Zs", "Mn") else sign
