"""The verb `intake doctor`: what an installation lacks, in lines or for machines."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from intake.config import Config, UnsafeSetting, from_environment

if TYPE_CHECKING:
    from flask import Flask

    from intake.doctor.lines import Line, Needs, Where

#: So long a database server may take to answer at all.
PATIENT = {"connect_args": {"connect_timeout": 5}}
NOTHING_MISSING, SOMETHING_MISSING, CANNOT_LOOK = 0, 1, 2


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="The lines for machines.")
@click.option("--language", type=click.Choice(["de", "en"]), default="en", show_default=True)
@click.pass_context
def doctor(context: click.Context, as_json: bool, language: str) -> None:
    """Say what this installation still lacks, and how to mend it; it changes nothing.

    Ends with 0 if nothing is missing, 1 if something is, 2 if it cannot look.
    """
    from flask_babel import force_locale

    from intake.doctor.checks import count
    from intake.doctor.lines import Needs

    try:
        config = from_environment()
        app, there = _opened(config)
    except UnsafeSetting as error:
        click.echo(f"intake: {error}", err=True)
        context.exit(CANNOT_LOOK)
    with app.test_request_context(base_url=config.base_url), force_locale(language):
        lines = list(_looked(config, there))
        click.echo(_for_machines(lines) if as_json else "\n".join(_told(lines)))
    if there is Needs.NOTHING:
        context.exit(CANNOT_LOOK)
    context.exit(SOMETHING_MISSING if count(lines) else NOTHING_MISSING)


def _opened(config: Config) -> tuple["Flask", "Needs"]:
    """The application, and what of its database is there; looking makes no file.

    Raises:
        UnsafeSetting: the address of the database is none.
    """
    import sqlite3

    import sqlalchemy as sa

    from intake import create_app
    from intake.doctor.lines import Needs
    from models.database import file_of, revision
    from models.migrations import newest
    from models.session import connect

    nowhere = create_app(config, sa.create_engine("sqlite://"))
    try:
        file = file_of(config.database_url)
        if file is not None and not file.exists():
            return nowhere, Needs.DATABASE if file.parent.is_dir() else Needs.NOTHING
        engine = connect(config.database_url, **({} if file else PATIENT))
        ready = revision(engine) == newest()
        return create_app(config, engine), Needs.TABLES if ready else Needs.DATABASE
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError):
        raise UnsafeSetting("INTAKE_DATABASE_URL is missing or names no database.") from None
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError):
        return nowhere, Needs.NOTHING


def _looked(config: Config, there: "Needs") -> Iterator["Line"]:
    """Every check that can be done with what is there."""
    from flask_babel import gettext

    from intake.doctor.checks import PAGE, SERVER
    from intake.doctor.lines import Line, Needs, look_at, missing, typed

    if there is Needs.NOTHING:
        found = gettext("Die Datenbank antwortet nicht; was in ihr steht, ist nicht geprüft.")
        mend = gettext("Starten Sie sie, oder berichtigen Sie ihre Adresse.")
        yield Line(
            "database", gettext("Datenbank"), (missing(found, mend, typed("INTAKE_DATABASE_URL")),)
        )
    for check in (*SERVER, *PAGE):
        if check.needs <= there:
            yield look_at(check, config)


def _told(lines: list["Line"]) -> Iterator[str]:
    from intake import wording
    from intake.doctor.lines import State

    width = max(len(str(wording.CHECKED[state])) for state in State)
    for line in lines:
        for finding in line.findings:
            state = str(wording.CHECKED[finding.state]).ljust(width)
            yield f"{state}  {line.title}: {finding.found}"
            if finding.mend:
                yield " " * (width + 2) + finding.mend
            for where in finding.where if finding.mend else ():
                yield " " * (width + 2) + "→ " + _place(where)


def _for_machines(lines: list["Line"]) -> str:
    told = [
        {
            "code": line.code,
            "title": line.title,
            "state": line.state.value,
            "findings": [
                {
                    "state": finding.state.value,
                    "found": finding.found,
                    "mend": finding.mend,
                    "where": [_place(where) for where in finding.where],
                }
                for finding in line.findings
            ],
        }
        for line in lines
    ]
    return json.dumps(told, ensure_ascii=False, indent=1)


def _place(where: "Where") -> str:
    from flask import url_for

    if where.typed:
        return where.typed
    return f"{where.words}: {url_for(where.endpoint, _external=True, **where.values)}"
