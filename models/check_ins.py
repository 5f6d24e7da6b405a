"""Check-ins (Standortgespräche): planned by the programme's months, held or not."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.session import db


class CheckIn(Base):
    """One check-in of a tandem; `held_on` is empty while it is planned or if it did not happen."""

    __tablename__ = "check_ins"
    __table_args__ = (sa.UniqueConstraint("tandem_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tandem_id: Mapped[int] = mapped_column(sa.ForeignKey("tandems.id"))
    number: Mapped[int]
    planned_on: Mapped[date]
    closed: Mapped[bool] = mapped_column(default=False)
    held_on: Mapped[date | None]
    meetings: Mapped[int | None]
    hours: Mapped[float | None] = mapped_column(sa.Numeric(6, 2))
    contact_needed: Mapped[bool] = mapped_column(default=False)
    shared_with_office: Mapped[bool] = mapped_column(default=False)


def check_ins_of(tandem_id: int) -> list[CheckIn]:
    """The check-ins of a tandem in their order."""
    return list(
        db.scalars(
            sa.select(CheckIn).where(CheckIn.tandem_id == tandem_id).order_by(CheckIn.number)
        )
    )
