"""Attempts to sign in, which throttle guessing, and the links of invitations and resets."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class SignInAttempt(Base):
    """A failed attempt, by address typed and by where it came from."""

    __tablename__ = "sign_in_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(200), index=True)
    source: Mapped[str] = mapped_column(sa.String(60), index=True)
    at: Mapped[datetime]


class PasswordLink(Base):
    """A link that lets a person set a password once; only the digest of its secret is kept."""

    __tablename__ = "password_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def attempts_since(moment: datetime, *, email: str, source: str) -> tuple[int, int]:
    """How many attempts failed since then: for this address, and from this source."""
    since = sa.select(sa.func.count()).select_from(SignInAttempt).where(SignInAttempt.at >= moment)
    by_email = db.scalar(since.where(SignInAttempt.email == email)) or 0
    by_source = db.scalar(since.where(SignInAttempt.source == source)) or 0
    return by_email, by_source
