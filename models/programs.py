"""The mentoring programmes of the providers, and the contracts that give them places."""

from datetime import date
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.dated import Dated, in_order
from models.organisations import Organisation
from models.session import db


class Program(Dated, Base):
    """A mentoring programme of a provider, with what makes it differ from the others.

    Attributes:
        code: what drawings, tables and answers call it; it never changes.
        valid_from, valid_to: when people may be registered for it; what runs goes on.
    """

    __tablename__ = "programs"
    __table_args__ = (in_order(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    duration_months: Mapped[int]
    longest_months: Mapped[int]
    check_in_months: Mapped[list[int]]
    mentor_age_from: Mapped[int] = mapped_column(default=18)

    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    contracts: Mapped[list["Contract"]] = relationship(
        back_populates="program", order_by="Contract.valid_from", lazy="select"
    )

    @property
    def contracts_overlap(self) -> bool:
        """Whether on some day two contracts hold; their places count together then."""
        return any(
            earlier.valid_to >= later.valid_from for earlier, later in pairwise(self.contracts)
        )

    def next_contract(self, on: date) -> "Contract | None":
        """The first contract that begins after a day."""
        return next((c for c in self.contracts if c.valid_from > on), None)

    def open_on(self, on: date) -> bool:
        """Whether people may be registered for it on a day."""
        return self.holds(on) and self.provider.open_on(on)


class Contract(Base):
    """What a provider has agreed to for a programme: so many tandems at a time, from a day to a day."""

    __tablename__ = "contracts"
    __table_args__ = (
        sa.UniqueConstraint("program_id", "valid_from"),
        sa.CheckConstraint("valid_to >= valid_from", "dates"),
        sa.CheckConstraint("places >= 1", "places"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("programs.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    places: Mapped[int]

    program: Mapped[Program] = relationship(back_populates="contracts")


def programs(*, on: date | None = None) -> list[Program]:
    """All programmes by name, or those that take people on a day."""
    found = db.scalars(sa.select(Program).order_by(Program.name))
    return [program for program in found if on is None or program.open_on(on)]


def programs_of(provider_id: int) -> list[Program]:
    """The programmes of a provider, by name."""
    select = sa.select(Program).where(Program.provider_id == provider_id)
    return list(db.scalars(select.order_by(Program.name)))


def program_choices(on: date, *, also: str = "") -> list[tuple[str, str]]:
    """(code, name) of the programmes that take people on a day.

    Args:
        also: the code of one that is offered in any case, because it was chosen already.
    """
    return [
        (program.code, program.name)
        for program in programs()
        if program.code == also or program.open_on(on)
    ]


def program_codes() -> tuple[str, ...]:
    """What drawings, tables and answers call the programmes, in the order they were set up."""
    return tuple(db.scalars(sa.select(Program.code).order_by(Program.id)))


def program_called(code: str) -> Program:
    """The programme that a routing table names. Raises LookupError."""
    found = db.scalar(sa.select(Program).where(Program.code == code))
    if found is None:
        raise LookupError(f"no programme is called {code}")
    return found


def places_on(on: date) -> dict[int, int]:
    """How many tandems the contracts of each programme allow on a day, by programme."""
    rows = db.execute(
        sa.select(Contract.program_id, sa.func.sum(Contract.places))
        .where(Contract.valid_from <= on, Contract.valid_to >= on)
        .group_by(Contract.program_id)
    )
    return {program_id: int(places) for program_id, places in rows}
