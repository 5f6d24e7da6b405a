"""The person who is registered, those of the household who take part, and their legal status."""

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.session import db


class AsylumStatus(enum.StrEnum):
    """Status under asylum law; not the same thing as the permit (DOMAIN.md 2.0)."""

    FL_ASYL = "FL_ASYL"
    VA_FLUECHTLING = "VA_FLUECHTLING"
    VA_AUSLAENDER = "VA_AUSLAENDER"
    SCHUTZ_S = "SCHUTZ_S"
    SCHUTZ_S_B = "SCHUTZ_S_B"
    ASYL_N = "ASYL_N"
    NONE = "NONE"


VA_FL = frozenset({AsylumStatus.FL_ASYL, AsylumStatus.VA_FLUECHTLING, AsylumStatus.VA_AUSLAENDER})


class Mentee(Base):
    """The main person of a referral. Dates of birth may be known only in part: 1988, 1988-11."""

    __tablename__ = "mentees"
    id: Mapped[int] = mapped_column(primary_key=True)
    last_name: Mapped[str] = mapped_column(sa.String(100))
    first_name: Mapped[str] = mapped_column(sa.String(100))
    date_of_birth: Mapped[str] = mapped_column(sa.String(10))
    sex: Mapped[str] = mapped_column(sa.String(1))
    nationality: Mapped[str] = mapped_column(sa.String(10))
    zemis_number: Mapped[str | None] = mapped_column(sa.String(12), index=True)
    ahv_number: Mapped[str | None] = mapped_column(sa.String(13), index=True)
    native_language: Mapped[str] = mapped_column(sa.String(10))
    search_name: Mapped[str] = mapped_column(sa.String(220), index=True)

    participants: Mapped[list["Participant"]] = relationship(
        lazy="select", order_by="Participant.id"
    )

    @property
    def name(self) -> str:
        """As an office writes it: family name first."""
        return f"{self.last_name}, {self.first_name}"


class Participant(Base):
    """One person of the household; the main person is one too. Only who takes part is counted."""

    __tablename__ = "participants"
    id: Mapped[int] = mapped_column(primary_key=True)
    mentee_id: Mapped[int] = mapped_column(sa.ForeignKey("mentees.id"), index=True)
    first_name: Mapped[str] = mapped_column(sa.String(100))
    born: Mapped[str] = mapped_column(sa.String(10))
    sex: Mapped[str] = mapped_column(sa.String(1), default="")
    relation: Mapped[str] = mapped_column(sa.String(40))
    takes_part: Mapped[bool]
    present: Mapped[bool] = mapped_column(default=True)

    status_periods: Mapped[list["StatusPeriod"]] = relationship(
        lazy="selectin", order_by="StatusPeriod.valid_from"
    )


class StatusPeriod(Base):
    """From when to when a person had which status; a later change never rewrites the past."""

    __tablename__ = "status_periods"
    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(sa.ForeignKey("participants.id"), index=True)
    permit: Mapped[str] = mapped_column(sa.String(10))
    asylum_status: Mapped[AsylumStatus]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(sa.String(60))
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


def search_key(*names: str) -> str:
    """Names in one lower-case line, as the search compares them."""
    return " ".join(" ".join(names).casefold().split())


def status_on(participant: Participant, day: date) -> AsylumStatus | None:
    """The status a person had on a day, or None if nothing was recorded for it."""
    for period in reversed(participant.status_periods):
        begun = period.valid_from is None or period.valid_from <= day
        if begun and (period.valid_to is None or day <= period.valid_to):
            return period.asylum_status
    return None


def participants_of(mentee_id: int) -> list[Participant]:
    """The household as recorded, the main person first."""
    return list(
        db.scalars(
            sa.select(Participant)
            .where(Participant.mentee_id == mentee_id)
            .order_by(Participant.id)
        )
    )
