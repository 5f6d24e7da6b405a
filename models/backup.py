"""All rows of an installation as one consistent picture, and back into empty tables.

The same picture whatever the database: a line of JSON a row, table by table in the order of their
keys, read in one transaction that sees one moment. So a backup of SQLite can be restored into
PostgreSQL, and the other way.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from models.base import Base
from models.plain import plain, typed
from models.session import begin

ROWS_AT_ONCE = 1000


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


def put_back(engine: sa.Engine, lines: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Write rows into tables that are empty; how many each got. All or nothing.

    Raises:
        NotEmpty: something is there already.
    """
    tables = Base.metadata.tables
    counts: dict[str, int] = {}
    with engine.connect() as connection:
        begin(connection)
        for table in Base.metadata.sorted_tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise NotEmpty(table.name)
        waiting: list[dict[str, Any]] = []
        current = ""
        for name, line in lines:
            if name != current or len(waiting) >= ROWS_AT_ONCE:
                _write(connection, current, waiting)
                waiting, current = [], name
            columns = tables[name].columns
            row = json.loads(line)
            waiting.append({key: typed(columns[key].type, row[key]) for key in row})
            counts[name] = counts.get(name, 0) + 1
        _write(connection, current, waiting)
        _continue_keys(connection)
        connection.commit()
    return counts


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
