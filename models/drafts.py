"""What was typed and not yet submitted, by form and person; it survives the browser."""

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Base
from models.people import User
from models.session import db
from models.tasks import Task

#: What no question of ours is called and no draft ever keeps, whoever hands it over.
SECRET = re.compile(r"passw|csrf|token|secret|^sign_in|^username$", re.IGNORECASE)


class Draft(Base):
    """Half-filled answers: of a new referral (no task), or of a step (with its task).

    Attributes:
        warned_at: when its end was announced; what was saved since then undoes that.
    """

    __tablename__ = "drafts"
    __table_args__ = (sa.UniqueConstraint("task_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    form_key: Mapped[str] = mapped_column(sa.String(40))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tasks.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    referral_id: Mapped[int | None] = mapped_column(sa.ForeignKey("referrals.id"))

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @validates("answers")
    def _without_secrets(self, _name: str, answers: dict[str, Any]) -> dict[str, Any]:
        return {name: given for name, given in answers.items() if not SECRET.search(name)}


#: A referral that nobody has sent.
NOT_SENT = sa.and_(Draft.task_id.is_(None), Draft.referral_id.is_(None))


def open_drafts(organisation_ids: set[int]) -> list[Draft]:
    """Unsubmitted referrals of these organisations, the freshest first."""
    select = sa.select(Draft).where(_unsent(organisation_ids))
    return list(db.scalars(select.order_by(Draft.saved_at.desc())))


def begun_by(user_id: int, organisation_ids: set[int]) -> int:
    """How many unsubmitted referrals of these organisations somebody has begun."""
    select = sa.select(sa.func.count()).select_from(Draft).where(_unsent(organisation_ids))
    return db.scalar(select.where(Draft.user_id == user_id)) or 0


def _unsent(organisation_ids: set[int]) -> sa.ColumnElement[bool]:
    """The condition that a draft is a referral of these organisations that nobody has sent."""
    return sa.and_(Draft.organisation_id.in_(organisation_ids), NOT_SENT)


def untouched_since(moment: datetime) -> list[Draft]:
    """Unsubmitted referrals that nobody has changed since then."""
    return list(db.scalars(sa.select(Draft).where(NOT_SENT, Draft.saved_at <= moment)))


def clear_drafts(closed_before: datetime) -> None:
    """Throw away what was typed into steps that have been finished since long enough."""
    finished = sa.select(Task.id).where(Task.closed_at < closed_before)
    db.execute(sa.delete(Draft).where(Draft.task_id.in_(finished)))


def draft_for_task(task_id: int, user_id: int) -> Draft | None:
    """What this person had typed into a step, if anything."""
    return db.scalar(sa.select(Draft).where(Draft.task_id == task_id, Draft.user_id == user_id))
