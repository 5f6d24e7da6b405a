"""Sets the demo up once: database, people, cases; started again it is there in seconds."""

import fcntl
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

from intake import create_app
from intake.config import Config
from intake.demo.cases import Stage, case_a, case_b, case_c
from intake.demo.crowd import Crowd
from intake.demo.people import create_people
from intake.forms import vocabulary
from models import private
from models.migrations import upgrade
from models.reference import load_reference
from models.session import db
from workflows.diagrams.published import ship

#: Case A's last day; the stories are moved so that it lies a few days back, in whole weeks.
LAST_DAY_OF_A = date(2027, 3, 12)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One set-up of a demo at a time; a second start waits until the first is through."""
    held = os.open(private.folder(folder), os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def demo_config(folder: Path, port: str) -> Config:
    """Settings for this machine only; the secret is made once and kept beside the database."""
    private.folder(folder)
    secret = folder / "secret"
    if not secret.exists():
        with private.create(secret) as file:
            file.write(secrets.token_hex(32).encode())
    return Config(
        environment="demo",
        database_url=f"sqlite:///{folder.resolve() / 'intake.db'}",
        secret_key=secret.read_text(),
        documents=folder.resolve() / "documents",
        base_url=f"http://localhost:{port}",
        insecure_cookies=True,
    ).checked()


def prepare(config: Config) -> None:
    """Load everything, unless it is there; half a set-up is thrown away and begun again."""
    database = Path(config.database_url.removeprefix("sqlite:///"))
    ready = database.with_name("ready")
    if ready.exists():
        upgrade(config.database_url)
        return
    for part in database.parent.glob("intake.db*"):
        part.unlink()
    upgrade(config.database_url)
    fill(config, said=_progress)
    ready.write_text("")


def fill(config: Config, said: "object" = None) -> None:
    """An office on a Tuesday, in an empty database."""
    app = create_app(config)
    today = datetime.now(ZoneInfo("Europe/Zurich")).date()
    long_ago = datetime.now(UTC) - timedelta(days=450)
    with app.test_request_context(), time_machine.travel(long_ago, tick=False) as clock:
        load_reference()
        create_people()
        ship(vocabulary())
        weeks = (today - LAST_DAY_OF_A).days // 7
        shift = weeks * 7
        for story in (case_a, case_b, case_c):
            story(Stage(clock.move_to, shift, until=today))
        Crowd(clock.move_to, today).play(said if callable(said) else lambda _done, _all: None)
        db.remove()
    app.extensions["engine"].dispose()


def _progress(done: int, total: int) -> None:
    width = 40 * done // total
    sys.stdout.write(f"\r  [{'#' * width}{'.' * (40 - width)}] {done} of {total} cases")
    sys.stdout.flush()
