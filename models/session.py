"""The session of this thread, and the one way to commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import private

_sessions = sessionmaker(expire_on_commit=False)
db: scoped_session[Session] = scoped_session(_sessions)

_OPEN = "in transaction()"


def connect(url: str, **options: Any) -> sa.Engine:
    """Open the database of this process and bind the session to it.

    Both databases read outside a transaction: each statement sees a whole snapshot. SQLite takes its
    write lock when `transaction()` begins, so that a reader never has to become a writer half-way,
    which SQLite would refuse. PostgreSQL's driver keeps what it has prepared until a rollback, with
    which every page that only reads would end otherwise, and all would be planned again.
    What is confirmed is on the disk: also SQLite waits for it at every commit.
    """
    if not url.startswith("sqlite"):
        # A connection that the server has closed meanwhile is noticed before it is used.
        options = {"pool_pre_ping": True, "isolation_level": "AUTOCOMMIT", **options}
    # An error's message would hold what people typed; it names the statement only.
    engine = sa.create_engine(url, **{"hide_parameters": True, **options})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", lambda *_: private.database(url))
        event.listen(engine, "connect", _prepare_sqlite)
    db.remove()
    _sessions.configure(bind=engine)
    return engine


def disconnect() -> None:
    """Forget the database of this process; what asks for one afterwards is told so."""
    db.remove()
    _sessions.configure(bind=None)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=15000",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: sa.Connection) -> None:
    """Begin a transaction that is going to write; what the connection has read so far was none."""
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """One verb, one transaction: commits at the end; a raised error leaves no trace.

    Raises:
        RuntimeError: when opened inside another one.
    """
    session = db()
    if session.info.get(_OPEN):
        raise RuntimeError("a transaction is already open: one verb, one transaction")
    session.info[_OPEN] = True
    try:
        begin(session.connection())
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(_OPEN, None)
