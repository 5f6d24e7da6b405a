"""Drawings in the making: what a process owner has changed and not yet released, and who looks at it."""

import enum
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, now
from models.people import User
from models.processes import Diagram
from models.session import db

#: Who has not been heard of for so long has left the drawing.
AWAY = timedelta(minutes=1)


class DraftState(enum.StrEnum):
    """How far a draft is; only the first can be changed."""

    EDITING = "editing"
    IN_REVIEW = "in_review"
    RELEASED = "released"
    DISCARDED = "discarded"


class DrawingDraft(Base):
    """A bundle of drawings, tables and example cases that is being changed.

    `revision` counts the saves: who saves on an older one is refused, and nothing is overwritten.
    `files` is file name to text, `examples` file name to an example case as JSON.
    """

    __tablename__ = "drawing_drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[str] = mapped_column(sa.String(80))
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("diagrams.id"))
    diagram_id: Mapped[int | None] = mapped_column(sa.ForeignKey("diagrams.id"))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    files: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    examples: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[DraftState] = mapped_column(default=DraftState.EDITING)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    changed_at: Mapped[datetime]

    author: Mapped[User] = relationship(foreign_keys=author_id, lazy="joined", innerjoin=True)
    changed_by: Mapped[User] = relationship(
        foreign_keys=changed_by_id, lazy="joined", innerjoin=True
    )
    based_on: Mapped[Diagram | None] = relationship(foreign_keys=based_on_id)

    @property
    def bundle(self) -> dict[str, bytes]:
        """File name to bytes, as the check wants it."""
        return {name: text.encode() for name, text in self.files.items()}


class DrawingHand(Base):
    """Somebody who has drawn in a draft: what stands in it is theirs too."""

    __tablename__ = "drawing_hands"
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("drawing_drafts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)


class DrawingEditor(Base):
    """Somebody who has a draft open, and when the browser last said so."""

    __tablename__ = "drawing_editors"
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("drawing_drafts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    seen_at: Mapped[datetime]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Tryout(Base):
    """A made-up case that somebody plays on a draft: an example in the making, nothing of the office."""

    __tablename__ = "tryouts"
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("drawing_drafts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    example: Mapped[dict[str, Any]]


def drawing_drafts(*states: DraftState) -> list[DrawingDraft]:
    """The drafts in some states, the freshest first."""
    return list(
        db.scalars(
            sa.select(DrawingDraft)
            .where(DrawingDraft.state.in_(states))
            .order_by(DrawingDraft.changed_at.desc(), DrawingDraft.id.desc())
        )
    )


def hands_of(draft_id: int) -> set[int]:
    """Everybody whose hand is in a draft, by key."""
    select = sa.select(DrawingHand.user_id).where(DrawingHand.draft_id == draft_id)
    return set(db.scalars(select))


def others_at(draft_id: int, user_id: int) -> list[User]:
    """Who else has a draft open at this moment."""
    rows = db.scalars(
        sa.select(DrawingEditor)
        .where(DrawingEditor.draft_id == draft_id, DrawingEditor.user_id != user_id)
        .where(DrawingEditor.seen_at > now() - AWAY)
        .order_by(DrawingEditor.user_id)
    )
    return [row.user for row in rows]
