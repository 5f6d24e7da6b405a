"""The referral, which is the case: where it stands, whose it is, since when it waits."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.mentees import Mentee
from models.organisations import Organisation
from models.people import OFFICE_ROLES, PROVIDER_ROLES, User
from models.places import Municipality, SocialRegion
from models.programs import Program
from models.session import db


class ReferralStatus(enum.StrEnum):
    """Where a referral stands, in the words of the office (DOMAIN.md 1.4)."""

    SUBMITTED = "submitted"
    INCOMPLETE = "incomplete"
    IN_TRIAGE = "in_triage"
    ADMITTED = "admitted"
    WAITING = "waiting"
    PROPOSED = "proposed"
    FIRST_MEETING = "first_meeting"
    MATCHED = "matched"
    TRIAL = "trial"
    ACTIVE = "active"
    EXTENDED = "extended"
    CLOSING = "closing"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


BEFORE_TANDEM = frozenset(
    {
        ReferralStatus.SUBMITTED,
        ReferralStatus.INCOMPLETE,
        ReferralStatus.IN_TRIAGE,
        ReferralStatus.ADMITTED,
        ReferralStatus.WAITING,
        ReferralStatus.PROPOSED,
        ReferralStatus.FIRST_MEETING,
        ReferralStatus.MATCHED,
    }
)
IN_TANDEM = frozenset({ReferralStatus.TRIAL, ReferralStatus.ACTIVE, ReferralStatus.EXTENDED})
OVER = frozenset(
    {
        ReferralStatus.COMPLETED,
        ReferralStatus.TERMINATED,
        ReferralStatus.DECLINED,
        ReferralStatus.WITHDRAWN,
        ReferralStatus.LAPSED,
    }
)
#: Ends after which the provider keeps a remainder and reads nothing else: it has no task any more.
GIVEN_BACK = frozenset({ReferralStatus.DECLINED, ReferralStatus.WITHDRAWN})


class Urgency(enum.StrEnum):
    """How pressing the office says it is; DRINGEND counts once triage confirmed it."""

    NORMAL = "NORMAL"
    ERHOEHT = "ERHOEHT"
    DRINGEND = "DRINGEND"


class Channel(enum.StrEnum):
    """How the referral came."""

    ONLINE = "online"
    EMAIL = "email"
    PAPER = "paper"


class Referral(Base):
    """One registration of one person by one office, and its whole way."""

    __tablename__ = "referrals"
    __table_args__ = (
        sa.Index("ix_referrals_waiting", "provider_id", "waiting_since", "id"),
        sa.Index("ix_referrals_office_received", "office_id", "received_on", "id"),
        sa.Index("ix_referrals_provider_received", "provider_id", "received_on", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(12), unique=True)
    status: Mapped[ReferralStatus] = mapped_column(index=True)
    mentee_id: Mapped[int] = mapped_column(sa.ForeignKey("mentees.id"), index=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    case_manager_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    coordinator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("programs.id"))
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipalities.id"))
    social_region_id: Mapped[int] = mapped_column(sa.ForeignKey("social_regions.id"), index=True)
    channel: Mapped[Channel]
    received_on: Mapped[date]
    received_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    target_group: Mapped[str] = mapped_column(sa.String(40))
    urgency: Mapped[Urgency]
    urgency_confirmed: Mapped[bool] = mapped_column(default=False)
    complete_on: Mapped[date | None]
    waiting_since: Mapped[date | None]
    waiting_since_reason: Mapped[str | None] = mapped_column(sa.String(300))
    decided_on: Mapped[date | None]
    decline_reason: Mapped[str | None] = mapped_column(sa.String(40))
    ended_on: Mapped[date | None]
    delete_after: Mapped[date | None]
    survey_consent: Mapped[bool] = mapped_column(default=False)
    corrected_at: Mapped[datetime | None]

    mentee: Mapped[Mentee] = relationship(lazy="joined", innerjoin=True)
    office: Mapped[Organisation] = relationship(foreign_keys=office_id, lazy="joined")
    provider: Mapped[Organisation] = relationship(foreign_keys=provider_id, lazy="joined")
    program: Mapped[Program] = relationship(lazy="joined", innerjoin=True)
    case_manager: Mapped[User] = relationship(foreign_keys=case_manager_id, lazy="joined")
    coordinator: Mapped[User | None] = relationship(foreign_keys=coordinator_id, lazy="joined")
    municipality: Mapped[Municipality] = relationship(lazy="select")
    social_region: Mapped[SocialRegion] = relationship(lazy="joined", innerjoin=True)

    @property
    def over(self) -> bool:
        """True when the case has reached one of its ends."""
        return self.status in OVER

    @property
    def with_provider(self) -> bool:
        """False once it was declined or withdrawn, consent revoked included."""
        return self.status not in GIVEN_BACK


class ReferralNumber(Base):
    """The last number given out in a year."""

    __tablename__ = "referral_numbers"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Forwarding(Base):
    """A provider that passed a case on keeps sight of this, and of nothing else."""

    __tablename__ = "forwardings"
    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(12))
    from_provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    to_provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    forwarded_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(1000))


def next_number(year: int) -> str:
    """The next referral number of a year, such as 2026-00042. Call inside a transaction."""
    row = db.get(ReferralNumber, year, with_for_update=True)
    if row is None:
        row = ReferralNumber(year=year, last=0)
        db.add(row)
    row.last += 1
    return f"{year}-{row.last:05d}"


def visible_to(user: User) -> sa.Select[Referral]:
    """The referrals a person may see: their office's, and those that their provider has now."""
    offices = user.organisation_ids(OFFICE_ROLES)
    at_provider = sa.and_(
        Referral.provider_id.in_(user.organisation_ids(PROVIDER_ROLES)),
        Referral.status.not_in(GIVEN_BACK),
    )
    return sa.select(Referral).where(sa.or_(Referral.office_id.in_(offices), at_provider))


def running_per_organisation() -> dict[int, int]:
    """How many cases that are not over each office has sent and each provider has."""
    found: dict[int, int] = {}
    for column in (Referral.office_id, Referral.provider_id):
        rows = db.execute(
            sa.select(column, sa.func.count()).where(Referral.status.not_in(OVER)).group_by(column)
        )
        found.update(dict(rows.all()))
    return found


def led_by(user_id: int, organisation_ids: set[int]) -> int:
    """How many cases that are not over somebody leads for these organisations."""
    select = sa.select(sa.func.count()).select_from(Referral).where(Referral.status.not_in(OVER))
    at_office = sa.and_(
        Referral.case_manager_id == user_id, Referral.office_id.in_(organisation_ids)
    )
    at_provider = sa.and_(
        Referral.coordinator_id == user_id, Referral.provider_id.in_(organisation_ids)
    )
    return db.scalar(select.where(sa.or_(at_office, at_provider))) or 0


def places_taken() -> dict[int, int]:
    """How many places of each programme a tandem holds now, from its agreement to its end."""
    rows = db.execute(
        sa.select(Referral.program_id, sa.func.count())
        .where(Referral.status.in_(IN_TANDEM))
        .group_by(Referral.program_id)
    )
    return dict(rows.all())


def waiting_count(provider_ids: set[int]) -> int:
    """How many wait at these providers."""
    waiting = sa.select(sa.func.count()).where(
        Referral.provider_id.in_(provider_ids), Referral.status == ReferralStatus.WAITING
    )
    return db.scalar(waiting) or 0


def waiting_list(provider_ids: set[int]) -> list[Referral]:
    """Who waits at these providers, in the order of consideration (DOMAIN.md 3.4).

    Urgent cases that triage confirmed come first, then the date of completeness decides.
    """
    urgent_first = sa.case(
        (sa.and_(Referral.urgency == Urgency.DRINGEND, Referral.urgency_confirmed), 0),
        else_=1,
    )
    return list(
        db.scalars(
            sa.select(Referral)
            .where(Referral.provider_id.in_(provider_ids))
            .where(Referral.status == ReferralStatus.WAITING)
            .order_by(urgent_first, Referral.waiting_since, Referral.id)
        )
    )
