"""The verb `intake place`: municipalities and Sozialregionen, merged, renamed, moved, counted."""

from datetime import date
from pathlib import Path

import click

from intake.shell import Day, Refused, office
from models.base import today
from models.places import (
    Municipality,
    inhabitants_on,
    municipalities,
    region_called,
    regions_by_municipality,
)
from models.session import db
from workflows import places as verbs
from workflows.counts import BadCounts, read_counts

BFS = click.IntRange(1, verbs.LARGEST_NUMBER)


@click.group()
def place() -> None:
    """Municipalities by their BFS number, Sozialregionen by their name."""


@place.command(name="list")
@click.option("--on", type=Day(), help="as it was on this day")
def list_places(on: date | None) -> None:
    """The municipalities of a day with Sozialregion and inhabitants, a line each."""
    with office():
        day = on or today()
        regions, counts = regions_by_municipality(day), inhabitants_on(day)
        for one in municipalities(day):
            region = regions[one.id].name if one.id in regions else ""
            number = str(counts[one.id].number) if one.id in counts else ""
            click.echo("\t".join((str(one.id), one.called(day), region, number)))


@place.command()
@click.argument("gone", type=BFS, nargs=-1, required=True, metavar="BFS…")
@click.option("--into", type=BFS, required=True, metavar="BFS", help="of one there is, or new")
@click.option("--name", default="", help="what a new one is called")
@click.option("--on", "start", type=Day(), required=True, help="the first day of the new order")
def merge(gone: tuple[int, ...], into: int, name: str, start: date) -> None:
    """Merge municipalities from a day on; their cases keep what they were."""
    with office():
        target = db.get(Municipality, into)
        if target is None and not name:
            raise Refused(f"no municipality has the number {into}; name a new one with --name")
        ended = [_place(number) for number in gone]
        merged = verbs.merge(ended, target, start, number=into, name=name, by=None)
        click.echo(f"From {start} on they are part of {merged.name}.")


@place.command()
@click.argument("number", type=BFS, metavar="BFS")
@click.argument("name")
@click.option("--on", "start", type=Day(), required=True)
def rename(number: int, name: str, start: date) -> None:
    """Call a municipality otherwise from a day on."""
    with office():
        verbs.rename(_place(number), name, start, by=None)
        click.echo(f"From {start} on it is called {name}.")


@place.command()
@click.argument("number", type=BFS, metavar="BFS")
@click.argument("region")
@click.option("--on", "start", type=Day(), required=True)
def move(number: int, region: str, start: date) -> None:
    """Assign a municipality to another Sozialregion from a day on."""
    with office():
        found = region_called(region)
        verbs.move(_place(number), found, start, by=None)
        click.echo(f"From {start} on it belongs to {found.name}.")


@place.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "counted_on", type=Day(), required=True)
@click.option("--source", required=True, help="who counted")
def count(file: Path, counted_on: date, source: str) -> None:
    """Keep numbers of inhabitants; FILE has a BFS number and a number a line, with ; or ,."""
    with office():
        missing = verbs.count(_numbers(file), counted_on, source, by=None)
        click.echo(f"Kept; {missing} municipalities of that day have no number yet.")


@place.command(name="add-region")
@click.argument("name")
@click.option("--from", "start", type=Day())
def add_region(name: str, start: date | None) -> None:
    """Add a Sozialregion; then move municipalities to it."""
    with office():
        click.echo(f"{verbs.add_region(name, start, by=None).name} exists now.")


@place.command(name="end-region")
@click.argument("name")
@click.option("--until", "last", type=Day(), required=True)
def end_region(name: str, last: date) -> None:
    """End a Sozialregion to which no municipality belongs any more."""
    with office():
        verbs.end_region(region_called(name), last, by=None)
        click.echo(f"{name} ends on {last}.")


def _place(number: int) -> Municipality:
    found = db.get(Municipality, number)
    if found is None:
        raise Refused(f"no municipality has the number {number}")
    return found


def _numbers(file: Path) -> dict[int, int]:
    """Excel writes its own letters where it is not asked for UTF-8."""
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        return read_counts(text)
    except BadCounts as error:
        raise Refused(f"{file.name}: {error}") from None
