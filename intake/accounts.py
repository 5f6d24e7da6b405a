"""Passwords, sign-in with throttling, invitations and resets."""

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models import journal
from models.base import now
from models.organisations import Organisation
from models.people import Membership, Role, User, normal_address, user_by_email
from models.session import db, transaction
from models.sign_ins import PasswordLink, SignInAttempt, attempts_since
from models.user_sessions import end_sessions
from workflows.errors import AddressTaken, HasLeft, HasRoleAlready
from workflows.memberships import check_role
from workflows.notices import post

SHORTEST_PASSWORD = 12
LINK_LASTS = timedelta(days=3)
WINDOW = timedelta(minutes=15)
MOST_PER_ADDRESS, MOST_PER_SOURCE = 8, 40

_hasher = PasswordHasher()
#: Checked when nobody has the address, so that the answer takes as long as for a real one.
_NOBODY = _hasher.hash(secrets.token_hex(16))


class TooManyAttempts(Exception):
    """Sign-in is closed for this address or from this place for a while."""


def hash_password(password: str) -> str:
    """The argon2 hash of a password."""
    return _hasher.hash(password)


def sign_in(email: str, password: str, source: str) -> User | None:
    """The person, if address and password belong together and the account is active.

    Raises:
        TooManyAttempts: counted in the database, so it holds across processes.
    """
    try:
        address = normal_address(email)
    except ValueError:  # nobody has such an address; it is refused and counted as any other
        address = "".join(email.split()).lower()
    by_email, by_source = attempts_since(now() - WINDOW, email=address, source=source)
    if by_email >= MOST_PER_ADDRESS or by_source >= MOST_PER_SOURCE:
        raise TooManyAttempts
    user = user_by_email(address)
    try:
        _hasher.verify(user.password_hash if user and user.password_hash else _NOBODY, password)
        good = user is not None and user.active and user.password_hash is not None
    except (VerificationError, InvalidHashError):
        good = False
    with transaction():
        if good and user is not None:
            db.execute(sa.delete(SignInAttempt).where(SignInAttempt.email == address))
            journal.write("signed_in", by=user)
        else:
            db.add(SignInAttempt(email=address, source=source, at=now()))
    return user if good else None


def send_link(user: User, notice: str) -> None:
    """Mail a link that lets a person set a password. Call inside a transaction."""
    secret = secrets.token_urlsafe(32)
    db.add(PasswordLink(user_id=user.id, digest=_digest(secret), expires_at=now() + LINK_LASTS))
    post(notice, user.email, locale=user.locale, secret=secret)


def invite(
    email: str,
    first_name: str,
    last_name: str,
    organisation_id: int,
    role: Role,
    *,
    by: User | None,
) -> User:
    """A new person with a role; they get a link to set their password.

    Raises:
        AddressTaken: somebody has this address; a further role is given on their own page.
        NoSuchRole: there is none in this kind of organisation.
        ValueError: no address.
    """
    place = db.get_one(Organisation, organisation_id)
    return _new_person(email, first_name, last_name, place, role, None, by)


def invite_again(user: User, *, by: User | None) -> None:
    """A new link for somebody who has not come yet.

    Raises:
        HasLeft: they have left.
        HasRoleAlready: they have set their password; the sign-in page sends a link.
    """
    if not user.active:
        raise HasLeft(user.id)
    if user.password_hash is not None:
        raise HasRoleAlready(user.id)
    with transaction():
        send_link(user, "invitation")
        journal.write("invited", by=by, user=user.id)


def welcome_back(user: User, *, by: User | None) -> bool:
    """A link for somebody who is let in again and never set a password; whether one was sent."""
    if not user.active or user.password_hash is not None:
        return False
    invite_again(user, by=by)
    return True


def _new_person(
    email: str,
    first_name: str,
    last_name: str,
    organisation: Organisation,
    role: Role,
    password: str | None,
    by: User | None,
) -> User:
    check_role(organisation, role)
    user = User(email=normal_address(email), first_name=first_name, last_name=last_name)
    user.password_hash = hash_password(password) if password else None
    user.memberships.append(Membership(organisation_id=organisation.id, role=role))
    try:
        with transaction():
            db.add(user)
            db.flush()
            if password is None:
                send_link(user, "invitation")
            event = "invited" if password is None else "user_added"
            journal.write(event, by=by, user=user.id, role=role.value)
    except sa.exc.IntegrityError:  # also if somebody else was faster by a moment
        raise AddressTaken(email) from None
    return user


def ask_for_reset(email: str) -> None:
    """Mail a link if somebody has this address; whoever asks is told the same either way."""
    with transaction():
        user = user_by_email(email)
        if user is not None and user.active:
            send_link(user, "password_reset")


def owner_of_link(secret: str) -> User | None:
    """Whose link this is, while it can be used."""
    link = db.scalar(sa.select(PasswordLink).where(PasswordLink.digest == _digest(secret)))
    if link is None or link.used_at is not None or link.expires_at < now():
        return None
    owner = db.get_one(User, link.user_id)
    return owner if owner.active else None


def set_password(secret: str, password: str) -> User | None:
    """Use a link up and set the password; every other session of the person ends."""
    with transaction():
        link = db.scalar(
            sa.select(PasswordLink).where(PasswordLink.digest == _digest(secret)).with_for_update()
        )
        if link is None or link.used_at is not None or link.expires_at < now():
            return None
        user = db.get_one(User, link.user_id)
        if not user.active:
            return None
        link.used_at = now()
        user.password_hash = hash_password(password)
        end_sessions(user.id)
        db.execute(sa.delete(SignInAttempt).where(SignInAttempt.email == user.email))
        journal.write("password_set", by=user)
    return user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def set_locale(user: User, locale: str) -> None:
    """The language of pages and mail for this person."""
    with transaction():
        user.locale = locale


def set_preferences(user: User, *, shortcuts: bool, phone: str, function: str) -> None:
    """What a person may change of their own account."""
    with transaction():
        user.shortcuts, user.phone, user.function = shortcuts, phone, function


def change_password(user: User, old: str, new: str, *, session_id: int) -> bool:
    """Set a new password if the old one is right; only the session in which it is done goes on."""
    try:
        _hasher.verify(user.password_hash or _NOBODY, old)
    except (VerificationError, InvalidHashError):
        return False
    with transaction():
        user.password_hash = hash_password(new)
        end_sessions(user.id, but=session_id)
        journal.write("password_set", by=user)
    return True


def add_user(
    email: str,
    first_name: str,
    last_name: str,
    organisation: Organisation,
    role: Role,
    password: str,
) -> User:
    """Somebody with a password at once; for the first administrator. Raises as `invite`."""
    return _new_person(email, first_name, last_name, organisation, role, password, None)
