"""Signing in, invitations, resets, and what people change of their own account."""

from typing import Any

import sqlalchemy as sa

from intake import guessing, passwords, sessions
from models import journal
from models.organisations import Organisation
from models.people import Membership, Role, User, normal_address, user_by_email
from models.role_requests import role_requests
from models.session import db, transaction
from models.sign_ins import AttemptKind, end_links
from models.user_sessions import end_sessions
from workflows.errors import AddressTaken, HasLeft, HasRoleAlready, WaitsForSecond
from workflows.links import ask_for_link, send_link, use_link
from workflows.memberships import check_role, tell_leads
from workflows.notices import tell_of_access
from workflows.organisations import administers
from workflows.role_requests import ask, needs_second


def sign_in(email: str, password: str) -> User | None:
    """The person, if address and password belong together and the account is active.

    Raises:
        TooManyAttempts: counted in the database before the check, so it holds across processes.
    """
    user = user_by_email(email)
    guess = guessing.count(AttemptKind.PASSWORD, email, user)
    good = passwords.is_right(user.password_hash if user else None, password)
    if user is None or not user.active or not good:
        with transaction():  # of an unknown address nothing is kept: it may be a password
            known: dict[str, Any] = {"user": user.id} if user else {}
            journal.write("sign_in_failed", by=None, source=sessions.source(), **known)
        return None
    with transaction():
        guessing.was_right(guess)
    return user


def invite(
    email: str,
    first_name: str,
    last_name: str,
    organisation_id: int,
    role: Role,
    *,
    by: User | None,
    two: bool = False,
) -> User:
    """A new person with a role; they get a link to set their password.

    Args:
        two: whether a second administrator has to agree to some roles; the link waits with the role.

    Raises:
        AddressTaken: somebody has this address; a further role is given on their own page.
        NoSuchRole: there is none in this kind of organisation.
        NotAllowed: who acts does not administer.
        ValueError: no address.
    """
    administers(by)
    place = db.get_one(Organisation, organisation_id)
    return _new_person(email, first_name, last_name, place, role, None, by, two=two)


def invite_again(user: User, *, by: User | None) -> None:
    """A new link for somebody who has not come yet.

    Raises:
        HasLeft: they have left.
        HasRoleAlready: they have set their password; the sign-in page sends a link.
        WaitsForSecond: a second administrator has to agree first.
    """
    if not user.active:
        raise HasLeft(user.id)
    if user.password_hash is not None:
        raise HasRoleAlready(user.id)
    if not user.memberships and role_requests(user_id=user.id):
        raise WaitsForSecond(user.id)
    with transaction():
        send_link(user, "invitation")
        journal.write("invited", by=by, user=user.id)


def _new_person(
    email: str,
    first_name: str,
    last_name: str,
    organisation: Organisation,
    role: Role,
    password: str | None,
    by: User | None,
    two: bool = False,
) -> User:
    check_role(organisation, role)
    waits = two and by is not None and needs_second(role, by)
    user = User(email=normal_address(email), first_name=first_name, last_name=last_name)
    user.password_hash = passwords.hashed(password) if password else None
    if not waits:
        user.memberships.append(Membership(organisation_id=organisation.id, role=role))
    try:
        with transaction():
            db.add(user)
            db.flush()
            event = "invited" if password is None else "user_added"
            journal.write(event, by=by, user=user.id, organisation=organisation.id, role=role.value)
            if waits and by is not None:
                ask(user, organisation, role, by)
                return user
            if password is None:
                send_link(user, "invitation")
            tell_leads(user, organisation, role)
    except sa.exc.IntegrityError:  # also if somebody else was faster by a moment
        raise AddressTaken(email) from None
    return user


def ask_for_reset(email: str) -> None:
    """Mail a link if somebody has this address; whoever asks is told the same either way.

    Raises:
        TooManyAttempts: asked too often, whether anybody has the address or not.
    """
    user = user_by_email(email)
    guessing.count(AttemptKind.LINK, email, user)
    ask_for_link(user)


def set_password(secret: str, password: str) -> User | None:
    """Use a link up and set the password; every session of the person ends."""
    with transaction():
        user = use_link(secret)
        if user is not None:
            if user.password_hash is not None:
                tell_of_access(user, "password_set")
            user.password_hash = passwords.hashed(password)
            end_sessions(user.id)
            guessing.start_anew(user.email)
            journal.write("password_set", by=user)
    return user


def set_locale(user: User, locale: str) -> None:
    """The language of pages and mail for this person."""
    with transaction():
        user.locale = locale


def set_preferences(user: User, *, shortcuts: bool, phone: str, function: str) -> None:
    """What a person may change of their own account."""
    with transaction():
        user.shortcuts, user.phone, user.function = shortcuts, phone, function


def password_again(user: User, typed: str) -> bool:
    """Whether somebody at a page has typed their password, where it is asked for once more.

    Raises:
        TooManyAttempts: it is slowed down as signing in is.
    """
    guess = guessing.count(AttemptKind.PASSWORD, user.email, user)
    if not passwords.is_right(user.password_hash, typed):
        return False
    with transaction():
        guessing.was_right(guess)
    return True


def change_password(user: User, old: str, new: str, *, session_id: int) -> bool:
    """Set a new password if the old one is right; only the session in which it is done goes on.

    Raises:
        TooManyAttempts: the old one was guessed too often; it is slowed down as signing in is.
    """
    guess = guessing.count(AttemptKind.PASSWORD, user.email, user)
    if not passwords.is_right(user.password_hash, old):
        return False
    with transaction():
        guessing.was_right(guess)
        user.password_hash = passwords.hashed(new)
        end_sessions(user.id, but=session_id)
        end_links(user.id)
        journal.write("password_set", by=user)
        tell_of_access(user, "password_set")
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
