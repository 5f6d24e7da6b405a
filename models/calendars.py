"""Which days do not count: the legal list, the offices' own, and the days that go against both."""

import enum
from datetime import date, timedelta

import sqlalchemy as sa
from dateutil.easter import easter
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class Calendar(enum.StrEnum):
    """Which days do not count: the legal list, or the office's own, which frees a few more."""

    LEGAL = "legal"
    OFFICE = "office"


class ExtraDay(Base):
    """A day that an office frees or works against the rule, such as a local holiday."""

    __tablename__ = "extra_days"
    __table_args__ = (sa.UniqueConstraint("calendar", "day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    calendar: Mapped[Calendar]
    day: Mapped[date]
    free: Mapped[bool]
    name: Mapped[str] = mapped_column(sa.String(60))


# DOMAIN.md 3.5: the canton's list for deadlines. 1 May is free from noon and counts as a working
# day. Fronleichnam, Mariä Himmelfahrt and Allerheiligen are not free in the district Bucheggberg;
# the list follows the rest of the canton.
_LEGAL_FIXED = ((1, 1), (8, 1), (8, 15), (11, 1), (12, 25))
_LEGAL_EASTER = (-2, 39, 60)
_OFFICE_FIXED = (*_LEGAL_FIXED, (1, 2), (12, 26))
_OFFICE_EASTER = (*_LEGAL_EASTER, 1, 50)


def holidays(year: int, calendar: Calendar) -> frozenset[date]:
    """The days of a year that are free by rule, weekends aside."""
    legal = calendar is Calendar.LEGAL
    sunday = easter(year)
    fixed = {date(year, m, d) for m, d in (_LEGAL_FIXED if legal else _OFFICE_FIXED)}
    moving = {sunday + timedelta(n) for n in (_LEGAL_EASTER if legal else _OFFICE_EASTER)}
    return frozenset(fixed | moving)


def extra_days() -> list[ExtraDay]:
    """The days that go against the rule, by date."""
    return list(db.scalars(sa.select(ExtraDay).order_by(ExtraDay.day)))
