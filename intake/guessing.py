"""Guessing is slowed down: by the address that is tried and by where it is tried from.

An attempt is written before it is checked, so that many at the same moment pass no limit. Guesses
from elsewhere never slow down a place where the person has signed in before, be it a browser or a
network, and never anybody else in the same office (OWASP, «Slow down online guessing with device
cookies»).
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app

from intake import known_browsers, sessions
from models import journal
from models.base import now
from models.people import User, normal_address
from models.session import db, transaction
from models.sign_ins import (
    AttemptKind,
    AttemptOutcome,
    SignInAttempt,
    counted,
    forgive,
    settle,
)
from models.user_sessions import was_here

#: What the journal calls an attempt that was not looked at.
_SLOWED = {AttemptKind.PASSWORD: "sign_in_slowed", AttemptKind.LINK: "link_slowed"}
#: So often in so long for one address from one place.
MOST_HERE: dict[AttemptKind, int] = {AttemptKind.PASSWORD: 8, AttemptKind.LINK: 3}
WINDOW = timedelta(minutes=15)
#: So often in so long for one address from all places together where the person has never been.
MOST_ELSEWHERE: dict[AttemptKind, int] = {AttemptKind.PASSWORD: 40, AttemptKind.LINK: 5}
LONG_WINDOW = timedelta(hours=1)
#: So many links for whatever addresses from one place.
MOST_LINKS = 20


class TooManyAttempts(Exception):
    """Somebody has to wait before they may try again; it says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait

    @property
    def minutes(self) -> int:
        """For how many minutes, at least one."""
        return max(1, math.ceil(self.wait / timedelta(minutes=1)))


@dataclass(frozen=True)
class Guess:
    """An attempt that may be checked now."""

    id: int
    kind: AttemptKind
    address: str
    place: str


def count(kind: AttemptKind, address: str, user: User | None) -> Guess:
    """Write an attempt down and say whether it may be checked.

    Args:
        address: as it was typed; only a digest with our key is kept.
        user: whose address it is, if anybody's.

    Raises:
        TooManyAttempts: it was not even looked at.
    """
    user_id = user.id if user else 0
    browser, source = known_browsers.here(user_id), sessions.source()
    known = bool(browser) or was_here(user_id, source)
    place = f"browser:{browser}" if browser else source
    with transaction():
        attempt = SignInAttempt(
            kind=kind,
            address=_digest(address),
            place=place,
            known=known,
            user_id=user_id or None,
            at=now(),
        )
        db.add(attempt)
    guess = Guess(attempt.id, kind, attempt.address, place)
    if wait := _wait(guess, known=known):
        with transaction():
            settle(guess.id, AttemptOutcome.REFUSED)
            facts: dict[str, Any] = {"user": user_id} if user_id else {}
            journal.write(_SLOWED[kind], by=None, source=source, **facts)
        raise TooManyAttempts(wait)
    return guess


def was_right(guess: Guess) -> None:
    """Forget what was tried before from there; call inside a transaction."""
    forgive(guess.kind, address=guess.address, place=guess.place)


def start_anew(address: str) -> None:
    """Forget what was tried with an address everywhere; call inside a transaction."""
    forgive(AttemptKind.PASSWORD, address=_digest(address))


def _wait(guess: Guess, *, known: bool) -> timedelta | None:
    """How long until a further attempt would be looked at; None if this one is."""
    kind = guess.kind
    waits = [_until(kind, MOST_HERE[kind], WINDOW, address=guess.address, place=guess.place)]
    if not known:
        most = MOST_ELSEWHERE[kind]
        waits.append(_until(kind, most, LONG_WINDOW, address=guess.address, known=False))
    if kind is AttemptKind.LINK:
        waits.append(_until(kind, MOST_LINKS, LONG_WINDOW, place=guess.place))
    return max((wait for wait in waits if wait), default=None)


def _until(kind: AttemptKind, most: int, window: timedelta, **of: Any) -> timedelta | None:
    moments = counted(kind, now() - window, **of)
    if len(moments) <= most:
        return None
    return moments[most] + window - now()


def _digest(address: str) -> str:
    """The same for all ways to write an address; nobody reads from it what was typed."""
    try:
        plain = normal_address(address)
    except ValueError:  # nobody has such an address; it is counted as any other
        plain = "".join(address.split()).lower()
    key: str = current_app.extensions["intake"].secret_key
    return hmac.new(key.encode(), plain.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
