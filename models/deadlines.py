"""The table of deadlines (T1-T16), per programme where a programme differs, and free days."""

import enum
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Mapped, mapped_column

from models.base import OFFICE_ZONE, Base
from models.calendars import Calendar, ExtraDay, holidays
from models.organisations import Organisation
from models.programs import Program
from models.session import db


class Unit(enum.StrEnum):
    """What a deadline counts."""

    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"


class Deadline(Base):
    """One deadline. A row with a programme goes before the row without."""

    __tablename__ = "deadlines"
    __table_args__ = (sa.UniqueConstraint("code", "program_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12))
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programs.id"))
    amount: Mapped[int]
    unit: Mapped[Unit]
    calendar: Mapped[Calendar]


@dataclass(frozen=True)
class Term:
    """How long something may take."""

    amount: int
    unit: Unit
    calendar: Calendar


class Deadlines:
    """The deadlines that hold for one programme, ready to count with."""

    def __init__(self, terms: dict[str, Term], extra: dict[tuple[Calendar, date], bool]) -> None:
        self._terms, self._extra = terms, extra

    def __contains__(self, code: str) -> bool:
        return code in self._terms

    def works(self, day: date, calendar: Calendar) -> bool:
        """True on a working day of this calendar."""
        extra = self._extra.get((calendar, day))
        if extra is not None:
            return not extra
        return day.weekday() < 5 and day not in holidays(day.year, calendar)

    def working_days_after(self, start: date, amount: int, calendar: Calendar) -> date:
        """The day `amount` working days after `start`, which itself does not count."""
        step, day = (1 if amount >= 0 else -1), start
        for _ in range(abs(amount)):
            day += timedelta(step)
            while not self.works(day, calendar):
                day += timedelta(step)
        return day

    def after(self, code: str, start: date) -> date:
        """The last day of a deadline that runs from `start`. Raises KeyError for no such code."""
        return self._shift(self._terms[code], start, 1)

    def before(self, code: str, end: date) -> date:
        """The day that lies a deadline's length before `end`."""
        return self._shift(self._terms[code], end, -1)

    def period(self, code: str) -> tuple[int, str]:
        """A deadline as an ISO 8601 period, (3, "M").

        Raises:
            ValueError: it counts working days, which have no fixed period.
        """
        term = self._terms[code]
        if term.unit is Unit.WORKING_DAYS:
            raise ValueError(f"{code} counts working days and cannot repeat by itself")
        return term.amount, "W" if term.unit is Unit.WEEKS else "M"

    def _shift(self, term: Term, day: date, sign: int) -> date:
        if term.unit is Unit.WORKING_DAYS:
            return self.working_days_after(day, sign * term.amount, term.calendar)
        if term.unit is Unit.WEEKS:
            return day + timedelta(weeks=sign * term.amount)
        return day + relativedelta(months=sign * term.amount)


def common_terms() -> list[Deadline]:
    """The deadlines that hold where a programme has none of its own, by code."""
    select = sa.select(Deadline).where(Deadline.program_id.is_(None))
    return sorted(db.scalars(select), key=lambda row: (int(row.code[1:].rstrip("BC")), row.code))


def own_terms() -> dict[tuple[str, int], int]:
    """The amounts that programmes have of their own, by (code, programme)."""
    rows = db.scalars(sa.select(Deadline).where(Deadline.program_id.is_not(None)))
    return {(row.code, row.program_id or 0): row.amount for row in rows}


def end_of(day: date) -> datetime:
    """The moment a deadline day is over: midnight in Zurich at its end."""
    return datetime.combine(day + timedelta(1), time(), OFFICE_ZONE)


def start_of(day: date) -> datetime:
    """The morning of a day, when the office opens: 06:00 in Zurich."""
    return datetime.combine(day, time(6), OFFICE_ZONE)


def deadlines_of(program_id: int) -> Deadlines:
    """The deadlines of a programme, its own rows before the common ones, and the extra days.

    They are counted by the calendar of its provider, where that says one. One statement, because
    every step asks for it; it writes nothing that waits to be flushed.
    """
    own_calendar = (
        sa.select(Organisation.calendar)
        .join(Program, Program.provider_id == Organisation.id)
        .where(Program.id == program_id)
        .scalar_subquery()
    )
    terms = sa.select(
        Deadline.code,
        Deadline.amount,
        Deadline.unit,
        sa.func.coalesce(own_calendar, Deadline.calendar),
        sa.cast(sa.null(), sa.Date).label("day"),
        Deadline.program_id,
    ).where(sa.or_(Deadline.program_id.is_(None), Deadline.program_id == program_id))
    days = sa.select(
        sa.literal(""),
        sa.case((ExtraDay.free, 1), else_=0),
        sa.null(),
        ExtraDay.calendar,
        ExtraDay.day,
        sa.null(),
    )
    common: dict[str, Term] = {}
    own: dict[str, Term] = {}
    extra: dict[tuple[Calendar, date], bool] = {}
    with db.no_autoflush:
        rows = db.execute(sa.union_all(terms, days)).all()
    for code, amount, unit, calendar, day, program in rows:
        if day is not None:
            extra[calendar, day] = bool(amount)
        else:
            (common if program is None else own)[code] = Term(amount, unit, calendar)
    return Deadlines({**common, **own}, extra)
