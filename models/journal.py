"""Who did what when. Rows are only added."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, now
from models.people import Role, User
from models.session import db


class Audience(enum.StrEnum):
    """Who may read a line: both sides of a case, only the office, only the provider."""

    BOTH = "both"
    OFFICE = "office"
    PROVIDER = "provider"


class Group(enum.StrEnum):
    """What a security event is about."""

    SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105
    FACTOR = "factor"
    RIGHTS = "rights"
    PROTECTION = "protection"
    EXPORT = "export"


#: Which events the page of security events shows; a house test asks of every event whether it is one.
SECURITY: dict[str, Group] = {
    **dict.fromkeys(
        ("signed_in", "signed_out", "sign_in_failed", "sign_in_slowed", "sessions_ended"),
        Group.SIGN_IN,
    ),
    **dict.fromkeys(("password_set", "link_asked", "link_slowed"), Group.PASSWORD),
    **dict.fromkeys(
        (
            "app_used",
            "passkey_used",
            "recovery_code_used",
            "factor_failed",
            "app_added",
            "app_removed",
            "passkey_added",
            "passkey_removed",
            "recovery_codes_made",
            "factors_reset",
        ),
        Group.FACTOR,
    ),
    **dict.fromkeys(
        (
            "invited",
            "user_added",
            "role_given",
            "role_taken",
            "role_asked",
            "role_refused",
            "role_taken_back",
            "role_lapsed",
            "deactivated",
            "reactivated",
        ),
        Group.RIGHTS,
    ),
    **dict.fromkeys(
        ("diagram_published", "release_refused", "document_infected"), Group.PROTECTION
    ),
    "backup_made": Group.EXPORT,
}


class Entry(Base):
    """One thing that happened; a code and plain facts, never a sentence and nothing personal."""

    __tablename__ = "journal"
    __table_args__ = (
        sa.Index("ix_journal_by_event", "by_id", "event", "at"),
        sa.Index(
            "ix_journal_security",
            "id",
            sqlite_where=sa.text("security is not null"),
            postgresql_where=sa.text("security is not null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int | None] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    event: Mapped[str] = mapped_column(sa.String(40))
    element: Mapped[str | None] = mapped_column(sa.String(80))
    facts: Mapped[dict[str, Any]]
    audience: Mapped[Audience]
    provider_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    #: Of a security event its group; set by `write`, so that it is in one index of its own.
    security: Mapped[Group | None]

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
        security=SECURITY.get(event),
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


def facts_since(event: str, by_id: int, moment: datetime) -> list[dict[str, Any]]:
    """The facts of what a person did of one kind since a moment."""
    select = sa.select(Entry.facts).where(Entry.by_id == by_id, Entry.event == event)
    return list(db.scalars(select.where(Entry.at >= moment)))


def is_noted(event: str, by_id: int, *, draft: int, question: str) -> bool:
    """Whether a person has ever done this: asked this question in this draft."""
    select = sa.exists().where(
        Entry.by_id == by_id,
        Entry.event == event,
        Entry.facts["draft"].as_integer() == draft,
        Entry.facts["question"].as_string() == question,
    )
    return bool(db.scalar(sa.select(select)))


def lost_role(role: Role) -> set[int]:
    """Who came and had a role until it was taken away, as long as the journal tells; by key."""
    whose = Entry.facts["user"].as_integer()
    select = sa.select(whose).join(User, User.id == whose)
    taken = select.where(
        Entry.security.is_not(None),
        Entry.event == "role_taken",
        Entry.facts["role"].as_string() == role.value,
        User.password_hash.is_not(None),
    )
    return set(db.scalars(taken))


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
