"""Matching proposals: which mentor was proposed to whom, and what both sides answered."""

import enum
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.mentors import Mentor
from models.session import db


class Answer(enum.StrEnum):
    """What one side says to a proposal."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


class Proposal(Base):
    """One proposal; open until both sides answered or it became void."""

    __tablename__ = "proposals"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    mentor_id: Mapped[int] = mapped_column(sa.ForeignKey("mentors.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.Text)
    fit: Mapped[dict[str, Any]]
    mentor_answer: Mapped[Answer | None]
    mentor_answered_on: Mapped[date | None]
    mentor_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    mentee_answer: Mapped[Answer | None]
    mentee_answered_on: Mapped[date | None]
    mentee_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    first_meeting_on: Mapped[date | None]
    result: Mapped[str | None] = mapped_column(sa.String(40))
    closed_on: Mapped[date | None]

    mentor: Mapped[Mentor] = relationship(lazy="joined", innerjoin=True)


def open_proposal(referral_id: int) -> Proposal | None:
    """The proposal that is being answered, if there is one."""
    return db.scalar(
        sa.select(Proposal)
        .where(Proposal.referral_id == referral_id, Proposal.closed_on.is_(None))
        .order_by(Proposal.id.desc())
        .limit(1)
    )
