"""Mail not yet sent: a code, values without personal data, and what became of it."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class MailState(enum.StrEnum):
    """Waiting, being handed over, gone, refused, or of unknown end (never repeated by itself)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


class Mail(Base):
    """One message to one address; the words come from a template when it is sent."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int | None] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    notice: Mapped[str] = mapped_column(sa.String(40))
    recipient: Mapped[str] = mapped_column(sa.String(200))
    locale: Mapped[str] = mapped_column(sa.String(10), default="de")
    facts: Mapped[dict[str, Any]]
    state: Mapped[MailState] = mapped_column(index=True)
    created_at: Mapped[datetime]
    send_after: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.String(300))


#: So often a mail is tried by itself; one that waits longer waits for the server to be mended.
MOST_ATTEMPTS = 5
#: Ends that a person has to look at.
TROUBLED = (MailState.FAILED, MailState.UNKNOWN)


def is_troubled(mail: Mail) -> bool:
    """Whether a person has to look at it."""
    stuck = mail.state is MailState.WAITING and mail.attempts >= MOST_ATTEMPTS
    return stuck or mail.state in TROUBLED


def to_come() -> int:
    """How many mails wait for their moment or are being handed over."""
    count = sa.select(sa.func.count()).select_from(Mail)
    coming = count.where(
        Mail.state.in_((MailState.WAITING, MailState.SENDING)), Mail.attempts < MOST_ATTEMPTS
    )
    return db.scalar(coming) or 0


def troubled() -> list[Mail]:
    """Mail that failed, whose end is unknown or that waits in vain, newest first."""
    stuck = sa.and_(Mail.state == MailState.WAITING, Mail.attempts >= MOST_ATTEMPTS)
    bad = sa.or_(Mail.state.in_(TROUBLED), stuck)
    return list(db.scalars(sa.select(Mail).where(bad).order_by(Mail.id.desc()).limit(200)))
