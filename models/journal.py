"""Who did what when. Rows are only added."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, now
from models.people import User
from models.session import db


class Audience(enum.StrEnum):
    """Who may read a line: both sides of a case, only the office, only the provider."""

    BOTH = "both"
    OFFICE = "office"
    PROVIDER = "provider"


class Entry(Base):
    """One thing that happened; a code and plain facts, never a sentence and nothing personal."""

    __tablename__ = "journal"
    __table_args__ = (sa.Index("ix_journal_by_event", "by_id", "event", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int | None] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    event: Mapped[str] = mapped_column(sa.String(40))
    element: Mapped[str | None] = mapped_column(sa.String(80))
    facts: Mapped[dict[str, Any]]
    audience: Mapped[Audience]
    provider_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))

    by: Mapped[User | None] = relationship(lazy="joined")


def write(
    event: str,
    *,
    by: User | None,
    referral_id: int | None = None,
    provider_id: int | None = None,
    element: str | None = None,
    audience: Audience = Audience.BOTH,
    **facts: Any,
) -> Entry:
    """Add a line to the journal, in the transaction of the verb that did it."""
    entry = Entry(
        referral_id=referral_id,
        provider_id=provider_id,
        at=now(),
        by_id=by.id if by else None,
        event=event,
        element=element,
        facts=facts,
        audience=audience,
    )
    db.add(entry)
    return entry


def timeline(referral_id: int) -> list[Entry]:
    """What happened to a case, newest first."""
    return list(
        db.scalars(
            sa.select(Entry).where(Entry.referral_id == referral_id).order_by(Entry.id.desc())
        )
    )


def last_of(event: str, user_id: int) -> datetime | None:
    """When something was last done with a person, such as `deactivated`."""
    rows = sa.select(Entry.at, Entry.facts).where(Entry.event == event).order_by(Entry.id.desc())
    return next((at for at, facts in db.execute(rows) if facts.get("user") == user_id), None)


def facts_since(event: str, by_id: int, moment: datetime | None) -> list[dict[str, Any]]:
    """The facts of what a person did of one kind, since a moment or ever."""
    select = sa.select(Entry.facts).where(Entry.by_id == by_id, Entry.event == event)
    if moment is not None:
        select = select.where(Entry.at >= moment)
    return list(db.scalars(select))


def merged_since(moment: datetime) -> set[int]:
    """The municipalities whose merger was entered since then."""
    rows = db.scalars(sa.select(Entry.facts).where(Entry.event == "merged", Entry.at >= moment))
    return {int(key) for facts in rows for key in facts["gone"]}


#: What is noted of drawings, apart from any case.
WORKBENCH = (
    "diagram_published",
    "drawing_begun",
    "drawing_imported",
    "drawing_changed",
    "example_kept",
    "example_forgotten",
    "drawing_discarded",
    "drawing_taken_back",
    "drawing_handed_in",
    "drawing_released",
    "rehearsal_begun",
    "move_begun",
    "move_ended",
)


def workbench_entries(most: int) -> list[Entry]:
    """What was done with drawings last, newest first."""
    return list(
        db.scalars(
            sa.select(Entry)
            .where(Entry.referral_id.is_(None), Entry.event.in_(WORKBENCH))
            .order_by(Entry.id.desc())
            .limit(most)
        )
    )
