"""Work on many cases in the background: rehearsals of a draft, and moves to a version."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import User
from models.processes import Diagram
from models.session import db


class Rehearsal(Base):
    """A draft, as it was at a revision, tried on copies of all cases.

    `position` is the last case that was tried, `counts` result to number, `elements` the elements
    at which cases would fare in another way, to their number.
    """

    __tablename__ = "rehearsals"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("drawing_drafts.id"), index=True)
    revision: Mapped[int]
    process_id: Mapped[str] = mapped_column(sa.String(80))
    files: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]]
    elements: Mapped[dict[str, Any]]

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class RehearsedCase(Base):
    """One case of a rehearsal that would not simply go on as it is; `told` says why, in codes."""

    __tablename__ = "rehearsed_cases"
    __table_args__ = (sa.Index("ix_rehearsed_cases_result", "rehearsal_id", "result", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    rehearsal_id: Mapped[int] = mapped_column(sa.ForeignKey("rehearsals.id"))
    number: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[int]
    result: Mapped[str] = mapped_column(sa.String(20))
    told: Mapped[dict[str, Any]]


class Move(Base):
    """An order to move running cases to a version, or back; done by the worker, a case at a time.

    `wanted` is the numbers of the chosen cases, or null for all; `blocked` is number to reasons.
    """

    __tablename__ = "moves"
    id: Mapped[int] = mapped_column(primary_key=True)
    diagram_id: Mapped[int] = mapped_column(sa.ForeignKey("diagrams.id"), index=True)
    back: Mapped[bool] = mapped_column(default=False)
    wanted: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    total: Mapped[int]
    moved: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    blocked: Mapped[dict[str, Any]]

    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    diagram: Mapped[Diagram] = relationship(lazy="joined", innerjoin=True)


def last_rehearsal(draft_id: int) -> Rehearsal | None:
    """The latest rehearsal of a draft."""
    return db.scalar(
        sa.select(Rehearsal)
        .where(Rehearsal.draft_id == draft_id)
        .order_by(Rehearsal.id.desc())
        .limit(1)
    )


def rehearsed_cases(rehearsal_id: int, result: str, most: int) -> list[RehearsedCase]:
    """The first cases of a result."""
    return list(
        db.scalars(
            sa.select(RehearsedCase)
            .where(RehearsedCase.rehearsal_id == rehearsal_id, RehearsedCase.result == result)
            .order_by(RehearsedCase.id)
            .limit(most)
        )
    )


def moves_to(diagram_id: int) -> list[Move]:
    """The moves to a version, the latest first."""
    return list(
        db.scalars(sa.select(Move).where(Move.diagram_id == diagram_id).order_by(Move.id.desc()))
    )
