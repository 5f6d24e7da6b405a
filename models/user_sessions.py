"""Who is signed in where: a row for each browser, until it is ended or has lasted long enough."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from models.base import Base, now
from models.people import User
from models.session import db


class UserSession(Base):
    """One browser in which somebody is signed in; of its secret only the digest is kept.

    Attributes:
        device: what the browser says of itself, in a few words.
        source: the network it was begun from.
        seen_at: the last time that somebody did something there, to the minute.
        proved_at: when the second factor was given there, if it was.
        ended_at: when it was signed out, by the person or by what ends all of theirs.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (sa.Index("ix_user_sessions_seen_at", "seen_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(sa.String(80))
    source: Mapped[str] = mapped_column(sa.String(60))
    proved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


def session_of(digest: str) -> UserSession | None:
    """The session with this digest, ended or not, with its person and their roles."""
    whose = joinedload(UserSession.user, innerjoin=True).joinedload(User.memberships)
    select = sa.select(UserSession).where(UserSession.digest == digest).options(whose)
    return db.scalars(select).unique().one_or_none()


def open_sessions(
    user_id: int, *, begun_after: datetime, seen_after: datetime
) -> list[UserSession]:
    """Where somebody is signed in, the one used last first."""
    select = sa.select(UserSession).where(
        UserSession.user_id == user_id,
        UserSession.ended_at.is_(None),
        UserSession.begun_at > begun_after,
        UserSession.seen_at > seen_after,
    )
    return list(db.scalars(select.order_by(UserSession.seen_at.desc(), UserSession.id.desc())))


def was_here(user_id: int, source: str) -> bool:
    """Whether somebody has been signed in from a network, as long as the rows are kept."""
    there = sa.exists().where(UserSession.user_id == user_id, UserSession.source == source)
    return bool(source) and bool(db.scalar(sa.select(there)))


def end_sessions(user_id: int, *, only: int | None = None, but: int | None = None) -> int:
    """Sign somebody out: everywhere, in one session, or in all but one; how many it were.

    Call inside a transaction.
    """
    mine = sa.update(UserSession).where(
        UserSession.user_id == user_id, UserSession.ended_at.is_(None)
    )
    if only is not None:
        mine = mine.where(UserSession.id == only)
    if but is not None:
        mine = mine.where(UserSession.id != but)
    done = db.scalars(mine.values(ended_at=now()).returning(UserSession.id))
    return len(done.all())


def touch_session(session_id: int) -> None:
    """Somebody is there just now; call inside a transaction."""
    open_one = sa.update(UserSession).where(
        UserSession.id == session_id, UserSession.ended_at.is_(None)
    )
    db.execute(open_one.values(seen_at=now()))


def clear_sessions(seen_before: datetime) -> None:
    """Throw away what nobody has used for long; call inside a transaction."""
    db.execute(sa.delete(UserSession).where(UserSession.seen_at < seen_before))
