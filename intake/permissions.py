"""Who may open what: every route says its permission, or that it is public."""

import enum
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort
from flask_login import current_user

from intake.acting import NOBODY
from intake.errors import choose_first
from models.people import BODY_ROLES, Role, User

View = TypeVar("View", bound=Callable[..., Any])


class Permission(enum.StrEnum):
    """What a role may do; a route needs one of these."""

    OWN_ACCOUNT = "own account"
    WORK_ON_TASKS = "work on tasks"
    SEE_CASES = "see cases"
    REFER = "refer a person"
    SEE_WAITING_LIST = "see the waiting list"
    KEEP_MENTORS = "keep the mentors' register"
    SEE_PROCESSES = "see the published drawings"
    SEE_LOAD = "see how many cases wait at each step, in every organisation together"
    DRAW = "draw, try and release processes"
    SET_DEADLINES = "set deadlines"
    SET_CALENDARS = "set free days"
    MANAGE_PEOPLE = "manage people"
    MANAGE_ORGANISATIONS = "manage organisations, programmes and places"
    MEND = "mend what could not be done"


_OFFICE = {
    Permission.WORK_ON_TASKS,
    Permission.SEE_CASES,
    Permission.REFER,
    Permission.SEE_PROCESSES,
}
_PROVIDER = _OFFICE | {Permission.SEE_WAITING_LIST, Permission.KEEP_MENTORS}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CASE_MANAGER: frozenset(_OFFICE),
    Role.OFFICE_LEAD: frozenset(_OFFICE),
    Role.COORDINATOR: frozenset(_PROVIDER),
    Role.PROGRAM_LEAD: frozenset(_PROVIDER | {Permission.SET_DEADLINES}),
    Role.PROCESS_OWNER: frozenset(
        {
            Permission.SEE_PROCESSES,
            Permission.SEE_LOAD,
            Permission.DRAW,
            Permission.SET_DEADLINES,
            Permission.SET_CALENDARS,
        }
    ),
    **dict.fromkeys(BODY_ROLES, frozenset({Permission.WORK_ON_TASKS, Permission.SEE_PROCESSES})),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_PEOPLE,
            Permission.MANAGE_ORGANISATIONS,
            Permission.MEND,
            Permission.SEE_PROCESSES,
        }
    ),
}


def may(user: User, permission: Permission) -> bool:
    """Whether one of the person's roles grants this."""
    if permission is Permission.OWN_ACCOUNT:
        return True
    return any(permission in GRANTS[role] for role in user.roles)


def requires(permission: Permission) -> Callable[[View], View]:
    """Only for signed-in people with this permission: 401 (to the sign-in page) or 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **options: Any) -> Any:
            if not current_user.is_authenticated:
                abort(401)
            if not may(current_user, permission):
                if current_user.acting_for == NOBODY:
                    return choose_first()
                abort(403)
            return view(*args, **options)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def public(view: View) -> View:
    """For everybody, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]
    return view
