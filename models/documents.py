"""Papers that belong to a case. The bytes lie outside the database; this is what is known of them."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.journal import Audience
from models.session import db


class ScanState(enum.StrEnum):
    """What the virus scanner said; without a scanner this is said plainly."""

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


class Document(Base):
    """One uploaded file. `key` names it in the store and cannot be guessed."""

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
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]


def documents_of(referral_id: int) -> list[Document]:
    """The papers of a case, newest first."""
    return list(
        db.scalars(
            sa.select(Document)
            .where(Document.referral_id == referral_id)
            .order_by(Document.id.desc())
        )
    )
