"""Work that is due: written in the transaction that makes it due, leased by one worker at a time."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, now
from models.session import db


class Job(Base):
    """Something to do at a moment. A lease that ran out lets another worker try."""

    __tablename__ = "jobs"
    __table_args__ = (
        sa.Index(
            "ix_jobs_open",
            "due_at",
            sqlite_where=sa.text("done_at is null"),
            postgresql_where=sa.text("done_at is null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(sa.String(300))


def put(kind: str, due_at: datetime | None = None, key: str | None = None, **facts: Any) -> None:
    """Add a job; with a key it exists once, and moves to the new moment while it is open."""
    moment = due_at or now()
    if key is not None:
        job = db.scalar(sa.select(Job).where(Job.key == key))
        if job is not None:
            job.due_at, job.done_at, job.attempts = moment, None, 0
            job.leased_until, job.error = None, None
            return
    db.add(Job(kind=kind, facts=facts, key=key, due_at=moment))


def next_due(at: datetime) -> Job | None:
    """The job that has been due longest, locked for this transaction, or None."""
    return db.scalar(
        sa.select(Job)
        .where(Job.done_at.is_(None), Job.due_at <= at)
        .where(sa.or_(Job.leased_until.is_(None), Job.leased_until < at))
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def lease(job: Job, length: timedelta) -> None:
    """Hold a job for a while; longer work than that is taken over by another worker."""
    job.leased_until = now() + length
    job.attempts += 1
