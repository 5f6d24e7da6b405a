"""Roles that wait until a second administrator agrees."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.organisations import Organisation
from models.people import Role, User
from models.session import db


class Outcome(enum.StrEnum):
    """How a request ended."""

    AGREED = "agreed"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


class RoleRequest(Base):
    """A role that somebody has asked for another person; it holds once somebody else agrees."""

    __tablename__ = "role_requests"
    __table_args__ = (
        sa.Index(
            "uq_role_requests_open",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=sa.text("outcome is null"),
            postgresql_where=sa.text("outcome is null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    role: Mapped[Role]
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[Outcome | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=user_id, lazy="joined", innerjoin=True)
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id, lazy="joined", innerjoin=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


_OPEN = RoleRequest.outcome.is_(None)


def role_requests(
    *, user_id: int | None = None, asked_by_id: int | None = None
) -> list[RoleRequest]:
    """What waits for a second administrator, the oldest first; for one person, by one, or all."""
    select = sa.select(RoleRequest).where(_OPEN).order_by(RoleRequest.id)
    if asked_by_id is not None:
        select = select.where(RoleRequest.asked_by_id == asked_by_id)
    if user_id is not None:
        select = select.where(RoleRequest.user_id == user_id)
    return list(db.scalars(select))


def role_request_count() -> int:
    """How many roles wait for a second administrator."""
    return db.scalar(sa.select(sa.func.count()).select_from(RoleRequest).where(_OPEN)) or 0


def open_request(user_id: int, organisation_id: int, role: Role) -> RoleRequest | None:
    """The request that waits for this very role, if there is one."""
    return db.scalar(
        sa.select(RoleRequest).where(
            _OPEN,
            RoleRequest.user_id == user_id,
            RoleRequest.organisation_id == organisation_id,
            RoleRequest.role == role,
        )
    )


def requests_before(moment: datetime) -> list[RoleRequest]:
    """What has waited since before a moment."""
    return list(db.scalars(sa.select(RoleRequest).where(_OPEN, RoleRequest.asked_at < moment)))
