"""The conversation between office and provider about a case, and notes of one side."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.journal import Audience
from models.people import User
from models.session import db


class Message(Base):
    """One contribution. A note has one side as its audience, a message both.

    `organisation_id` says for whom it was written: a note is read there and nowhere else.
    """

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(sa.Text)
    audience: Mapped[Audience]

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


def messages_of(referral_id: int) -> list[Message]:
    """The conversation of a case, oldest first."""
    return list(
        db.scalars(
            sa.select(Message).where(Message.referral_id == referral_id).order_by(Message.id)
        )
    )
