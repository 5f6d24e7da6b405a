"""All rows of an installation as one consistent picture, and back into empty tables.

The same picture whatever the database: a line of JSON a row, table by table in the order of their
keys, read in one transaction that sees one moment. So a backup of SQLite can be restored into
PostgreSQL, and the other way.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from models.base import Base, now
from models.plain import plain, typed
from models.second_factors import HalfSignIn, PasskeyChallenge
from models.session import begin
from models.sign_ins import PasswordLink
from models.user_sessions import UserSession

ROWS_AT_ONCE = 1000
LARGEST_NUMBER = 2**63 - 1


class BadRows(Exception):
    """Rows that these tables cannot have; the message says which, without what stands in them."""


class Row(NamedTuple):
    """A row of a backup, as its table takes it."""

    table: str
    values: dict[str, Any]


class NotEmpty(Exception):
    """There are rows already; a backup goes only into empty tables."""


def rows(engine: sa.Engine) -> Iterator[tuple[str, str]]:
    """(table, row as a line of JSON) of everything, as it was at one moment."""
    sqlite = engine.dialect.name == "sqlite"
    moment = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
    with moment.connect() as connection:
        if sqlite:
            connection.exec_driver_sql("BEGIN")  # one snapshot for all that follows
        for table in Base.metadata.sorted_tables:
            order = list(table.primary_key.columns)
            for row in connection.execute(sa.select(table).order_by(*order)).mappings():
                found = {column.name: plain(row[column]) for column in table.columns}
                yield table.name, json.dumps(found, ensure_ascii=False)
        connection.rollback()


def checked(lines: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """Lines of a backup as rows of the tables that there are.

    Raises:
        BadRows: an unknown table or column, a column too few, a value of another kind.
    """
    for name, line in lines:
        table = Base.metadata.tables.get(name)
        if table is None:
            raise BadRows(f"there is no table {name[:60]!r}")
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise BadRows(f"a row of {name} cannot be read") from None
        if not isinstance(row, dict):
            raise BadRows(f"a row of {name} cannot be read")
        columns = {column.name: column.type for column in table.columns}
        if unknown := sorted(row.keys() - columns.keys()):
            raise BadRows(f"table {name} has no column {unknown[0][:60]!r}")
        if absent := sorted(columns.keys() - row.keys()):
            raise BadRows(f"a row of {name} lacks the column {absent[0]!r}")
        yield Row(name, {key: _value(name, key, columns[key], row[key]) for key in row})


def _value(table: str, column: str, kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    try:
        found = typed(kind, value)
        if found is None or isinstance(kind, sa.JSON | sa.Enum):
            return found
        if isinstance(found, int) and abs(found) > LARGEST_NUMBER:
            raise ValueError
        plain_number = kind.python_type is float and type(found) is int
        if plain_number or type(found) is kind.python_type:
            return found
    except (TypeError, ValueError, ArithmeticError):
        pass
    raise BadRows(f"a row of {table} has a value in {column} that it cannot have")


def none_there(engine: sa.Engine) -> None:
    """Look into every table that there is. Raises NotEmpty with the name of one that has rows."""
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        for table in Base.metadata.sorted_tables:
            row = sa.select(sa.literal(1)).select_from(table).limit(1)
            if table.name in there and connection.execute(row).first():
                raise NotEmpty(table.name)
        connection.rollback()


def put_back(engine: sa.Engine, lines: Iterable[Row]) -> dict[str, int]:
    """Write rows into tables that are empty; how many each got. All or nothing.

    Raises:
        NotEmpty: something is there already.
    """
    counts: dict[str, int] = {}
    forward, later = _forward(), []
    with engine.connect() as connection:
        begin(connection)
        for table in Base.metadata.sorted_tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise NotEmpty(table.name)
        waiting: list[dict[str, Any]] = []
        current = ""
        for name, values in lines:
            if name != current or len(waiting) >= ROWS_AT_ONCE:
                _write(connection, current, waiting)
                waiting, current = [], name
            ahead = {column: values[column] for column in forward[name] if values[column]}
            if ahead:
                later.append((name, values, ahead))
            waiting.append({**values, **dict.fromkeys(ahead)})
            counts[name] = counts.get(name, 0) + 1
        _write(connection, current, waiting)
        for name, values, ahead in later:
            _point(connection, Base.metadata.tables[name], values, ahead)
        _continue_keys(connection)
        _let_nobody_in(connection)
        connection.commit()
    return counts


def _let_nobody_in(connection: sa.Connection) -> None:
    """What was ended since the backup was made would be open again: sessions, links, half a sign-in."""
    for row, ended in ((UserSession, UserSession.ended_at), (PasswordLink, PasswordLink.used_at)):
        connection.execute(sa.update(row).where(ended.is_(None)).values({ended: now()}))
    for half in (HalfSignIn, PasskeyChallenge):
        connection.execute(sa.delete(half))


def _forward() -> dict[str, set[str]]:
    """Of each table the columns that may name a row which is written only after it."""
    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    return {
        table.name: {
            key.parent.name
            for key in table.foreign_keys
            if order[key.column.table.name] >= order[table.name]
        }
        for table in Base.metadata.sorted_tables
    }


def _point(
    connection: sa.Connection, table: sa.Table, values: dict[str, Any], ahead: dict[str, Any]
) -> None:
    """Fill the columns of a row that name another, now that all rows are there."""
    keys = [column == values[column.name] for column in table.primary_key.columns]
    connection.execute(sa.update(table).where(*keys).values(ahead))


def _write(connection: sa.Connection, table: str, values: list[dict[str, Any]]) -> None:
    if values:
        connection.execute(sa.insert(Base.metadata.tables[table]), values)


def _continue_keys(connection: sa.Connection) -> None:
    """PostgreSQL counts keys in sequences; they go on after the highest key that was put back."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        key = table.primary_key.columns.values()[0]
        sequence = connection.scalar(sa.func.pg_get_serial_sequence(table.name, key.name).select())
        if sequence:
            highest = connection.scalar(sa.select(sa.func.max(key)))
            connection.execute(
                sa.select(sa.func.setval(sequence, highest or 1, highest is not None))
            )
