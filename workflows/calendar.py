"""The verbs on the table of deadlines: change a term, free or work a day."""

from datetime import date

import sqlalchemy as sa

from models import journal
from models.calendars import Calendar, ExtraDay
from models.deadlines import Deadline
from models.people import Role, User
from models.programs import Program
from models.session import db, transaction
from workflows.errors import NotAllowed

#: Longer than this is a slip of the finger.
LONGEST = 400


def programs_of(user: User) -> list[Program]:
    """The programmes whose own deadlines a person may set: all, or those that one leads."""
    select = sa.select(Program).order_by(Program.id)
    if Role.PROCESS_OWNER not in user.roles:
        led = user.organisation_ids(frozenset({Role.PROGRAM_LEAD}))
        select = select.where(Program.provider_id.in_(led))
    return list(db.scalars(select))


def set_term(code: str, program_id: int | None, amount: int | None, *, by: User) -> bool:
    """How long a deadline lasts from its next beginning on; what runs already stays.

    Args:
        program_id: for one programme, or None for all that have no term of their own.
        amount: in the unit of the common term; None takes a programme's own term away.

    Returns:
        Whether anything changed.

    Raises:
        NotAllowed: the programme is led by somebody else, or common terms by a programme lead.
        ValueError: no such deadline, or an amount that cannot be meant.
    """
    if program_id is None and Role.PROCESS_OWNER not in by.roles:
        raise NotAllowed("common deadlines belong to the process owner")
    if program_id is not None and program_id not in {p.id for p in programs_of(by)}:
        raise NotAllowed("this programme is led by somebody else")
    if amount is not None and not 1 <= amount <= LONGEST:
        raise ValueError(f"between 1 and {LONGEST}")
    with transaction():
        common, own = _rows(code, program_id)
        before = own.amount if own else None
        if before == amount:
            return False
        if amount is None:
            if program_id is None:
                raise ValueError("a common deadline needs an amount")
            db.delete(own)
        elif own is not None:
            own.amount = amount
        else:
            db.add(
                Deadline(
                    code=code,
                    program_id=program_id,
                    amount=amount,
                    unit=common.unit,
                    calendar=common.calendar,
                )
            )
        journal.write(
            "deadline_set", by=by, code=code, program=program_id, before=before, after=amount
        )
    return True


def confirm_terms(*, by: User) -> None:
    """Note that somebody has looked the deadlines through and left them as they are."""
    with transaction():
        journal.write("deadlines_confirmed", by=by)


def _rows(code: str, program_id: int | None) -> tuple[Deadline, Deadline | None]:
    rows = db.scalars(sa.select(Deadline).where(Deadline.code == code).with_for_update())
    by_program = {row.program_id: row for row in rows}
    if None not in by_program:
        raise ValueError(f"no deadline is called {code}")
    return by_program[None], by_program.get(program_id)


def set_day(calendar: Calendar, day: date, name: str, *, free: bool, by: User) -> None:
    """Free a day, or work on one that the rule frees. Raises NotAllowed."""
    _owns_calendars(by)
    with transaction():
        found = db.scalar(
            sa.select(ExtraDay).where(ExtraDay.calendar == calendar, ExtraDay.day == day)
        )
        extra = found or ExtraDay(calendar=calendar, day=day)
        extra.free, extra.name = free, name
        db.add(extra)
        journal.write("day_set", by=by, calendar=calendar.value, day=day.isoformat(), free=free)


def forget_day(extra_id: int, *, by: User) -> None:
    """Take a day back to what the rule says; one that is gone already stays gone."""
    _owns_calendars(by)
    with transaction():
        extra = db.get(ExtraDay, extra_id)
        if extra is not None:
            db.delete(extra)
            journal.write("day_forgotten", by=by, day=extra.day.isoformat())


def _owns_calendars(user: User) -> None:
    if Role.PROCESS_OWNER not in user.roles:
        raise NotAllowed("calendars belong to the process owner")
