"""Which way was taken at each choice: a row for every time a case passed a gateway; nothing personal."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Passage(Base):
    """A case went from a choosing gateway to an element; both by the ids of the drawing."""

    __tablename__ = "passages"
    __table_args__ = (sa.Index("ix_passages_way", "diagram_id", "at", "gateway", "target"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    diagram_id: Mapped[int] = mapped_column(sa.ForeignKey("diagrams.id"))
    at: Mapped[datetime]
    gateway: Mapped[str] = mapped_column(sa.String(80))
    target: Mapped[str] = mapped_column(sa.String(80))
