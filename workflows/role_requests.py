"""The verbs on roles that need a second administrator: ask, refuse, take back, let lapse.

To agree is `workflows.memberships.agree`, which gives the role.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import journal
from models.base import now
from models.organisations import Organisation
from models.people import REFERRAL_ROLES, Role, User, administrators, ever_administered
from models.role_requests import Outcome, RoleRequest, open_request, requests_before
from models.session import db, transaction
from workflows.errors import HasRoleAlready, NotPossibleNow
from workflows.notices import post
from workflows.organisations import administers

#: What lets somebody read cases, change what runs, or give such roles.
NEEDS_SECOND = REFERRAL_ROLES | {Role.PROCESS_OWNER, Role.ADMINISTRATOR}
#: What nobody has decided by then is given up.
LAPSES = timedelta(days=14)


def needs_second(role: Role, by: User | None) -> bool:
    """Whether a second administrator has to agree, where the installation asks for two.

    The first administrator gives roles alone until somebody else administers. Letting that one go,
    or taking the role away, does not change it back. The command, which only who runs the server can type,
    asks nobody.
    """
    if by is None or role not in NEEDS_SECOND:
        return False
    others = ever_administered() | journal.lost_role(Role.ADMINISTRATOR)
    return bool(others - {by.id})


def ask(user: User, organisation: Organisation, role: Role, by: User) -> RoleRequest:
    """Let a role wait for another administrator, who is told. Call inside a transaction.

    Raises:
        HasRoleAlready: it waits already.
    """
    if open_request(user.id, organisation.id, role):
        raise HasRoleAlready(user.id)
    request = RoleRequest(
        user_id=user.id,
        organisation_id=organisation.id,
        role=role,
        asked_by_id=by.id,
        asked_at=now(),
    )
    try:
        with db.begin_nested():
            db.add(request)
    except sa.exc.IntegrityError:  # two have asked at the same moment
        raise HasRoleAlready(user.id) from None
    _note("role_asked", request, by)
    for other in administrators():
        if other.id not in (by.id, user.id):
            post("role_asked", other.email, locale=other.locale, request=str(request.id))
    return request


def refuse(request: RoleRequest, *, by: User) -> None:
    """Say no, as an administrator; who asked takes it back by that."""
    administers(by)
    own = request.asked_by_id == by.id
    with transaction():
        decide(request, Outcome.TAKEN_BACK if own else Outcome.REFUSED, by)
        _note("role_taken_back" if own else "role_refused", request, by)
        if not own:
            asker = request.asked_by
            post("role_refused", asker.email, locale=asker.locale, request=str(request.id))


def let_lapse() -> None:
    """Give up what nobody has decided. Call inside a transaction."""
    give_up(requests_before(now() - LAPSES))


def give_up(requests: list[RoleRequest]) -> None:
    """Close what can no longer be decided. Call inside a transaction."""
    for request in requests:
        decide(request, Outcome.LAPSED, None)
        _note("role_lapsed", request, None)


def decide(request: RoleRequest, outcome: Outcome, by: User | None) -> None:
    """Close a request. Call inside a transaction.

    Raises:
        NotPossibleNow: somebody has decided it already.
    """
    db.refresh(request, with_for_update=True)
    if request.outcome is not None:
        raise NotPossibleNow(str(request.id))
    request.outcome, request.decided_at = outcome, now()
    request.decided_by_id = by.id if by else None


def note(
    event: str, user: User, organisation_id: int, role: Role, by: User | None, **facts: Any
) -> None:
    """A line of the journal about a person's role somewhere."""
    place: dict[str, Any] = {"organisation": organisation_id, "role": role.value}
    journal.write(event, by=by, user=user.id, **place, **facts)


def _note(event: str, request: RoleRequest, by: User | None) -> None:
    note(event, request.user, request.organisation_id, request.role, by)
