"""The database itself: whether it is there, of which version, how durable, and its clock."""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

#: The levels of SQLite's pragma synchronous, by number.
_SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
#: What keeps a commit through a power cut, with the values that do.
DURABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {"journal_mode": ("wal",), "synchronous": ("FULL", "EXTRA")},
    "postgresql": {
        "fsync": ("on",),
        "synchronous_commit": ("on", "remote_write", "remote_apply"),
        "full_page_writes": ("on",),
    },
}


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for a server's or one in memory."""
    found = sa.engine.make_url(url)
    if found.get_backend_name() != "sqlite" or found.database in (None, "", ":memory:"):
        return None
    return Path(str(found.database))


def revision(engine: sa.Engine) -> str:
    """The version of the tables, nothing if there are none. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def durability(engine: sa.Engine) -> dict[str, str]:
    """The settings that decide whether a commit survives a power cut, as this process has them."""
    ask = "PRAGMA" if engine.dialect.name == "sqlite" else "SHOW"
    with engine.connect() as connection:
        found = {
            name: str(connection.exec_driver_sql(f"{ask} {name}").scalar_one())
            for name in DURABLE[engine.dialect.name]
        }
    if found.get("synchronous", "").isdigit():
        found["synchronous"] = _SYNCHRONOUS[int(found["synchronous"])]
    return found


def clock(engine: sa.Engine) -> datetime | None:
    """What time the server has; None for SQLite, which has the clock of this machine."""
    if engine.dialect.name == "sqlite":
        return None
    with engine.connect() as connection:
        moment: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return moment
