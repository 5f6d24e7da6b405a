"""Users, what they are in which organisation, and the selects that find them."""

import enum
import unicodedata
from collections.abc import Iterable
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from models.alphabet import alphabetical
from models.base import Base
from models.organisations import Organisation, OrganisationKind
from models.session import db


class Role(enum.StrEnum):
    """What a person is in an organisation; lanes of the drawings carry these codes."""

    CASE_MANAGER = "case_manager"
    OFFICE_LEAD = "office_lead"
    COORDINATOR = "coordinator"
    PROGRAM_LEAD = "program_lead"
    PROCESS_OWNER = "process_owner"
    CONTROLLING = "controlling"
    FINANCE = "finance"
    CANTONAL_OFFICE = "cantonal_office"
    STEERING_MEMBER = "steering_member"
    ADMINISTRATOR = "administrator"


OFFICE_ROLES = frozenset({Role.CASE_MANAGER, Role.OFFICE_LEAD})
PROVIDER_ROLES = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
#: Who has a part in a referral; a lane of its drawing may be one of these.
REFERRAL_ROLES = OFFICE_ROLES | PROVIDER_ROLES
#: Of the association, the canton, the steering body: they have an inbox, but no part in a referral.
BODY_ROLES = frozenset({Role.CONTROLLING, Role.FINANCE, Role.CANTONAL_OFFICE, Role.STEERING_MEMBER})

#: Who leads people of an organisation and is told who reads its cases.
LEADS = frozenset({Role.OFFICE_LEAD, Role.PROGRAM_LEAD})

#: Which roles there are in which kind of organisation.
ROLES_AT: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.OFFICE: OFFICE_ROLES,
    OrganisationKind.PROVIDER: PROVIDER_ROLES,
    OrganisationKind.ASSOCIATION: frozenset(
        {Role.CONTROLLING, Role.FINANCE, Role.PROCESS_OWNER, Role.ADMINISTRATOR}
    ),
    OrganisationKind.CANTON: frozenset(
        {Role.CANTONAL_OFFICE, Role.CONTROLLING, Role.FINANCE, Role.ADMINISTRATOR}
    ),
    OrganisationKind.STEERING: frozenset({Role.STEERING_MEMBER}),
}

#: A lead does what those do whom they lead.
COVERS: dict[Role, frozenset[Role]] = {
    Role.CASE_MANAGER: frozenset({Role.CASE_MANAGER}),
    Role.OFFICE_LEAD: OFFICE_ROLES,
    Role.COORDINATOR: frozenset({Role.COORDINATOR}),
    Role.PROGRAM_LEAD: PROVIDER_ROLES,
    Role.PROCESS_OWNER: frozenset({Role.PROCESS_OWNER}),
    Role.CONTROLLING: frozenset({Role.CONTROLLING}),
    Role.FINANCE: frozenset({Role.FINANCE}),
    Role.CANTONAL_OFFICE: frozenset({Role.CANTONAL_OFFICE}),
    Role.STEERING_MEMBER: frozenset({Role.STEERING_MEMBER}),
    Role.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}


class User(Base):
    """A person who signs in. Without a password hash they are invited but have not come yet."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(200), unique=True)
    first_name: Mapped[str] = mapped_column(sa.String(100))
    last_name: Mapped[str] = mapped_column(sa.String(100))
    function: Mapped[str] = mapped_column(sa.String(60), default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None] = mapped_column(sa.String(10))
    shortcuts: Mapped[bool] = mapped_column(default=True)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user")

    #: Of which organisation the person's rights are just now; see `_acting`.
    acting_for = cast("int | None", None)
    #: Of the session in which they are at a page; what its cookie holds (`intake.sessions`).
    secret = ""

    @property
    def name(self) -> str:
        """First name, last name, as one is addressed."""
        return f"{self.first_name} {self.last_name}"

    @property
    def _acting(self) -> list["Membership"]:
        """What counts for rights: whoever is at a page acts for one organisation at a time, for
        none until it is chosen. Of somebody who is only named, such as a colleague, all counts.
        """
        if self.acting_for is None:
            return self.memberships
        return [m for m in self.memberships if m.organisation_id == self.acting_for]

    @property
    def roles(self) -> frozenset[Role]:
        """Every role in which the person acts."""
        return frozenset(m.role for m in self._acting)

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.active

    def get_id(self) -> str:
        """What the cookie of a session holds: its secret, and nothing about the person."""
        return self.secret

    def groups(self) -> set[tuple[int, Role]]:
        """The queues this person works from: (organisation id, role), leads' people included."""
        return queues_of(self._acting)

    def organisation_ids(self, roles: frozenset[Role]) -> set[int]:
        """The organisations for which the person acts in one of these roles."""
        return {m.organisation_id for m in self._acting if m.role in roles}

    def organisation_as(self, roles: frozenset[Role]) -> Organisation:
        """The one organisation for which the person acts in one of these roles.

        Raises:
            LookupError: none, or several; nobody is asked to guess which.
        """
        found = {m.organisation_id: m.organisation for m in self._acting if m.role in roles}
        if len(found) != 1:
            raise LookupError(f"{len(found)} organisations, not one")
        return next(iter(found.values()))

    def works_at(self, organisation_id: int, roles: frozenset[Role]) -> bool:
        """Whether the person has one of these roles there, whomever they act for just now."""
        return any(
            m.organisation_id == organisation_id and m.role in roles for m in self.memberships
        )

    def workplaces(self) -> list[tuple[Organisation, list[Role]]]:
        """Every organisation by name, with all roles the person has there."""
        found: dict[int, tuple[Organisation, list[Role]]] = {}
        for m in self.memberships:
            found.setdefault(m.organisation_id, (m.organisation, []))[1].append(m.role)
        in_order = list(Role)
        for _organisation, roles in found.values():
            roles.sort(key=in_order.index)
        return sorted(found.values(), key=lambda place: alphabetical(place[0].name))


class Membership(Base):
    """A person's role in an organisation."""

    __tablename__ = "memberships"
    __table_args__ = (sa.UniqueConstraint("user_id", "organisation_id", "role"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    role: Mapped[Role]

    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


def queues_of(memberships: Iterable[Membership]) -> set[tuple[int, Role]]:
    """The queues that come with these roles: (organisation id, role)."""
    return {(m.organisation_id, role) for m in memberships for role in COVERS[m.role]}


def normal_address(text: str) -> str:
    """An address in the one form in which it is kept and compared.

    Capitals, what surrounds it, signs that nobody sees and the two ways to write an umlaut make
    no second person.

    Raises:
        ValueError: a blank, or a sign that has no place in an address, stands within it.
    """
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", seen).lower())
    if not all(_belongs_in_an_address(sign) for sign in plain):
        raise ValueError("an address holds neither blanks nor signs that have no place in it")
    return plain


def _belongs_in_an_address(sign: str) -> bool:
    """The @, Latin letters beyond ASCII, a dot-atom's signs (RFC 5322, 3.2.3); nothing unseen.

    Without ?, which begins the query of a link to write to somebody.
    """
    if sign.isascii():
        return sign.isalnum() or sign in "@.!#$%&'*+-/=^_`{|}~"
    return sign.isalpha() and "LATIN" in unicodedata.name(sign, "")


def user_by_email(email: str) -> User | None:
    """The person with this address, however it is written.

    An address from before there was one form of it is found as it was kept.
    """
    try:
        address = normal_address(email)
    except ValueError:
        address = email.strip().lower().replace("\0", "")
    return db.scalar(sa.select(User).where(User.email == address))


def everybody() -> list[User]:
    """All who may sign in or have left, by name, with their roles."""
    select = sa.select(User).options(selectinload(User.memberships))
    return list(db.scalars(select.order_by(User.last_name, User.first_name, User.id)))


def administrators() -> list[User]:
    """Who can be asked for a role: the active administrators who have come, by name."""
    return list(
        db.scalars(
            sa.select(User)
            .where(User.active, User.password_hash.is_not(None))
            .where(User.memberships.any(Membership.role == Role.ADMINISTRATOR))
            .order_by(User.last_name, User.first_name, User.id)
        )
    )


def ever_administered() -> set[int]:
    """Who has come and administers, and who did before they left; by key."""
    select = sa.select(Membership.user_id).join(User)
    return set(
        db.scalars(
            select.where(Membership.role == Role.ADMINISTRATOR, User.password_hash.is_not(None))
        )
    )


def people_of(organisation_id: int) -> list[User]:
    """Everybody with a role in an organisation, active or not, by name."""
    there = sa.select(Membership.user_id).where(Membership.organisation_id == organisation_id)
    select = sa.select(User).where(User.id.in_(there)).options(selectinload(User.memberships))
    return list(db.scalars(select.order_by(User.last_name, User.first_name)))


def people_per_organisation() -> dict[int, int]:
    """How many active people each organisation has, by its key."""
    rows = db.execute(
        sa.select(Membership.organisation_id, sa.func.count(Membership.user_id.distinct()))
        .join(User)
        .where(User.active)
        .group_by(Membership.organisation_id)
    )
    return dict(rows.all())


def colleagues(organisation_id: int, roles: frozenset[Role]) -> list[User]:
    """The active people with one of these roles in an organisation, by name."""
    return list(
        db.scalars(
            sa.select(User)
            .join(Membership)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.role.in_(roles),
            )
            .where(User.active)
            .order_by(User.last_name, User.first_name)
            .distinct()
        )
    )


def lock_person(user_id: int) -> None:
    """Take a person for this transaction: what she does twice at once follows one after the other."""
    db.execute(sa.select(User.id).where(User.id == user_id).with_for_update())
