"""For the administration: roles that wait until a second person agrees."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import wording
from intake.permissions import Permission, requires
from models.role_requests import RoleRequest, role_requests
from models.session import db
from workflows import memberships
from workflows import role_requests as verbs
from workflows.errors import HasLeft, NotPossibleNow, OwnRights
from workflows.role_requests import LAPSES

pages = Blueprint("role_requests", __name__, url_prefix="/people/requests")


@pages.get("")
@requires(Permission.MANAGE_PEOPLE)
def index() -> Any:
    """What waits, and what one may do about it."""
    return render_template("role_requests/index.html", requests=role_requests(), lapses=LAPSES)


@pages.post("/<int:request_id>/agree")
@requires(Permission.MANAGE_PEOPLE)
def agree(request_id: int) -> Any:
    """The role holds from now on."""
    asked = _found(request_id)
    words = _words(asked)
    try:
        memberships.agree(asked, by=current_user)
        flash(gettext("%(who)s hat jetzt die Rolle «%(role)s» bei %(place)s.", **words))
    except OwnRights:
        flash(gettext("Zustimmen muss jemand anderes, der auch administriert."), "bad")
    except HasLeft:
        flash(gettext("%(who)s ist inzwischen ausgetreten.", **words), "bad")
    except NotPossibleNow:
        flash(_decided(), "bad")
    return redirect(url_for("role_requests.index"))


@pages.post("/<int:request_id>/refuse")
@requires(Permission.MANAGE_PEOPLE)
def refuse(request_id: int) -> Any:
    """The role is not given."""
    asked = _found(request_id)
    words = _words(asked)
    try:
        verbs.refuse(asked, by=current_user)
        flash(gettext("%(who)s bekommt die Rolle «%(role)s» bei %(place)s nicht.", **words))
    except NotPossibleNow:
        flash(_decided(), "bad")
    return redirect(url_for("role_requests.index"))


def _found(request_id: int) -> RoleRequest:
    return db.get(RoleRequest, request_id) or abort(404)


def _words(asked: RoleRequest) -> dict[str, str]:
    return {
        "who": asked.user.name,
        "role": str(wording.ROLE[asked.role]),
        "place": asked.organisation.name,
    }


def _decided() -> str:
    return gettext("Darüber hat inzwischen jemand entschieden.")
