"""Who takes part: offices, providers and their programmes, municipalities, Sozialregionen."""

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.session import db


class OrganisationKind(enum.StrEnum):
    """What an organisation is in the process (DOMAIN.md 1.1)."""

    OFFICE = "office"
    PROVIDER = "provider"
    ASSOCIATION = "association"
    CANTON = "canton"


class SocialRegion(Base):
    """One of the regional social services; membership of municipalities is data."""

    __tablename__ = "social_regions"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)


class Municipality(Base):
    """A political municipality; the key is its BFS number."""

    __tablename__ = "municipalities"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(100))
    district: Mapped[str] = mapped_column(sa.String(60))
    social_region_id: Mapped[int] = mapped_column(sa.ForeignKey("social_regions.id"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    social_region: Mapped[SocialRegion] = relationship(lazy="joined")


class Organisation(Base):
    """An office that refers, a provider that accompanies, the association, the canton."""

    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    social_region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("social_regions.id"))
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipalities.id"))
    intake_paused_on: Mapped[date | None]
    intake_pause_reason: Mapped[str | None] = mapped_column(sa.String(300))


class Program(Base):
    """A mentoring programme of a provider, with what makes it differ from the others."""

    __tablename__ = "programs"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    duration_months: Mapped[int]
    longest_months: Mapped[int]
    check_in_months: Mapped[list[int]]
    mentor_age_from: Mapped[int] = mapped_column(default=18)

    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


def social_regions() -> list[SocialRegion]:
    """All Sozialregionen by name."""
    return list(db.scalars(sa.select(SocialRegion).order_by(SocialRegion.name)))


def municipalities(on: date) -> list[Municipality]:
    """The municipalities that exist on a day, by name."""
    return list(
        db.scalars(
            sa.select(Municipality)
            .where(sa.or_(Municipality.valid_to.is_(None), Municipality.valid_to >= on))
            .where(sa.or_(Municipality.valid_from.is_(None), Municipality.valid_from <= on))
            .order_by(Municipality.name)
        )
    )


def programs() -> list[Program]:
    """All programmes by name."""
    return list(db.scalars(sa.select(Program).order_by(Program.name)))


def organisations(kind: OrganisationKind | None = None) -> list[Organisation]:
    """All organisations, or those of one kind, by name."""
    select = sa.select(Organisation).order_by(Organisation.kind, Organisation.name)
    return list(db.scalars(select.where(Organisation.kind == kind) if kind else select))
