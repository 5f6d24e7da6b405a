"""Tandems: a mentee and a mentor on their way, from agreement to end, with their goals."""

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.mentors import Mentor
from models.session import db


class TandemStatus(enum.StrEnum):
    """Where a tandem stands (DOMAIN.md 1.4)."""

    TRIAL = "trial"
    ACTIVE = "active"
    EXTENDED = "extended"
    COMPLETED = "completed"
    TERMINATED = "terminated"


class Tandem(Base):
    """One tandem. A referral has a second one after a rematching."""

    __tablename__ = "tandems"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    mentor_id: Mapped[int] = mapped_column(sa.ForeignKey("mentors.id"), index=True)
    status: Mapped[TandemStatus]
    agreed_on: Mapped[date]
    start_on: Mapped[date]
    trial_until: Mapped[date | None]
    first_planned_end: Mapped[date]
    planned_end: Mapped[date]
    extended_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    termination_reason: Mapped[str | None] = mapped_column(sa.String(40))
    ended_in_trial: Mapped[bool] = mapped_column(default=False)

    mentor: Mapped[Mentor] = relationship(lazy="joined", innerjoin=True)
    goals: Mapped[list["Goal"]] = relationship(lazy="select", order_by="Goal.position")


class Goal(Base):
    """An agreed goal of one tandem; a second tandem copies goals, it never shares them."""

    __tablename__ = "goals"
    id: Mapped[int] = mapped_column(primary_key=True)
    tandem_id: Mapped[int] = mapped_column(sa.ForeignKey("tandems.id"), index=True)
    position: Mapped[int]
    topic: Mapped[str] = mapped_column(sa.String(20))
    words: Mapped[str] = mapped_column(sa.String(500))
    target: Mapped[str] = mapped_column(sa.String(500), default="")
    due_on: Mapped[date | None]
    result: Mapped[int | None]


def tandems_of(referral_id: int) -> list[Tandem]:
    """All tandems of a referral, the latest last."""
    return list(
        db.scalars(sa.select(Tandem).where(Tandem.referral_id == referral_id).order_by(Tandem.id))
    )


def current_tandem(referral_id: int) -> Tandem | None:
    """The latest tandem of a referral, running or just ended."""
    return db.scalar(
        sa.select(Tandem)
        .where(Tandem.referral_id == referral_id)
        .order_by(Tandem.id.desc())
        .limit(1)
    )
