"""Counting deadlines: working days in two calendars, weeks, months (DOMAIN.md 3.4, 3.5)."""

from datetime import date

import pytest

from models.calendars import Calendar, ExtraDay, holidays
from models.deadlines import Deadline, Deadlines, Term, Unit, deadlines_of, end_of, start_of
from models.programs import programs
from models.session import db, transaction

LEGAL, OFFICE = Calendar.LEGAL, Calendar.OFFICE
NONE = Deadlines({}, {})


@pytest.mark.parametrize(
    ("start", "days", "calendar", "expected"),
    [
        (date(2026, 1, 12), 5, LEGAL, date(2026, 1, 19)),
        (date(2026, 1, 15), 10, LEGAL, date(2026, 1, 29)),
        (date(2026, 3, 30), 5, LEGAL, date(2026, 4, 7)),  # Good Friday; Easter Monday counts
        (date(2026, 3, 30), 5, OFFICE, date(2026, 4, 8)),  # and does not at the office
        (date(2026, 5, 12), 10, LEGAL, date(2026, 5, 27)),  # Ascension Day, 14.05.
        (date(2026, 6, 3), 1, LEGAL, date(2026, 6, 5)),  # Corpus Christi, 04.06.
        (date(2026, 4, 30), 1, LEGAL, date(2026, 5, 1)),  # 1 May is free from noon: it counts
        (date(2027, 2, 28), 20, LEGAL, date(2027, 3, 29)),
        (date(2027, 2, 28), 20, OFFICE, date(2027, 3, 30)),
        (date(2026, 12, 31), 1, OFFICE, date(2027, 1, 4)),
        (date(2026, 1, 16), 1, LEGAL, date(2026, 1, 19)),
        (date(2026, 1, 19), -1, LEGAL, date(2026, 1, 16)),
        (date(2026, 1, 12), 0, LEGAL, date(2026, 1, 12)),
    ],
)
def test_working_days(start, days, calendar, expected):
    assert NONE.working_days_after(start, days, calendar) == expected


def test_the_legal_list_of_2026():
    assert sorted(holidays(2026, LEGAL)) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 5, 14),
        date(2026, 6, 4),
        date(2026, 8, 1),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 12, 25),
    ]


@pytest.mark.parametrize(
    ("term", "after", "before"),
    [
        (Term(8, Unit.WEEKS, LEGAL), date(2026, 4, 27), date(2026, 1, 5)),
        (Term(6, Unit.MONTHS, LEGAL), date(2026, 9, 2), date(2025, 9, 2)),
        (Term(1, Unit.WORKING_DAYS, LEGAL), date(2026, 3, 3), date(2026, 2, 27)),
    ],
)
def test_weeks_and_months(term, after, before):
    table = Deadlines({"T": term}, {})
    assert table.after("T", date(2026, 3, 2)) == after
    assert table.before("T", date(2026, 3, 2)) == before


def test_a_deadline_day_is_over_at_midnight_in_zurich_also_when_summer_time_begins():
    assert end_of(date(2026, 3, 28)).isoformat() == "2026-03-29T00:00:00+01:00"
    assert end_of(date(2026, 3, 29)).isoformat() == "2026-03-30T00:00:00+02:00"
    assert start_of(date(2026, 10, 25)).isoformat() == "2026-10-25T06:00:00+01:00"


def test_a_programmes_own_deadline_goes_before_the_common_one(office):
    one, other = programs()
    with transaction():
        row = {"code": "T2", "amount": 3, "unit": Unit.WORKING_DAYS, "calendar": LEGAL}
        db.add(Deadline(program_id=one.id, **row))
    assert deadlines_of(one.id).after("T2", date(2026, 1, 12)) == date(2026, 1, 15)
    assert deadlines_of(other.id).after("T2", date(2026, 1, 12)) == date(2026, 1, 19)


def test_a_local_holiday_moves_a_deadline(office):
    with transaction():
        db.add(ExtraDay(calendar=LEGAL, day=date(2026, 1, 13), free=True, name="Fasnacht"))
    table = deadlines_of(programs()[0].id)
    assert table.after("T2", date(2026, 1, 12)) == date(2026, 1, 20)


def test_working_days_have_no_period():
    table = Deadlines({"T": Term(5, Unit.WORKING_DAYS, LEGAL)}, {})
    with pytest.raises(ValueError, match="cannot repeat"):
        table.period("T")
