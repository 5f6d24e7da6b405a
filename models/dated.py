"""Rows that hold from a day to a day, both included; a side that is empty has no limit."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column


class Dated:
    """From when until when a row holds; `in_order()` belongs to the table's constraints."""

    valid_from: Mapped[date | None] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()

    def holds(self, on: date) -> bool:
        """Whether the row holds on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or self.valid_to >= on
        )


def in_order() -> sa.CheckConstraint:
    """The constraint that nothing ends before it begins."""
    return sa.CheckConstraint(
        "valid_to is null or valid_from is null or valid_to >= valid_from", "dates"
    )


def valid(table: type[Dated], on: date) -> sa.ColumnElement[bool]:
    """The condition that a row holds on a day."""
    return sa.and_(
        sa.or_(table.valid_to.is_(None), table.valid_to >= on),
        sa.or_(table.valid_from.is_(None), table.valid_from <= on),
    )
