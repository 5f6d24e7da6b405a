"""The verbs `intake organisation` and `intake programme`: who takes part, and what is offered."""

from datetime import date
from typing import Any

import click

from intake.place_commands import BFS
from intake.shell import Day, Refused, office
from intake.whole import whole
from models.calendars import Calendar
from models.organisations import OfficeKind, OrganisationKind, organisation_called
from models.organisations import organisations as everyone
from models.programs import Program, programs
from workflows import contracts
from workflows import organisations as verbs
from workflows import programs as program_verbs

KINDS = click.Choice([kind.value for kind in OrganisationKind])
SORTS = click.Choice([kind.value for kind in OfficeKind])
CALENDARS = click.Choice([calendar.value for calendar in Calendar])

#: What can be emptied, and which answer that is.
_EMPTIED = {
    "region": "areas",
    "email": "email",
    "deputy-email": "deputy_email",
    "calendar": "calendar",
    "from": "valid_from",
    "until": "valid_to",
}


@click.group()
def organisation() -> None:
    """Offices, providers and bodies: add them, change them, list them.

    ORGANISATION is a name or a part of it that only one has.
    """


def _details(command: Any) -> Any:
    """The options that describe an organisation."""
    for option in (
        click.option("--sort", type=SORTS, help="what sort of office it is"),
        click.option("--region", multiple=True, metavar="NAME", help="a Sozialregion it works for"),
        click.option("--municipality", type=BFS, metavar="BFS", help="of an office of one"),
        click.option("--email", help="where mail goes that nobody of it can get"),
        click.option("--deputy-email", help="where an office's second reminder goes"),
        click.option("--calendar", type=CALENDARS, help="by which a provider's deadlines count"),
        click.option("--from", "start", type=Day(), help="takes part from this day"),
        click.option("--until", "end", type=Day(), help="takes part until this day"),
    ):
        command = option(command)
    return command


@organisation.command(name="add")
@click.argument("name")
@click.option("--kind", type=KINDS, required=True)
@_details
def add_organisation(name: str, kind: str, **given: Any) -> None:
    """Add an office, a provider or a body."""
    with office():
        answers = {"name": name, **_answers(given)}
        added = verbs.add_organisation(OrganisationKind(kind), answers, by=None)
        click.echo(f"{added.name} takes part.")


@organisation.command(name="change")
@click.argument("name", metavar="ORGANISATION")
@click.option("--name", "new_name", help="what it is called from now on")
@click.option("--without", multiple=True, type=click.Choice(list(_EMPTIED)), help="empty this")
@_details
def change_organisation(
    name: str, new_name: str | None, without: tuple[str, ...], **given: Any
) -> None:
    """Change what is known of an organisation; what is not named stays."""
    with office():
        found = organisation_called(name)
        said = {**_answers(given), "name": found.name if new_name is None else new_name}
        emptied = {_EMPTIED[what]: None for what in without}
        verbs.change_organisation(found, {**verbs.known(found), **said, **emptied}, by=None)
        click.echo(f"{found.name} is changed.")


@organisation.command(name="list")
def list_organisations() -> None:
    """All organisations with kind, area and dates, a line each."""
    from intake.wording import area, period

    with office():
        for one in everyone():
            sort = one.office_kind.value if one.office_kind else ""
            told = (one.name, one.kind.value, sort, area(one), period(one), one.email)
            click.echo("\t".join(told))


def _answers(given: dict[str, Any]) -> dict[str, Any]:
    """The answers of a form for the options that were said."""
    found = {
        "office_kind": given["sort"],
        "municipality_id": given["municipality"],
        "email": given["email"],
        "deputy_email": given["deputy_email"],
        "calendar": given["calendar"],
        "valid_from": _iso(given["start"]),
        "valid_to": _iso(given["end"]),
        "areas": [_region(name) for name in given["region"]] or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _region(name: str) -> str:
    from models.places import region_called

    return str(region_called(name).id)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@click.group()
def programme() -> None:
    """Programmes of the providers and their contracts.

    PROGRAMME is its name or its code, PROVIDER a name or a part of it that only one has.
    """


@programme.command(name="add")
@click.argument("name")
@click.argument("provider")
@click.option("--months", type=int, required=True, help="how long a tandem lasts")
@click.option("--longest", type=int, help="with an extension; left out: no longer")
@click.option("--check-ins", default="", metavar="3,6,9", help="after so many months")
@click.option("--mentor-age", type=click.IntRange(16, 99), default=18, show_default=True)
@click.option("--from", "start", type=Day(), help="takes people from this day")
@click.option("--until", "end", type=Day(), help="takes people until this day")
def add_program(name: str, provider: str, **given: Any) -> None:
    """Add a programme; the code that drawings call it is made of its name."""
    with office():
        answers = {
            "name": name,
            "duration_months": given["months"],
            "longest_months": given["longest"] or given["months"],
            "check_in_months": _months(given["check_ins"]),
            "mentor_age_from": given["mentor_age"],
            "valid_from": _iso(given["start"]),
            "valid_to": _iso(given["end"]),
        }
        added = program_verbs.add_program(organisation_called(provider), answers, by=None)
        click.echo(f"{added.name} ({added.code}) can be wished for.")


@programme.command(name="change")
@click.argument("name", metavar="PROGRAMME")
@click.option("--name", "new_name")
@click.option("--months", type=int)
@click.option("--longest", type=int)
@click.option("--check-ins", metavar="3,6,9")
@click.option("--mentor-age", type=click.IntRange(16, 99))
@click.option("--from", "start", type=Day())
@click.option("--until", "end", type=Day())
def change_program(name: str, **given: Any) -> None:
    """Change a programme; what is not named stays."""
    with office():
        found = _program(name)
        changes = {
            "name": given["new_name"],
            "duration_months": given["months"],
            "longest_months": given["longest"],
            "check_in_months": None if given["check_ins"] is None else _months(given["check_ins"]),
            "mentor_age_from": given["mentor_age"],
            "valid_from": _iso(given["start"]),
            "valid_to": _iso(given["end"]),
        }
        said = {key: value for key, value in changes.items() if value is not None}
        program_verbs.change_program(found, {**program_verbs.known(found), **said}, by=None)
        click.echo(f"{found.name} is changed.")


@programme.command(name="contract")
@click.argument("name", metavar="PROGRAMME")
@click.option("--from", "start", type=Day(), required=True)
@click.option("--until", "end", type=Day(), required=True)
@click.option("--places", type=click.IntRange(1, 9999), required=True)
def contract(name: str, start: date, end: date, places: int) -> None:
    """Enter a contract: so many tandems at a time, from a day to a day."""
    with office():
        found = _program(name)
        contracts.add_contract(found, start, end, places, by=None)
        click.echo(f"{found.name} has {places} places from {start} to {end}.")


@programme.command(name="list")
def list_programs() -> None:
    """All programmes with provider, dates and contracts, a line each."""
    from intake.wording import period

    with office():
        for one in programs():
            contracts = "; ".join(f"{c.places}: {period(c)}" for c in one.contracts)
            click.echo("\t".join((one.name, one.code, one.provider.name, period(one), contracts)))


def _program(name: str) -> Program:
    wanted = name.strip().casefold()
    found = [p for p in programs() if wanted in (p.code, p.name.casefold())]
    if len(found) != 1:
        names = ", ".join(p.name for p in programs()) or "none"
        raise Refused(f"no programme is called {name!r}; there are: {names}")
    return found[0]


def _months(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    found = [number for part in parts if (number := whole(part, most=999)) is not None]
    if len(found) < len(parts):
        raise Refused(f"{text!r} are no months, such as 3,6,9")
    return found
