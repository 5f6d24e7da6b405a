"""The one row of navigation, in the order of the day, with only what one may open."""

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import lazy_gettext as _

from intake.acting import NOBODY
from intake.doctor.checks import missing_count
from intake.permissions import Permission, may
from models.incidents import incident_count
from models.outbox import troubled
from models.people import PROVIDER_ROLES, User
from models.referrals import waiting_count
from models.tasks import COUNTED_UP_TO, InboxFilter, inbox_count

_WAYS = (
    ("tasks.inbox", _("Aufgaben"), Permission.WORK_ON_TASKS),
    ("cases.index", _("Fälle"), Permission.SEE_CASES),
    ("drafts.index", _("Person anmelden"), Permission.REFER),
    ("waiting_list.index", _("Warteliste"), Permission.SEE_WAITING_LIST),
    ("mentors.index", _("Mentor/innen"), Permission.KEEP_MENTORS),
    ("processes.index", _("Prozesse"), Permission.SEE_PROCESSES),
    ("workbench.index", _("Werkbank"), Permission.DRAW),
    ("deadlines.index", _("Fristen"), Permission.SET_DEADLINES),
    ("incidents.index", _("Störungen"), Permission.MEND),
    ("organisations.index", _("Organisationen"), Permission.MANAGE_ORGANISATIONS),
    ("places.index", _("Gemeinden"), Permission.MANAGE_ORGANISATIONS),
    ("people.index", _("Personen"), Permission.MANAGE_PEOPLE),
)

#: First while something is missing, then last.
_SETUP = ("setup.index", _("Was noch fehlt"), Permission.MANAGE_ORGANISATIONS)

#: Rooms that one enters by another.
_ROOM: dict[str, str] = {
    **dict.fromkeys(
        ("board", "tryout", "examples", "rehearsals", "releases", "questions"), "workbench"
    ),
    **dict.fromkeys(("operation", "moves"), "processes"),
    "programs": "organisations",
    "role_requests": "people",
    "security": "people",
}


@dataclass(frozen=True)
class Way:
    """One link of the navigation."""

    url: str
    words: Any
    here: bool
    count: str = ""


def ways(user: User) -> list[Way]:
    """The links for this person."""
    blueprint = _ROOM.get(request.blueprint or "", request.blueprint)
    return [
        Way(
            url_for(endpoint),
            words,
            endpoint.split(".")[0] == blueprint,
            _count(endpoint, user),
        )
        for endpoint, words in _open_to(user)
    ]


def _open_to(user: User) -> list[tuple[str, Any]]:
    """(endpoint, words) of what this person may open, in order."""
    found = [(endpoint, words) for endpoint, words, permission in _WAYS if may(user, permission)]
    endpoint, words, permission = _SETUP
    if may(user, permission):
        found.insert(0 if _missing() else len(found), (endpoint, words))
    return found


def _missing() -> int:
    """How much is missing; the page that has just looked at everything knows best."""
    number: int = g.missing if "missing" in g else missing_count()
    return number


def _count(endpoint: str, user: User) -> str:
    """How much waits behind a link, where that says something."""
    if endpoint == "tasks.inbox":
        waiting = inbox_count(user, InboxFilter())
        return f"{waiting}+" if waiting >= COUNTED_UP_TO else str(waiting)
    if endpoint == "incidents.index":
        return str(incident_count() + len(troubled()))
    if endpoint == "setup.index":
        return str(_missing())
    if endpoint == "waiting_list.index":
        return str(waiting_count(user.organisation_ids(PROVIDER_ROLES)))
    return ""


def first_page(user: User) -> str:
    """Where the day begins for this person."""
    if user.acting_for == NOBODY:
        return url_for("acting.show")
    found = _open_to(user)
    return url_for(found[0][0] if found else "account.show")
