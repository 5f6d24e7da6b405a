"""The mentors of a provider and their places; the database holds who has one to give."""

import enum
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class MentorStatus(enum.StrEnum):
    """Where a volunteer stands with the provider (DOMAIN.md 2.4)."""

    PROSPECT = "prospect"
    INTERVIEW = "interview"
    IN_CHECK = "in_check"
    APPROVED = "approved"
    ASSIGNED = "assigned"
    ON_HOLD = "on_hold"
    LEFT = "left"
    REJECTED = "rejected"


MAY_BE_PROPOSED = (MentorStatus.APPROVED, MentorStatus.ASSIGNED)


class Mentor(Base):
    """A volunteer of one provider. What the register asks beyond the columns is in `answers`."""

    __tablename__ = "mentors"
    __table_args__ = (sa.CheckConstraint("max_mentees between 1 and 9", name="places"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    last_name: Mapped[str] = mapped_column(sa.String(100))
    first_name: Mapped[str] = mapped_column(sa.String(100))
    date_of_birth: Mapped[str] = mapped_column(sa.String(10))
    sex: Mapped[str] = mapped_column(sa.String(1))
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipalities.id"))
    status: Mapped[MentorStatus] = mapped_column(index=True)
    max_mentees: Mapped[int] = mapped_column(default=1)
    extract_seen_on: Mapped[date | None]
    extract_valid_until: Mapped[date | None]
    agreement_signed_on: Mapped[date | None]
    answers: Mapped[dict[str, Any]]

    @property
    def name(self) -> str:
        """As an office writes it: family name first."""
        return f"{self.last_name}, {self.first_name}"

    def extract_valid(self, on: date) -> bool:
        """Whether a special private extract was seen and has not run out on a day (T14)."""
        special = self.answers.get("extract_kind") == "special"
        return special and self.extract_valid_until is not None and self.extract_valid_until >= on


class MentorPlace(Base):
    """One place of a mentor while a proposal or a tandem holds it.

    Two coordinators cannot give away the same place: the partial unique index refuses the second.
    """

    __tablename__ = "mentor_places"
    __table_args__ = (
        sa.Index(
            "uq_mentor_places_held",
            "mentor_id",
            "place",
            unique=True,
            sqlite_where=sa.text("released_on is null"),
            postgresql_where=sa.text("released_on is null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    mentor_id: Mapped[int] = mapped_column(sa.ForeignKey("mentors.id"))
    place: Mapped[int]
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    held_since: Mapped[date]
    released_on: Mapped[date | None]


def mentors_of(provider_ids: set[int]) -> list[Mentor]:
    """The register of these providers, by name."""
    return list(
        db.scalars(
            sa.select(Mentor)
            .where(Mentor.provider_id.in_(provider_ids))
            .order_by(Mentor.last_name, Mentor.first_name)
        )
    )


def places_held(mentor_ids: list[int]) -> dict[int, list[MentorPlace]]:
    """The places that are taken now, by mentor."""
    held: dict[int, list[MentorPlace]] = {}
    rows = db.scalars(
        sa.select(MentorPlace)
        .where(MentorPlace.mentor_id.in_(mentor_ids))
        .where(MentorPlace.released_on.is_(None))
    )
    for row in rows:
        held.setdefault(row.mentor_id, []).append(row)
    return held
