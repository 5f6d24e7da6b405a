"""Where people live: municipalities and Sozialregionen, as they were on any day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.alphabet import alphabetical
from models.base import Base
from models.dated import Dated, in_order, valid
from models.session import db


class SocialRegion(Dated, Base):
    """One of the regional social services; which municipalities belong to it is dated."""

    __tablename__ = "social_regions"
    __table_args__ = (in_order(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)


class Municipality(Dated, Base):
    """A political municipality; the key is its BFS number. One that was merged keeps its row."""

    __tablename__ = "municipalities"
    __table_args__ = (in_order(),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(100))
    district: Mapped[str] = mapped_column(sa.String(60))
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipalities.id"))

    merged_into: Mapped["Municipality | None"] = relationship(remote_side=id, lazy="select")
    former_names: Mapped[list["FormerName"]] = relationship(lazy="selectin")

    def called(self, on: date) -> str:
        """Its name on a day."""
        earlier = sorted((f for f in self.former_names if f.until >= on), key=lambda f: f.until)
        return earlier[0].name if earlier else self.name


class FormerName(Base):
    """What a municipality was called, up to and with a day."""

    __tablename__ = "former_names"
    __table_args__ = (sa.UniqueConstraint("municipality_id", "until"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipalities.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    until: Mapped[date]


class RegionMember(Dated, Base):
    """A municipality belongs to a Sozialregion, from a day to a day; the last row is open."""

    __tablename__ = "region_members"
    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "valid_from"),
        in_order(),
        sa.Index(
            "uq_region_members_open",
            "municipality_id",
            unique=True,
            sqlite_where=sa.text("valid_to is null"),
            postgresql_where=sa.text("valid_to is null"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipalities.id"), index=True)
    social_region_id: Mapped[int] = mapped_column(sa.ForeignKey("social_regions.id"), index=True)

    social_region: Mapped[SocialRegion] = relationship(lazy="joined", innerjoin=True)


class Inhabitants(Base):
    """How many people lived in a municipality on a day, and who counted them."""

    __tablename__ = "inhabitants"
    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "counted_on"),
        sa.CheckConstraint("number >= 0", "number"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipalities.id"))
    counted_on: Mapped[date]
    number: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(200))


Named = TypeVar("Named", SocialRegion, Municipality)


def social_regions(on: date | None = None) -> list[SocialRegion]:
    """The Sozialregionen by name: all that there ever were, or those of a day."""
    select = sa.select(SocialRegion)
    return _by_name(db.scalars(select.where(valid(SocialRegion, on)) if on else select))


def regions_to_come(on: date) -> list[SocialRegion]:
    """The Sozialregionen of a day, and those that begin later, by name."""
    return [
        region for region in social_regions() if region.valid_to is None or region.valid_to >= on
    ]


def region_called(name: str) -> SocialRegion:
    """The Sozialregion with this name. Raises LookupError."""
    found = {region.name.casefold(): region for region in social_regions()}
    if name.strip().casefold() not in found:
        names = ", ".join(region.name for region in found.values())
        raise LookupError(f"no Sozialregion is called {name!r}; there are: {names}")
    return found[name.strip().casefold()]


def municipalities(on: date) -> list[Municipality]:
    """The municipalities that exist on a day, by name."""
    return _by_name(db.scalars(sa.select(Municipality).where(valid(Municipality, on))))


def all_municipalities() -> list[Municipality]:
    """Every municipality that there ever was, by name."""
    return _by_name(db.scalars(sa.select(Municipality).order_by(Municipality.id)))


def _by_name(rows: Iterable[Named]) -> list[Named]:
    """A sort of the database would put Ä after Z on SQLite, and where it likes on PostgreSQL."""
    return sorted(rows, key=lambda row: alphabetical(row.name))


def municipality_choices(on: date, *also: int | None) -> list[tuple[str, str]]:
    """(BFS number as text, name on that day) to choose from.

    Args:
        also: municipalities that a case has already; one that is gone stays choosable in it.
    """
    found = {m.id: m.called(on) for m in municipalities(on)}
    for key in also:
        if key and key not in found and (gone := db.get(Municipality, key)):
            found[key] = gone.called(min(on, gone.valid_to or on))
    in_order = sorted(found.items(), key=lambda pair: alphabetical(pair[1]))
    return [(str(key), name) for key, name in in_order]


def region_of(municipality_id: int, on: date) -> SocialRegion | None:
    """The Sozialregion of a municipality on a day.

    One that is merged belongs where the municipality belongs that took it in.
    """
    select = (
        sa.select(RegionMember)
        .where(RegionMember.municipality_id == municipality_id, valid(RegionMember, on))
        .order_by(RegionMember.id.desc())
    )
    if member := db.scalars(select).first():
        return member.social_region
    gone = db.get(Municipality, municipality_id)
    if gone is not None and gone.merged_into_id and gone.valid_to and gone.valid_to < on:
        return region_of(gone.merged_into_id, on)
    return None


def regions_by_municipality(on: date) -> dict[int, SocialRegion]:
    """The Sozialregion of every municipality on a day, by BFS number."""
    rows = db.scalars(sa.select(RegionMember).where(valid(RegionMember, on)))
    return {row.municipality_id: row.social_region for row in rows}


def inhabitants_on(on: date) -> dict[int, Inhabitants]:
    """The last count up to a day, by BFS number."""
    rows = db.scalars(
        sa.select(Inhabitants)
        .where(Inhabitants.counted_on <= on)
        .order_by(Inhabitants.counted_on, Inhabitants.id)
    )
    return {row.municipality_id: row for row in rows}


def _became(place: Municipality, on: date) -> Municipality | None:
    """What a municipality is part of on a day; itself while it is one of its own."""
    into: Municipality | None = place
    while into is not None and into.valid_to is not None and into.valid_to < on:
        into = into.merged_into
    return into


def population(on: date) -> dict[int, int]:
    """How many people live in each municipality of a day, by BFS number.

    Who lived in a municipality that was merged since the last count lives in the one it became.
    """
    counts = inhabitants_on(on)
    found = {
        place.id: counts[place.id].number for place in municipalities(on) if place.id in counts
    }
    for place in all_municipalities():
        into = _became(place, on)
        if into is None or into is place or place.id not in counts:
            continue
        own = counts.get(into.id)
        if own is None or own.counted_on <= counts[place.id].counted_on:
            found[into.id] = found.get(into.id, 0) + counts[place.id].number
    return found


def day_before(day: date) -> date:
    """The last day of what ends when something else begins on a day."""
    return day - timedelta(1)


def members_of(region_ids: Iterable[int], on: date) -> list[Municipality]:
    """The municipalities that belong to Sozialregionen on a day, by name."""
    select = (
        sa.select(Municipality)
        .join(RegionMember, RegionMember.municipality_id == Municipality.id)
        .where(RegionMember.social_region_id.in_(list(region_ids)), valid(RegionMember, on))
        .where(valid(Municipality, on))
    )
    return _by_name(db.scalars(select))
