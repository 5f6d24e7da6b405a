"""What a password has to be, its hash, and whether one that was typed is right."""

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext
from zxcvbn import zxcvbn

from models.people import User

SHORTEST, LONGEST = 12, 200
#: As many guesses (a power of ten) a password has to outlast.
LEAST_GUESSES = 10
#: As much of a password is judged; what is strong so far is strong.
JUDGED = 72
#: Shorter parts of a name are too common within other words.
SHORTEST_NAME = 4
#: What people here take first, beside the list of leaked ones that zxcvbn brings along.
COMMON_HERE = re.findall(
    r"\w+",
    """
    passwort kennwort geheim willkommen hallo sommer winter herbst frühling montag freitag schweiz
    solothurn olten grenchen wasseramt mentoring sozialamt sozialdienst anmeldung test januar
    februar märz april juni juli august september oktober november dezember schatz hund katze
    ferien büro arbeit demo beispiel muster qwertz qwertzuiop qwertzuiopü asdfghjklö
    """,
)

_hasher = PasswordHasher()
#: Checked when nobody has the address, so that the answer takes as long as for a real one.
_NOBODY = _hasher.hash("nobody")


def hashed(password: str) -> str:
    """The argon2 hash of a password, whichever way its umlauts are typed."""
    return _hasher.hash(unicodedata.normalize("NFC", password))


def is_right(kept: str | None, typed: str) -> bool:
    """Whether a password is the one whose hash was kept; False if none was, after the same time.

    Hashes from before there was one form of a password are of what one keyboard sent.
    """
    password = typed if len(typed) <= LONGEST * 2 else ""
    ways = [unicodedata.normalize(form, password) for form in ("NFC", "NFD")]
    found = [_fits(kept or _NOBODY, way) for way in dict.fromkeys((*ways, password))]
    return kept is not None and any(found)


def _fits(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def wrong_with(chosen: str, owner: User, places: Iterable[str] = ()) -> str:
    """What is wrong with a new password and what to do, or nothing.

    Args:
        places: organisations of somebody who has no role yet.
    """
    password = unicodedata.normalize("NFC", chosen)
    if len(password) < SHORTEST:
        return gettext("Wählen Sie ein Passwort mit mindestens %(n)s Zeichen.", n=SHORTEST)
    if len(password) > LONGEST:
        return gettext("Wählen Sie ein Passwort mit höchstens %(n)s Zeichen.", n=LONGEST)
    words = _words_of(owner, places)
    if _holds(password, words):
        return gettext(
            "Wählen Sie ein Passwort, das weder Ihre Adresse noch Ihren Namen, Ihre Organisation "
            "oder «Intake» enthält."
        )
    judged = zxcvbn(password[:JUDGED], user_inputs=[*COMMON_HERE, *words])
    if judged["guesses_log10"] < LEAST_GUESSES:
        return gettext(
            "Dieses Passwort ist leicht zu erraten oder aus einem Datenleck bekannt. Wählen Sie "
            "vier oder mehr Wörter, die nichts miteinander zu tun haben."
        )
    return ""


def _words_of(owner: User, places: Iterable[str]) -> set[str]:
    """The words that anybody would try for this person."""
    address, _, host = owner.email.partition("@")
    known = [place.name for place, _roles in owner.workplaces()]
    names = [owner.first_name or "", owner.last_name or "", host.rpartition(".")[0]]
    parts = " ".join((*names, address, *known, *places)).casefold()
    words = {word for word in re.split(r"[\W\d_]+", parts) if len(word) >= SHORTEST_NAME}
    whole = {address.casefold()} if len(address) > 2 else set()
    return words | whole | {owner.email.casefold(), "intake"}


def _holds(password: str, words: set[str]) -> bool:
    typed = password.casefold()
    plain = re.sub(r"[\W_]+", "", typed)
    return any(word in typed or word in plain for word in words)
