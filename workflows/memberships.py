"""The verbs on what people are where: give a role, take one away, let go, let in again."""

import sqlalchemy as sa

from models import journal
from models.organisations import Organisation
from models.people import (
    LEADS,
    REFERRAL_ROLES,
    ROLES_AT,
    Membership,
    Role,
    User,
    administrators,
    colleagues,
    queues_of,
)
from models.queues import Queue, held_in, lost_queues
from models.role_requests import Outcome, RoleRequest, role_requests
from models.session import db, transaction
from models.sign_ins import end_links
from models.user_sessions import end_sessions
from workflows.errors import (
    HasLeft,
    HasRoleAlready,
    LastAdministrator,
    NoSuchRole,
    OwnAdministration,
    OwnRights,
)
from workflows.links import send_link
from workflows.notices import post
from workflows.organisations import administers
from workflows.role_requests import ask, decide, give_up, needs_second, note


def give_role(
    user: User,
    organisation: Organisation,
    role: Role,
    *,
    by: User | None,
    readmit: bool = False,
    two: bool = False,
) -> bool:
    """One more role for somebody who is known; they get a mail. False if it has to wait.

    Args:
        readmit: let somebody in again who has left. Nobody comes back by the way.
        two: whether a second administrator has to agree to what lets somebody read cases.

    Raises:
        NoSuchRole: there is none in this kind of organisation.
        HasLeft: the person has left, and it is not said that they come back.
        HasRoleAlready: they have this role there.
        OwnRights: nobody gives a role to herself.
        NotAllowed: who acts does not administer; so do all verbs here.
    """
    administers(by)
    _is_another(user, by)
    check_role(organisation, role)
    with transaction():
        _hold(user)
        if not user.active and not readmit:
            raise HasLeft(user.id)
        if user.works_at(organisation.id, frozenset({role})):
            raise HasRoleAlready(user.id)
        _let_in(user, by, two)
        if two and by is not None and needs_second(role, by):
            ask(user, organisation, role, by)
            return False
        _grant(user, organisation, role, by)
    return True


def agree(request: RoleRequest, *, by: User) -> None:
    """Agree, as a second administrator, to a role that waits; it holds now.

    Raises:
        OwnRights: who asked, and who is to have the role, cannot agree.
        NotPossibleNow: it was decided already.
        HasLeft: the person has left meanwhile.
    """
    administers(by)
    if by.id in (request.asked_by_id, request.user_id):
        raise OwnRights(by.id)
    user, organisation, role = request.user, request.organisation, request.role
    check_role(organisation, role)
    with transaction():
        _hold(user)
        decide(request, Outcome.AGREED, by)
        if not user.active:
            raise HasLeft(user.id)
        if not user.works_at(organisation.id, frozenset({role})):
            _grant(user, organisation, role, by)


def _grant(user: User, organisation: Organisation, role: Role, by: User | None) -> None:
    """Give a role, tell the person and who leads there."""
    waited = user.password_hash is None and not user.memberships  # the first link waited with it
    user.memberships.append(Membership(organisation_id=organisation.id, role=role))
    note("role_given", user, organisation.id, role, by)
    if waited:
        send_link(user, "invitation")
    else:
        several = len({m.organisation_id for m in user.memberships}) > 1
        _tell("role_added", user, organisation, role, several="yes" if several else "")
    tell_leads(user, organisation, role)


def tell_leads(user: User, organisation: Organisation, role: Role) -> None:
    """Who leads an organisation is told at once who reads its cases from now on."""
    if role not in REFERRAL_ROLES:
        return
    leads = [lead for lead in colleagues(organisation.id, LEADS) if lead.id != user.id]
    told = [(lead.email, lead.locale) for lead in leads]
    for address, locale in told or [(organisation.email, None)]:
        if address:
            post(
                "role_told",
                address,
                locale=locale,
                organisation=organisation.name,
                role=role.value,
                who=user.name,
            )


def take_role(membership: Membership, *, by: User | None) -> int:
    """Take a role away; what the person held and can no longer work on is free again: how many.

    Raises:
        OwnAdministration: an administrator's own; another one takes it.
        LastAdministrator: nobody else could administer.
        NoSuchRole: somebody has taken it away meanwhile.
    """
    administers(by)
    user, organisation, role = membership.user, membership.organisation, membership.role
    is_administration = role is Role.ADMINISTRATOR
    if is_administration and by is not None and by.id == user.id:
        raise OwnAdministration(user.id)
    with transaction():
        if is_administration:
            _somebody_else_administers(user)
        _hold(user)
        found = db.scalar(
            sa.select(Membership.id).where(Membership.id == membership.id).with_for_update()
        )
        if found is None:
            raise NoSuchRole(role.value)
        freed = _free(user, lost_queues(user, [membership]))
        user.memberships.remove(membership)
        db.delete(membership)
        note("role_taken", user, organisation.id, role, by, tasks=freed)
        if user.active:
            _tell("role_removed", user, organisation, role)
    return freed


def deactivate(user: User, *, by: User | None) -> int:
    """A leaver: sign-in ends at once, their open tasks go back to the queues; how many.

    Raises:
        OwnAdministration: nobody lets themselves go.
        LastAdministrator: nobody else could administer.
    """
    administers(by)
    if by is not None and by.id == user.id:
        raise OwnAdministration(user.id)
    with transaction():
        if any(m.role is Role.ADMINISTRATOR for m in user.memberships):
            _somebody_else_administers(user)
        _hold(user)
        if not user.active:  # pressed twice, or by two
            return 0
        user.active = False
        end_sessions(user.id)
        end_links(user.id)
        freed = _free(user, queues_of(user.memberships))
        give_up(role_requests(user_id=user.id) + role_requests(asked_by_id=user.id))
        journal.write("deactivated", by=by, user=user.id, tasks=freed)
    return freed


def reactivate(user: User, *, by: User | None, two: bool = False) -> bool:
    """Somebody comes back, with the roles they had; they get a mail, and who leads there too.

    Whether they need a first password, and a link for it is on its way.

    Args:
        two: whether a second administrator has to agree to roles that let somebody read cases.
    """
    administers(by)
    with transaction():
        _hold(user)
        return _let_in(user, by, two)


def check_role(organisation: Organisation, role: Role) -> None:
    """Raises NoSuchRole with the roles that there are.

    Whoever is to administer first may be of any organisation: others are made only then.
    """
    there = ROLES_AT[organisation.kind]
    first = role is Role.ADMINISTRATOR and not administrators()
    if role not in there and not first:
        names = ", ".join(one.value for one in Role if one in there)
        raise NoSuchRole(
            f"there is no {role.value} at {organisation.name}; roles there are: {names}"
        )


def _is_another(user: User, by: User | None) -> None:
    if by is not None and by.id == user.id:
        raise OwnRights(user.id)


def _hold(user: User) -> None:
    """Lock a person and read them again, so that what changes their roles follows each other."""
    db.refresh(user, ["active"], with_for_update=True)
    db.refresh(user, ["memberships"])


def _somebody_else_administers(user: User) -> None:
    """Of two administrators who take the role from each other the second one waits here."""
    everyone = db.scalars(
        sa.select(User.id)
        .join(Membership)
        .where(Membership.role == Role.ADMINISTRATOR, User.active)
        .where(User.password_hash.is_not(None))  # who never came cannot help
        .order_by(User.id, Membership.id)
        .with_for_update()
    ).all()
    if not set(everyone) - {user.id}:
        raise LastAdministrator(user.id)


def _let_in(user: User, by: User | None, two: bool) -> bool:
    """Somebody who has left may sign in again; who never had a password gets a link for it."""
    if user.active:
        return False
    user.active = True
    journal.write("reactivated", by=by, user=user.id)
    if user.password_hash:
        post("readmitted", user.email, locale=user.locale)
    for membership in list(user.memberships):
        organisation, role = membership.organisation, membership.role
        if two and by is not None and needs_second(role, by):
            user.memberships.remove(membership)
            db.delete(membership)
            note("role_taken", user, organisation.id, role, by)
            ask(user, organisation, role, by)
        else:
            tell_leads(user, organisation, role)
    never_came = user.password_hash is None and bool(user.memberships)
    if never_came:
        journal.write("invited", by=by, user=user.id)
        send_link(user, "invitation")
    return never_came


def _free(user: User, queues: set[Queue]) -> int:
    tasks = held_in(user, queues)
    for task in tasks:
        task.assignee, task.assignee_id = None, None
    return len(tasks)


def _tell(
    notice: str, user: User, organisation: Organisation, role: Role, several: str = ""
) -> None:
    post(
        notice,
        user.email,
        locale=user.locale,
        organisation=organisation.name,
        role=role.value,
        several=several,
    )
