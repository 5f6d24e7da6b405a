"""The second factor: who needs one, who has one, and how it is given at the sign-in."""

import secrets
import time
from datetime import timedelta

from flask import current_app, session

from intake import accounts, known_browsers, passkeys, recovery_codes, sessions, time_codes
from intake.guessing import TooManyAttempts
from models import journal
from models.base import now
from models.digests import digest
from models.people import Role, User
from models.second_factors import (
    FactorGuess,
    HalfSignIn,
    Passkey,
    TimeCode,
    clear_expired,
    end_half_sign_in,
    forget_factors,
    forget_guesses,
    guesses_since,
    half_sign_in,
    has_factor,
    has_role,
    hold,
    own_passkey,
    passkeys_of,
    time_code_of,
)
from models.session import db, transaction
from models.user_sessions import end_sessions
from workflows.notices import post, tell_of_access

#: Who needs a second factor whatever the settings say.
ALWAYS = frozenset({Role.ADMINISTRATOR, Role.PROCESS_OWNER})
#: How long somebody is half signed in.
HALF = timedelta(minutes=5)
#: How many factors one may try: within a quarter of an hour, within a day.
WINDOWS = ((timedelta(minutes=15), 8), (timedelta(days=1), 30))

#: For how many seconds a password that was typed counts for what changes the factors.
FRESH = 600

_HALF, _ONWARD, _PASSWORD_AT = "half", "half_onward", "password_at"


class LastFactor(Exception):
    """Somebody who must have a second factor cannot take the last one away."""


class OwnFactors(Exception):
    """Nobody resets their own factors: who has one uses it, who has lost it asks a colleague."""


def demanding_roles() -> frozenset[Role]:
    """The roles that need a second factor here; in a demo none does."""
    config = current_app.extensions["intake"]
    if config.environment == "demo":
        return frozenset()
    return ALWAYS | config.second_factor_roles


def must_have(user: User) -> bool:
    """Whether one of a person's roles, at whichever organisation, needs a second factor."""
    return has_role(user, demanding_roles())


def is_complete(user: User) -> bool:
    """Whether somebody who must have a factor has one, and has put the recovery codes away."""
    return has_factor(user.id) and recovery_codes.are_put_away(user)


def half_begin(user: User, onward: str = "") -> None:
    """The password was right: for five minutes this browser may give the second factor.

    Nobody is signed in by that; whoever was, in this browser, is no longer.
    """
    locale = session.get("locale")
    sessions.leave()
    session.update({"locale": locale} if locale else {})
    secret = secrets.token_urlsafe(32)
    with transaction():
        clear_expired(now())
        db.add(
            HalfSignIn(
                digest=digest(secret),
                user_id=user.id,
                password=_password_of(user),
                expires_at=now() + HALF,
            )
        )
    session[_HALF], session[_ONWARD] = secret, onward


def half_signed_in() -> User | None:
    """Who has given the password in this browser, not the second factor, and still may."""
    row = half_sign_in(digest(session.get(_HALF, "")), now())
    user = db.get(User, row.user_id) if row else None
    if row is None or user is None or not user.active:
        return None
    return user if secrets.compare_digest(row.password, _password_of(user)) else None


def half_onward() -> str:
    """Which page was asked for before the sign-in."""
    return str(session.get(_ONWARD, ""))


def half_end() -> bool:
    """The half is done with; False if another request was faster."""
    with transaction():
        return end_half_sign_in(digest(session.pop(_HALF, "")))


def prove(user: User, *, typed: str = "", signed: str = "") -> str:
    """By what somebody has proved themselves: `app`, `recovery_code`, `passkey`, or nothing.

    Raises:
        TooManyAttempts: each attempt is counted before it is looked at.
    """
    count_guess(user)
    how = "passkey" if signed and passkeys.fits(user, signed) else ""
    with transaction():
        if time_codes.digits(typed) and time_codes.fits(user, typed):
            how = "app"
        elif recovery_codes.letters(typed) and recovery_codes.fits(user, typed):
            how = "recovery_code"
        if how:
            forget_guesses(user.id, _place(user))
        event = f"{how}_used" if how else "factor_failed"
        journal.write(event, by=user, source=sessions.source())
    return how


def count_guess(user: User) -> None:
    """Count an attempt to prove oneself.

    Each browser that the person has signed in with before counts for itself, all other places
    together: whoever has stolen a password takes nobody the second factor away.

    Raises:
        TooManyAttempts: there were enough.
    """
    place = _place(user)
    with transaction():
        tried = guesses_since(user.id, place, now() - WINDOWS[-1][0])
        waits = [tried[most - 1] + window - now() for window, most in WINDOWS if len(tried) >= most]
        if wait := max((wait for wait in waits if wait > timedelta()), default=None):
            raise TooManyAttempts(wait)
        db.add(FactorGuess(user_id=user.id, place=place, at=now()))


def password_typed() -> None:
    """The person at this browser has just given their password."""
    session[_PASSWORD_AT] = int(time.time())


def password_is_fresh() -> bool:
    """Whether the password was given in this session a short while ago."""
    return int(session.get(_PASSWORD_AT, 0)) + FRESH > time.time()


def password_again(user: User, typed: str) -> bool:
    """Whether this is the password of the person at the page; counted as any sign-in.

    Raises:
        TooManyAttempts
    """
    if not accounts.password_again(user, typed):
        return False
    password_typed()
    return True


def begin_to_use(user: User) -> None:
    """A factor was added here: this session has it, every other one signs in anew."""
    with transaction():
        end_sessions(user.id, but=sessions.current().id)
        sessions.current().proved_at = now()


def remove_app(user: User) -> None:
    """Take the app away. Raises LastFactor."""
    with transaction():
        kept = time_code_of(user.id, held=True)
        if kept is not None:
            _spare(user, kept)
            journal.write("app_removed", by=user)
            tell_of_access(user, "app_removed")


def remove_passkey(user: User, passkey_id: int) -> bool:
    """Take a passkey away; False if there is none. Raises LastFactor."""
    with transaction():
        row = own_passkey(user.id, passkey_id)
        if row is None:
            return False
        _spare(user, row)
        journal.write("passkey_removed", by=user)
        tell_of_access(user, "passkey_removed")
    return True


def rename_passkey(user: User, passkey_id: int, name: str) -> bool:
    """Call a passkey otherwise; False if there is none."""
    chosen = passkeys.named(name)
    with transaction():
        row = own_passkey(user.id, passkey_id)
        if row is None or not chosen:
            return False
        row.name = chosen
    return True


def reset(user: User, *, by: User | None) -> None:
    """Take every factor of somebody who has lost theirs, end their sessions, and tell them.

    Raises:
        OwnFactors
    """
    if by is not None and by.id == user.id:
        raise OwnFactors(user.id)
    with transaction():
        forget_factors(user.id)
        end_sessions(user.id)
        journal.write("factors_reset", by=by, user=user.id)
        post("factors_reset", user.email, locale=user.locale)


def _spare(user: User, row: TimeCode | Passkey) -> None:
    """Take a factor away, and the recovery codes with the last one."""
    hold(user.id)  # of two last factors only one goes
    others = len(passkeys_of(user.id)) + (time_code_of(user.id) is not None) - 1
    if not others and must_have(user):
        raise LastFactor(user.id)
    db.delete(row)
    db.flush()
    if not others:
        forget_factors(user.id)


def _place(user: User) -> str:
    """The browser, if it is one of the person's; else anywhere."""
    return known_browsers.here(user.id)


def _password_of(user: User) -> str:
    return digest(user.password_hash or "")
