"""How to take the last step back: the rows as they were before it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class Undo(Base):
    """The last step of a case, while it can still be taken back; one row a case."""

    __tablename__ = "undos"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), unique=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(sa.String(120))
    run_version: Mapped[int]
    state: Mapped[bytes] = mapped_column(sa.LargeBinary)
    due_at: Mapped[datetime | None]
    rows: Mapped[dict[str, Any]]


def undo_of(referral_id: int) -> Undo | None:
    """What could be taken back on this case, if anything."""
    return db.scalar(sa.select(Undo).where(Undo.referral_id == referral_id))
