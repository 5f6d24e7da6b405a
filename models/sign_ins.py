"""Attempts at passwords and links, which slow guessing down, and the links that set a password."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, now
from models.session import db


class AttemptKind(enum.StrEnum):
    """What is tried."""

    PASSWORD = "password"  # noqa: S105  the name of what is tried
    LINK = "link"


class AttemptOutcome(enum.StrEnum):
    """What became of an attempt: it counts, it was not even looked at, or it is forgiven."""

    COUNTED = "counted"
    REFUSED = "refused"
    FORGIVEN = "forgiven"


class SignInAttempt(Base):
    """Somebody tried an address from somewhere; written before it is checked.

    Attributes:
        address: a keyed digest of what was typed; people type passwords into the wrong field.
        place: where from: a browser that is known, or else the network.
        known: whether this person has signed in from there before.
        user_id: whose address it is, if anybody's.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (sa.Index("ix_sign_in_attempts_address", "address", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AttemptKind]
    address: Mapped[str] = mapped_column(sa.String(64))
    place: Mapped[str] = mapped_column(sa.String(80), index=True)
    known: Mapped[bool]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[AttemptOutcome] = mapped_column(default=AttemptOutcome.COUNTED)


class PasswordLink(Base):
    """A link that lets a person set a password once; only the digest of its secret is kept."""

    __tablename__ = "password_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def counted(kind: AttemptKind, since: datetime, **of: object) -> list[datetime]:
    """When those attempts were that count, the newest first; `of` names columns and values."""
    select = sa.select(SignInAttempt.at).where(
        SignInAttempt.kind == kind,
        SignInAttempt.at > since,
        SignInAttempt.outcome == AttemptOutcome.COUNTED,
    )
    return list(db.scalars(select.filter_by(**of).order_by(SignInAttempt.at.desc())))


def settle(attempt_id: int, outcome: AttemptOutcome) -> None:
    """Say what became of an attempt; call inside a transaction."""
    one = sa.update(SignInAttempt).where(SignInAttempt.id == attempt_id)
    db.execute(one.values(outcome=outcome))


def forgive(kind: AttemptKind, **of: object) -> None:
    """Count no more what was tried before somebody was right; call inside a transaction."""
    those = sa.update(SignInAttempt).where(
        SignInAttempt.kind == kind, SignInAttempt.outcome == AttemptOutcome.COUNTED
    )
    db.execute(those.filter_by(**of).values(outcome=AttemptOutcome.FORGIVEN))


def clear_attempts(before: datetime) -> None:
    """Throw away what was tried long ago; call inside a transaction."""
    db.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < before))


def end_links(user_id: int) -> None:
    """No link that somebody has been sent opens anything any more; call inside a transaction."""
    open_ones = sa.update(PasswordLink).where(
        PasswordLink.user_id == user_id, PasswordLink.used_at.is_(None)
    )
    db.execute(open_ones.values(used_at=now()))
