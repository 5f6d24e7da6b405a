"""Papers that belong to a case. The bytes lie outside the database; this is what is known of them."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.journal import Audience
from models.organisations import Organisation
from models.session import db


class ScanState(enum.StrEnum):
    """What the virus scanner said.

    Without a scanner nobody looked, and that is said. `WAITING` is for one that did not answer: the
    paper is kept and read by nobody. An `INFECTED` one is never kept.
    """

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"
    WAITING = "waiting"
    INFECTED = "infected"


#: Papers that may be read; whatever else a scanner says, nobody does.
READABLE = (ScanState.CLEAN, ScanState.NOT_SCANNED)


class Document(Base):
    """One uploaded file. `key` names it in the store and cannot be guessed.

    It belongs to `organisation_id`; one of a provider is read by the next only if `given_along`.
    """

    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    referral_id: Mapped[int | None] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(sa.ForeignKey("drafts.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    filename: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    scan: Mapped[ScanState]
    audience: Mapped[Audience]
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    given_along: Mapped[bool] = mapped_column(default=False)
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship(lazy="select")

    @property
    def readable(self) -> bool:
        """Whether its bytes may be given to anybody; `intake.store.readable` alone opens them."""
        return self.scan in READABLE


def documents_of(referral_id: int) -> list[Document]:
    """The papers of a case, newest first."""
    return list(
        db.scalars(
            sa.select(Document)
            .where(Document.referral_id == referral_id)
            .order_by(Document.id.desc())
        )
    )


def papers_of_draft(draft_id: int) -> list[Document]:
    """The papers of a registration that was not sent."""
    return list(db.scalars(sa.select(Document).where(Document.draft_id == draft_id)))


def waiting_since() -> tuple[int, datetime | None]:
    """How many papers wait for the virus scanner, and since when the oldest one does."""
    select = sa.select(sa.func.count(), sa.func.min(Document.uploaded_at))
    number, since = db.execute(select.where(Document.scan == ScanState.WAITING)).one()
    return number, since
