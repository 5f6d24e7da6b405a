"""The verbs of `intake user`: who may sign in, what they are where, who has left."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import sqlalchemy as sa

from intake.shell import Refused, office
from models.organisations import Organisation, organisation_called
from models.people import Membership, Role, User, everybody, user_by_email
from models.session import db
from workflows import memberships
from workflows.errors import (
    AddressTaken,
    HasRoleAlready,
    LastAdministrator,
    NoSuchRole,
)


@click.group()
def user() -> None:
    """Add, invite and list people, give and take their roles, let them go and come back.

    ORGANISATION is a name or a part of it that only one has; ROLE a code such as coordinator.
    """


def _a_person(command: Any) -> Any:
    """The words that name somebody new, where they work, and as what."""
    for word, shown in (
        ("role", None),
        ("organisation", None),
        ("last_name", "LAST"),
        ("first_name", "FIRST"),
        ("email", None),
    ):
        command = click.argument(word, metavar=shown)(command)
    return command


@user.command()
@_a_person
def add(email: str, first_name: str, last_name: str, organisation: str, role: str) -> None:
    """Add a person who can sign in at once; asks for the password or takes INTAKE_NEW_PASSWORD."""
    from intake import accounts

    with office():
        address, place = _new_address(email), organisation_called(organisation)
        _named(first_name, last_name)
        memberships.check_role(place, _role(role))
        password = _password(User(email=address, first_name=first_name, last_name=last_name), place)
        with _free_address(email):
            accounts.add_user(address, first_name, last_name, place, _role(role), password)
    click.echo(f"{address} can sign in.")


@user.command()
@_a_person
def invite(email: str, first_name: str, last_name: str, organisation: str, role: str) -> None:
    """Mail a new person a link to set their password, or a new link to one who has not come yet."""
    from intake import accounts

    with office():
        place, known = organisation_called(organisation), user_by_email(email)
        if known is not None and known.active and known.password_hash is None:
            if not known.works_at(place.id, frozenset({_role(role)})):
                raise Refused(_taken(known))
            accounts.invite_again(known, by=None)
        else:
            address = _new_address(email)
            _named(first_name, last_name)
            with _free_address(email):
                accounts.invite(address, first_name, last_name, place.id, _role(role), by=None)
    click.echo("A link is on its way; it can be used for three days.")


@user.command(name="list")
def list_() -> None:
    """Everybody with their address, state and roles, a line each."""
    from intake.wording import person_state

    with office():
        for one in everybody():
            roles = "; ".join(
                f"{place.name}: {', '.join(role.value for role in roles)}"
                for place, roles in one.workplaces()
            )
            name = f"{one.last_name}, {one.first_name}"
            click.echo("\t".join((one.email, name, person_state(one), roles or "no role")))


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Let a person go: sign-in ends at once, their open tasks go back to the queues."""
    with office(), _somebody_else_administers():
        known = _known(email)
        if not known.active:
            raise Refused(f"{known.email} has left already")
        freed = memberships.deactivate(known, by=None)
    click.echo(f"{known.email} can no longer sign in; {freed} tasks are free again.")


@user.command()
@click.argument("email")
def reactivate(email: str) -> None:
    """Let a person who has left in again, with the roles they had."""

    with office():
        known = _known(email)
        if known.active:
            raise Refused(f"{known.email} has not left")
        linked = memberships.reactivate(known, by=None)
    told = (
        "is let in again; a link for the first password is on its way"
        if linked
        else "can sign in again"
    )
    click.echo(f"{known.email} {told}.")


@user.command(name="give-role")
@click.argument("email")
@click.argument("organisation")
@click.argument("role")
def give_role(email: str, organisation: str, role: str) -> None:
    """Give a person one more role; they get a mail."""
    with office():
        known, place = _known(email), organisation_called(organisation)
        if not known.active:
            raise Refused(
                f"{known.email} has left; first run `intake user reactivate {known.email}`"
            )
        try:
            memberships.give_role(known, place, _role(role), by=None)
        except HasRoleAlready:
            raise Refused(f"{known.email} is {role} at {place.name} already") from None
    click.echo(f"{known.email} is now {role} at {place.name}.")


@user.command(name="take-role")
@click.argument("email")
@click.argument("organisation")
@click.argument("role")
def take_role(email: str, organisation: str, role: str) -> None:
    """Take a role away; what the person held in it is free again, and they get a mail."""
    with office(), _somebody_else_administers():
        known, place = _known(email), organisation_called(organisation)
        freed = memberships.take_role(_membership(known, place.id, _role(role)), by=None)
    click.echo(f"{known.email} is no longer {role} at {place.name}; {freed} tasks are free again.")


@user.command(name="reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take app, passkeys and recovery codes of a person away who has lost them; they get a mail.

    For the last administrator; others ask an administrator. Ring the person up first.
    """
    from intake import factors

    with office():
        known = _known(email)
        factors.reset(known, by=None)
    click.echo(f"{known.email} sets up a new second factor at the next sign-in.")


def _known(email: str) -> User:
    found = user_by_email(email)
    if found is None:
        raise Refused(f"nobody has the address {email!r}; `intake user list` names everybody")
    return found


def _membership(known: User, organisation_id: int, role: Role) -> Membership:
    found = db.scalar(
        sa.select(Membership).where(
            Membership.user_id == known.id,
            Membership.organisation_id == organisation_id,
            Membership.role == role,
        )
    )
    if found is None:
        raise Refused(
            f"{known.email} is not {role.value} there; `intake user list` names all roles"
        )
    return found


def _role(code: str) -> Role:
    if code not in set(Role):
        raise Refused(f"no role is called {code!r}; roles are: {', '.join(Role)}")
    return Role(code)


def _new_address(email: str) -> str:
    from intake.forms.fields.texts import address as written

    try:
        address = written(email)
    except ValueError as error:
        raise Refused(str(error)) from None
    known = user_by_email(address)
    if known is not None:
        raise Refused(_taken(known))
    return address


def _named(*names: str) -> None:
    if not all(0 < len(name.strip()) <= 100 and name.isprintable() for name in names):
        raise Refused("a name has 1 to 100 letters")


def _taken(known: User) -> str:
    then = "give-role" if known.active else "reactivate"
    return f"{known.email} is {known.name} already; use `intake user {then} {known.email} …`"


@contextmanager
def _free_address(email: str) -> Iterator[None]:
    try:
        yield
    except AddressTaken:
        raise Refused(f"somebody has added {email} this very moment") from None


@contextmanager
def _somebody_else_administers() -> Iterator[None]:
    try:
        yield
    except LastAdministrator:
        raise Refused(
            "nobody else who is active administers; first run `intake user give-role … administrator`"
        ) from None
    except NoSuchRole:
        raise Refused("this role is gone already") from None


def _password(owner: User, place: Organisation) -> str:
    from intake.passwords import wrong_with

    password = os.environ.get("INTAKE_NEW_PASSWORD") or _asked_for_password()
    if error := wrong_with(password, owner, [place.name]):
        raise Refused(error)
    return password


def _asked_for_password() -> str:
    if not sys.stdin.isatty():
        raise Refused("nobody is here to type a password; put it into INTAKE_NEW_PASSWORD")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
