"""Published versions of the drawings, and the live engine state of every case."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, joinedload, mapped_column, relationship

from models.base import Base, now
from models.people import User
from models.session import db


class Diagram(Base):
    """A published bundle: the drawing, the processes it calls, its decision tables, its example cases.

    New cases take the newest version whose day has come (`in_force_at`).
    """

    __tablename__ = "diagrams"
    __table_args__ = (sa.UniqueConstraint("process_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[str] = mapped_column(sa.String(80))
    version: Mapped[int]
    checksum: Mapped[str] = mapped_column(sa.String(64))
    files: Mapped[dict[str, Any]] = deferred(mapped_column(sa.JSON))
    examples: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True, default=dict)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    in_force_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.String(300), default="")

    published_by: Mapped[User | None] = relationship(foreign_keys=published_by_id)
    author: Mapped[User | None] = relationship(foreign_keys=author_id)


class Run(Base):
    """The live state of one case: compact, pruned, without anything personal.

    `version` is the optimistic lock: of two who saved on the same state the second is refused.
    `undo` is how to take the last step back: who did it, and the rows as they were before it.
    """

    __tablename__ = "runs"
    __table_args__ = (
        sa.Index(
            "ix_runs_due",
            "due_at",
            sqlite_where=sa.text("due_at is not null"),
            postgresql_where=sa.text("due_at is not null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), unique=True)
    diagram_id: Mapped[int] = mapped_column(sa.ForeignKey("diagrams.id"), index=True)
    state: Mapped[bytes] = mapped_column(sa.LargeBinary)
    version: Mapped[int] = mapped_column()
    due_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    undo: Mapped[dict[str, Any] | None] = deferred(mapped_column(sa.JSON(none_as_null=True)))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own way


def latest_diagram(process_id: str) -> Diagram | None:
    """The version in force, which new cases take."""
    return db.scalar(_versions(process_id).where(Diagram.in_force_at <= now()).limit(1))


def newest_diagram(process_id: str) -> Diagram | None:
    """The version that was published last, also if its day has not come."""
    return db.scalar(_versions(process_id).limit(1))


def _versions(process_id: str) -> sa.Select[Diagram]:
    """All versions of a process, the newest first."""
    return (
        sa.select(Diagram).where(Diagram.process_id == process_id).order_by(Diagram.version.desc())
    )


def versions(process_id: str) -> list[Diagram]:
    """Every published version, the newest first, with who drew and who released it."""
    people = (joinedload(Diagram.author), joinedload(Diagram.published_by))
    return list(db.scalars(_versions(process_id).options(*people)))


def running_on() -> dict[int, int]:
    """How many cases run on each version, by its key."""
    counted = sa.select(Run.diagram_id, sa.func.count()).where(Run.ended_at.is_(None))
    return dict(db.execute(counted.group_by(Run.diagram_id)).all())


def diagram_of(process_id: str, version: int) -> Diagram | None:
    """One published version, if there is such a one."""
    found = sa.select(Diagram).where(Diagram.process_id == process_id, Diagram.version == version)
    return db.scalar(found)


def next_moment(referral_id: int) -> datetime | None:
    """When a running case goes on by itself, if nobody does anything before."""
    return db.scalar(
        sa.select(Run.due_at).where(Run.referral_id == referral_id, Run.ended_at.is_(None))
    )


def run_of(referral_id: int) -> Run:
    """The run of a referral. Raises NoResultFound if it has none."""
    return db.scalars(sa.select(Run).where(Run.referral_id == referral_id)).one()
