"""The answers to one form, as given, with the version of the form; never overwritten."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class Submission(Base):
    """One person's answers to one form at one moment."""

    __tablename__ = "submissions"
    __table_args__ = (sa.Index("ix_submissions_form", "referral_id", "form_key", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tasks.id"), index=True)
    form_key: Mapped[str] = mapped_column(sa.String(40))
    form_version: Mapped[str] = mapped_column(sa.String(16))
    answers: Mapped[dict[str, Any]]
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    undone: Mapped[bool] = mapped_column(default=False)


def latest_answers(referral_id: int, form_key: str) -> dict[str, Any]:
    """The answers that count now, or an empty dict."""
    found = db.scalar(
        sa.select(Submission.answers)
        .where(Submission.referral_id == referral_id, Submission.form_key == form_key)
        .where(~Submission.undone)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    return found or {}


def undone_answers(task_id: int) -> dict[str, Any]:
    """The answers to a step that was taken back, so that nobody types them again."""
    found = db.scalar(
        sa.select(Submission.answers)
        .where(Submission.task_id == task_id, Submission.undone)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    return found or {}


def submissions_of(referral_id: int) -> list[Submission]:
    """Everything that was answered for a referral, oldest first."""
    return list(
        db.scalars(
            sa.select(Submission)
            .where(Submission.referral_id == referral_id, ~Submission.undone)
            .order_by(Submission.id)
        )
    )
