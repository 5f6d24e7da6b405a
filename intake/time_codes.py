"""The app that shows a code every half minute: set up, checked, taken away. A code counts once."""

import base64
import binascii
import time

import pyotp
import segno

from intake.sealing import CannotBeOpened, opened, seal
from models import journal
from models.base import now
from models.people import User
from models.second_factors import TimeCode, time_code_of
from models.session import db, transaction
from workflows.notices import tell_of_access

#: How many half minutes a telephone's clock may be off, either way.
DRIFT = 1
#: How long a secret that is shown can be taken into use.
OFFERED_SECONDS = 30 * 60
_ISSUER = "Intake"


def offer(user: User) -> str:
    """A new secret for a form to carry, sealed for this person; nothing is kept yet."""
    text = f"{int(time.time())} {pyotp.random_base32()}"
    return base64.urlsafe_b64encode(seal(text, place=_offered_to(user))).decode()


def offered(user: User, sealed: str) -> str | None:
    """The secret that a form carries, while it may be taken into use."""
    try:
        text = opened(base64.urlsafe_b64decode(sealed.encode()), place=_offered_to(user))
    except (CannotBeOpened, binascii.Error, ValueError):
        return None
    moment, _, secret = text.partition(" ")
    return secret if int(moment) + OFFERED_SECONDS > time.time() else None


def picture(user: User, secret: str) -> str:
    """What an app reads with the camera, as the address of a picture that stands in itself."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=_ISSUER)
    return segno.make(uri, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def in_fours(secret: str) -> str:
    """A secret as one types it: ABCD EFGH …"""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def take_into_use(user: User, secret: str, typed: str) -> bool:
    """Keep a secret if the app shows its code; it replaces the one before."""
    step = _step(secret, typed, after=0)
    if step is None:
        return False
    with transaction():
        kept = time_code_of(user.id, held=True)
        if kept is None:
            kept = TimeCode(user_id=user.id)
            db.add(kept)
        kept.secret = seal(secret, place=_kept_for(user))
        kept.last_step, kept.created_at, kept.used_at = step, now(), None
        journal.write("app_added", by=user)
        tell_of_access(user, "app_added")
    return True


def fits(user: User, typed: str) -> bool:
    """Whether this is the code of the moment and was not used yet; now it is. In a transaction."""
    kept = time_code_of(user.id, held=True)
    if kept is None:
        return False
    try:
        secret = opened(kept.secret, place=_kept_for(user))
    except CannotBeOpened:  # the key of the installation was changed; a recovery code helps
        return False
    step = _step(secret, typed, after=kept.last_step)
    if step is None:
        return False
    kept.last_step, kept.used_at = step, now()
    return True


def can_be_opened(kept: TimeCode) -> bool:
    """Whether the secret of an app was sealed with the key that this installation has today."""
    try:
        opened(kept.secret, place=f"time_codes:{kept.user_id}")
    except CannotBeOpened:
        return False
    return True


def digits(typed: str) -> str:
    """What was typed without what people put between digits; empty if it is no code of an app."""
    plain = "".join(typed.split())
    return plain if len(plain) == 6 and plain.isascii() and plain.isdigit() else ""


def _step(secret: str, typed: str, *, after: int) -> int | None:
    """The half minute whose code was typed, of those around this moment that are not used up."""
    totp, code = pyotp.TOTP(secret), digits(typed)
    this = int(time.time()) // totp.interval
    around = [step for step in range(this - DRIFT, this + DRIFT + 1) if step > after]
    found = [s for s in around if code and pyotp.utils.strings_equal(totp.generate_otp(s), code)]
    return found[0] if found else None


def _kept_for(user: User) -> str:
    return f"time_codes:{user.id}"


def _offered_to(user: User) -> str:
    return f"offered:{user.id}"
