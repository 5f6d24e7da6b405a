"""An office for every test: both databases, the clock held, unexpected mail fails nothing silently."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import event

from intake import create_app
from intake.config import Config
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import create_people
from intake.forms import vocabulary
from models.migrations import upgrade
from models.people import Membership, Role, User
from models.reference import load_reference
from models.session import connect, db, disconnect, transaction
from tests.browser import Web
from tests.factors import equip, equip_who_needs_it
from tests.fresh import Databases
from tests.postgres import postgres
from workflows.diagrams.published import ship, specs_of

WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)|FOR UPDATE", re.IGNORECASE)
MONDAY = datetime(2026, 1, 12, 9, tzinfo=UTC)


def config_for(url: str, folder: Path, **changes: object) -> Config:
    """Settings of a test installation."""
    settings = {
        "environment": "test",
        "database_url": url,
        "secret_key": "0123456789abcdef0123456789abcdef",
        "documents": folder / "documents",
        "base_url": "http://intake.test",
        "insecure_cookies": True,
    }
    return Config(**{**settings, **changes}).checked()


def furnish(url: str, folder: Path) -> None:
    """Tables, reference data, the demo's people, the shipped drawings."""
    upgrade(url)
    app = create_app(config_for(url, folder))
    with app.test_request_context(), time_machine.travel(MONDAY, tick=False):
        load_reference()
        create_people()
        equip_who_needs_it()
        ship(vocabulary())
        db.remove()
    app.extensions["engine"].dispose()


@pytest.fixture(autouse=True)
def no_database_left() -> Iterator[None]:
    """A test without an office does not read the one of the test before."""
    yield
    disconnect()


@pytest.fixture(scope="session")
def sqlite_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    path = folder / "office.db"
    furnish(f"sqlite:///{path}", folder)
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_office(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    databases = Databases(postgres_server)
    try:
        furnish(databases.template_url, tmp_path_factory.mktemp("pg"))
        databases.keep()
        yield databases
    finally:
        databases.remove()


@pytest.fixture
def sqlite_url(sqlite_office: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_office, tmp_path / "office.db")
    return f"sqlite:///{tmp_path / 'office.db'}"


@pytest.fixture
def postgres_url(postgres_office: Databases) -> str:
    return postgres_office.fresh()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Both databases; every test of models and workflows runs on each."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Both databases with nothing in them, not even tables: what an office begins with."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with request.getfixturevalue("postgres_office").empty() as url:
            yield url


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as coordinates:
        yield coordinates


def _office(url: str, tmp_path: Path) -> Iterator[Flask]:
    specs_of.cache_clear()
    config = config_for(url, tmp_path)
    app = create_app(config, connect(url))
    event.listen(app.extensions["engine"], "before_cursor_execute", _only_in_transactions)
    with app.test_request_context():
        yield app
        db.remove()
    app.extensions["engine"].dispose()


def _only_in_transactions(_engine, cursor, statement: str, *_: object) -> None:
    """Nothing is written and no row is held outside `transaction()`: it would be kept bit by bit."""
    if not WRITES.search(statement):
        return
    connection = cursor.connection
    if isinstance(connection, psycopg.Connection):
        inside = connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    else:
        inside = connection.in_transaction
    assert inside, f"outside a transaction: {statement}"


@pytest.fixture
def office(url: str, tmp_path: Path, clock: time_machine.Traveller) -> Iterator[Flask]:
    """An office on either database, with the clock held on Monday, 12.1.2026, 10:00 in Zurich."""
    yield from _office(url, tmp_path)


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path, clock: time_machine.Traveller) -> Iterator[Flask]:
    """The same on SQLite only, for tests of pages."""
    yield from _office(sqlite_url, tmp_path)


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path, clock: time_machine.Traveller) -> Iterator[Web]:
    """The application without a request of its own, for tests that click."""
    specs_of.cache_clear()
    app = create_app(config_for(sqlite_url, tmp_path), connect(sqlite_url))
    yield Web(app)
    app.extensions["engine"].dispose()


@pytest.fixture
def petra(office):
    return player.user("p.beispiel@example.org")


@pytest.fixture
def monika(office):
    return player.user("m.muster@example.org")


@pytest.fixture
def case(petra):
    return player.refer(organisation_of(petra), petra)


def process_owner(name: str):
    """One more process owner beside the demo's."""
    patrick = player.user("p.prozess@example.org")
    with transaction():
        one = User(email=f"{name}@example.org", first_name=name.title(), last_name="Prozess-Demo")
        one.password_hash = patrick.password_hash
        place = patrick.memberships[0].organisation_id
        one.memberships.append(Membership(organisation_id=place, role=Role.PROCESS_OWNER))
        db.add(one)
    equip(one)
    return one
