"""What could not be done: kept with the answers, until an administrator has mended the cause."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import User
from models.referrals import Referral
from models.session import db
from models.tasks import Task


class IncidentKind(enum.StrEnum):
    """What stopped: somebody's step or message, a deadline, or a case that nothing moves any more."""

    STEP = "step"
    MESSAGE = "message"
    TIMER = "timer"
    STUCK = "stuck"


class Incident(Base):
    """One case that could not go on at one element; open until it could, or somebody closed it.

    `filled` keeps the answers of the person whose step failed, so that the same step can be tried
    again in their name without typing.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        sa.Index(
            "uq_incidents_open",
            "referral_id",
            "kind",
            "element",
            unique=True,
            sqlite_where=sa.text("closed_at is null"),
            postgresql_where=sa.text("closed_at is null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IncidentKind]
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tasks.id"))
    element: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(300))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    filled: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    attempts: Mapped[int]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))

    referral: Mapped[Referral] = relationship(lazy="joined", innerjoin=True)
    by: Mapped[User | None] = relationship(foreign_keys=by_id, lazy="joined")
    task: Mapped[Task | None] = relationship(lazy="select")


def open_incidents(referral_id: int | None = None) -> list[Incident]:
    """What is not mended yet, of one case or of all, the oldest first."""
    select = sa.select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.id)
    if referral_id is not None:
        select = select.where(Incident.referral_id == referral_id)
    return list(db.scalars(select).unique())


def incident_count() -> int:
    """How many incidents are open."""
    open_ = sa.select(sa.func.count()).where(Incident.closed_at.is_(None))
    return db.scalar(open_) or 0
