"""Who takes part: offices, providers, the association, the canton, the steering body."""

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from models.base import Base
from models.calendars import Calendar
from models.dated import Dated, in_order
from models.places import Municipality, SocialRegion, social_regions
from models.session import db


class OrganisationKind(enum.StrEnum):
    """What an organisation is in the process (DOMAIN.md 1.1)."""

    OFFICE = "office"
    PROVIDER = "provider"
    ASSOCIATION = "association"
    CANTON = "canton"
    STEERING = "steering"


class OfficeKind(enum.StrEnum):
    """What sort of office refers: a Sozialregion, a municipality by itself, the KESB, another."""

    SOCIAL_REGION = "social_region"
    MUNICIPALITY = "municipality"
    CHILD_PROTECTION = "child_protection"
    OTHER = "other"


class Organisation(Dated, Base):
    """An office that refers, a provider that accompanies, a body that pays or steers.

    Its dates say when new cases may come from it or go to it; what runs goes on, and its people
    keep their work.

    Attributes:
        email: where mail goes that nobody of the organisation can get.
        deputy_email: where the second reminder goes if a registration names no deputy.
        calendar: by which days a provider's deadlines are counted; empty as the table says.
        areas: the Sozialregionen that it works for; none means the whole canton.
    """

    __tablename__ = "organisations"
    __table_args__ = (in_order(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(index=True)
    office_kind: Mapped[OfficeKind | None]
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    email: Mapped[str] = mapped_column(sa.String(200), default="")
    deputy_email: Mapped[str] = mapped_column(sa.String(200), default="")
    calendar: Mapped[Calendar | None]
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipalities.id"))
    intake_paused_on: Mapped[date | None]
    intake_pause_reason: Mapped[str | None] = mapped_column(sa.String(300))

    municipality: Mapped[Municipality | None] = relationship(lazy="select")
    areas: Mapped[list[SocialRegion]] = relationship(
        secondary=lambda: Area.__table__, order_by=SocialRegion.name, lazy="select"
    )

    def open_on(self, on: date) -> bool:
        """Whether new cases may come from it or go to it on a day."""
        return self.holds(on)

    def works_in(self, social_region_id: int) -> bool:
        """Whether a Sozialregion is one of those that it names."""
        return social_region_id in {region.id for region in self.areas}

    def serves(self, social_region_id: int) -> bool:
        """Whether it works for a Sozialregion."""
        return not self.areas or self.works_in(social_region_id)


class Area(Base):
    """A Sozialregion that an organisation works for."""

    __tablename__ = "areas"
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id"), primary_key=True
    )
    social_region_id: Mapped[int] = mapped_column(
        sa.ForeignKey("social_regions.id"), primary_key=True
    )


def organisations(
    kind: OrganisationKind | None = None, *, on: date | None = None, areas: bool = False
) -> list[Organisation]:
    """All organisations by kind and name; those of one kind, or open on a day.

    Args:
        areas: fetch where they work along with them, for who asks each of them.
    """
    select = sa.select(Organisation).order_by(Organisation.kind, Organisation.name)
    if areas:
        works = (selectinload(Organisation.areas), selectinload(Organisation.municipality))
        select = select.options(*works)
    if kind:
        select = select.where(Organisation.kind == kind)
    return [found for found in db.scalars(select) if on is None or found.open_on(on)]


def without_office(on: date) -> list[tuple[SocialRegion, Organisation | None]]:
    """The Sozialregionen of a day that no open office names, by name; a KESB is none of theirs.

    With each comes the office that it had and that takes part no longer; the last of several.
    """
    offices = organisations(OrganisationKind.OFFICE, areas=True)
    offices = [o for o in offices if o.office_kind is not OfficeKind.CHILD_PROTECTION]
    here = [office for office in offices if office.open_on(on)]
    return [
        (region, _last_of(region, offices))
        for region in social_regions(on)
        if not any(office.works_in(region.id) for office in here)
    ]


def _last_of(region: SocialRegion, offices: list[Organisation]) -> Organisation | None:
    """Of the offices of a Sozialregion that have an end the one that ends last."""
    own = [o for o in offices if o.office_kind is OfficeKind.SOCIAL_REGION]
    ended = [o for o in own if o.valid_to and o.works_in(region.id)]
    return max(ended, key=lambda office: (office.valid_to, office.id), default=None)


def organisation_called(name: str) -> Organisation:
    """The organisation with this name, or the only one whose name holds it. Raises LookupError."""
    wanted = name.strip().casefold()
    everyone = organisations()
    exact = [o for o in everyone if o.name.casefold() == wanted or str(o.id) == wanted]
    near = exact or [o for o in everyone if wanted and wanted in o.name.casefold()]
    if len(near) == 1:
        return near[0]
    what = "several organisations are" if near else "no organisation is"
    names = ", ".join(o.name for o in near or everyone) or "none"
    raise LookupError(f"{what} called {name!r}; there are: {names}")
