"""Which case went on with which version of its drawings, and how it was before."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class Rebinding(Base):
    """One running case moved from one version to another; kept for good, as a protocol.

    `kept` is the case as it was, in the shape of a run's `undo`: with it the case can go back as long
    as nobody has gone on.
    """

    __tablename__ = "rebindings"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("diagrams.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("diagrams.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    kept: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    back_at: Mapped[datetime | None]


def last_rebinding(referral_id: int) -> Rebinding | None:
    """The latest move of a case that was not taken back."""
    return db.scalar(
        sa.select(Rebinding)
        .where(Rebinding.referral_id == referral_id, Rebinding.back_at.is_(None))
        .order_by(Rebinding.id.desc())
        .limit(1)
    )


def moved_to(diagram_id: int) -> sa.Select[int]:
    """The ids of cases whose latest standing move led to this version."""
    later = sa.orm.aliased(Rebinding)
    newer = sa.exists().where(
        later.referral_id == Rebinding.referral_id,
        later.id > Rebinding.id,
        later.back_at.is_(None),
    )
    return sa.select(Rebinding.referral_id).where(
        Rebinding.to_id == diagram_id, Rebinding.back_at.is_(None), ~newer
    )
