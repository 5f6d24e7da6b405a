"""What every verb on an office needs in the shell: the office, and errors of one sentence."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click
import sqlalchemy as sa

from intake.config import UnsafeSetting, from_environment
from workflows.errors import WorkflowError


class Refused(click.ClickException):
    """What could not be done, in one sentence that says what to do."""

    def show(self, file: Any = None) -> None:
        """As every verb of the command says it."""
        click.echo(f"intake: {self.message}", file=file or sys.stderr)


class Day(click.ParamType[date]):
    """A day, typed as 2027-01-31 or 31.1.2027."""

    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The date."""
        from intake.forms.fields.dates import a_day

        if isinstance(value, date):
            return value
        return a_day(value) or self.fail(f"{value!r} is no day, such as 2027-01-31", param, ctx)


@contextmanager
def office() -> Iterator[None]:
    """The installation; whatever goes wrong in it is one sentence, never a statement or a hash."""
    from flask_babel import force_locale

    from intake import create_app

    try:
        app = create_app(from_environment().checked())
        with app.test_request_context(), force_locale("en"):
            yield
    except BrokenPipeError:  # who read along has had enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (UnsafeSetting, LookupError, OSError, ValueError, OverflowError, WorkflowError) as error:
        raise Refused(str(error)) from None
    except sa.exc.SQLAlchemyError as error:
        raise Refused(no_database(error)) from None


def no_database(error: sa.exc.SQLAlchemyError) -> str:
    """What to do where the database does not answer; of the trouble only its kind.

    Its own message may hold the values of a row.
    """
    return (
        f"the database cannot be used ({type(error).__name__}); is INTAKE_DATABASE_URL right, is its "
        "server or (SQLite) its folder there, and was `intake upgrade` run once?"
    )


def run(command: click.Command, words: list[str]) -> int:
    """One command; 0 done, 1 refused, 2 misused."""
    if any("\ud800" <= sign <= "\udfff" for word in words for sign in word):
        # Bytes that are no UTF-8; they could be neither kept nor printed.
        click.echo("intake: a word holds signs that cannot be read", file=sys.stderr)
        return 2
    try:
        done = command.main(words, prog_name=f"intake {command.name}", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, EOFError):
        click.echo("intake: nothing was done", file=sys.stderr)
        return 1
    return done if isinstance(done, int) else 0
