"""What somebody sent when their session was over: kept a day for them alone, to be sent by hand."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, now
from models.session import db

#: After so long nobody gets it back.
HELD_FOR = timedelta(days=1)


class HeldForm(Base):
    """A form's own fields as they were typed.

    Attributes:
        organisation_id: for which organisation the form was shown; none before one was chosen.
        path: where it was sent.
        page: where its form can be opened again.
    """

    __tablename__ = "held_forms"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    path: Mapped[str] = mapped_column(sa.Text)
    page: Mapped[str] = mapped_column(sa.Text)
    fields: Mapped[dict[str, Any]]
    held_at: Mapped[datetime] = mapped_column(index=True)


def held_forms_of(user_id: int) -> list[HeldForm]:
    """What is kept for somebody, the newest first."""
    select = sa.select(HeldForm).where(
        HeldForm.user_id == user_id, HeldForm.held_at > now() - HELD_FOR
    )
    return list(db.scalars(select.order_by(HeldForm.held_at.desc(), HeldForm.id.desc())))


def clear_held_forms(held_before: datetime) -> None:
    """Throw away what is older; call inside a transaction."""
    db.execute(sa.delete(HeldForm).where(HeldForm.held_at < held_before))
