"""What a column can hold, asked before the database is: both say the same, and say it in words."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapper

#: No column for whole numbers holds one beyond this.
_LARGEST = 2**31 - 1


class DoesNotFit(Exception):
    """A value that the column it was meant for cannot hold; nothing was written.

    Attributes:
        column: its name, as `table.column`.
        longest: how many letters fit; 0 where that is not what is wrong.
    """

    def __init__(self, column: sa.Column[Any], longest: int = 0) -> None:
        super().__init__(f"{column} cannot hold this")
        self.column, self.longest = str(column), longest


@cache
def _bounded(mapper: Mapper[Any]) -> list[tuple[str, sa.Column[Any]]]:
    """(attribute, column) of every text and whole number of a table."""
    return [
        (attribute.key, column)
        for attribute in mapper.column_attrs
        for column in attribute.columns
        if isinstance(column, sa.Column) and isinstance(column.type, sa.String | sa.Integer)
    ]


def _look(mapper: Mapper[Any], _connection: sa.Connection, row: Any) -> None:
    values = sa.inspect(row).dict
    for name, column in _bounded(mapper):
        value = values.get(name)
        if type(value) is str:
            longest = getattr(column.type, "length", None)
            if longest and len(value) > longest:
                raise DoesNotFit(column, longest)
            if "\0" in value:
                raise DoesNotFit(column)
        elif type(value) is int and abs(value) > _LARGEST and not _is_big(column):
            raise DoesNotFit(column)


def _is_big(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.BigInteger)


def watch(base: type[Any]) -> None:
    """Look at every row of these tables before it is written."""
    for moment in ("before_insert", "before_update"):
        event.listen(base, moment, _look, propagate=True)
