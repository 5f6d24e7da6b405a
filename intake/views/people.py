"""For the administration: who may sign in, and who has left."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import selectinload

from intake import accounts
from intake.forms.invitation import InvitationForm
from intake.permissions import Permission, requires
from models.people import User
from models.session import db

pages = Blueprint("people", __name__, url_prefix="/people")


@pages.get("")
@requires(Permission.MANAGE_PEOPLE)
def index() -> Any:
    """Everybody, and what they are where."""
    everybody = sa.select(User).options(selectinload(User.memberships))
    users = list(db.scalars(everybody.order_by(User.last_name, User.first_name)))
    return render_template("people/index.html", users=users)


@pages.route("/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def invite() -> Any:
    """Invite somebody, or give somebody a further role."""
    form = InvitationForm(request.form if request.method == "POST" else None).offer()
    if request.method == "POST" and form.validate():
        try:
            user = accounts.invite(
                form.email.data,
                form.first_name.data,
                form.last_name.data,
                int(form.organisation.data),
                form.chosen_role,
                by=current_user,
            )
        except ValueError:
            form.role.errors = [gettext("Diese Person hat diese Rolle schon.")]
        else:
            flash(gettext("%(who)s ist eingeladen.", who=user.name))
            return redirect(url_for("people.index"))
    page = render_template("people/invite.html", form=form)
    return page, 422 if request.method == "POST" else 200


@pages.post("/<int:user_id>/active")
@requires(Permission.MANAGE_PEOPLE)
def active(user_id: int) -> Any:
    """A leaver's tasks go back to their queues; somebody who comes back may sign in again."""
    user = db.get(User, user_id)
    if user is None:
        abort(404)
    if user.id == current_user.id:
        flash(gettext("Sich selbst können Sie nicht deaktivieren."), "bad")
    elif user.active:
        moved = accounts.deactivate(user, by=current_user)
        flash(
            gettext(
                "%(who)s kann sich nicht mehr anmelden. %(n)s Aufgaben sind wieder frei.",
                who=user.name,
                n=moved,
            )
        )
    else:
        accounts.reactivate(user, by=current_user)
        flash(gettext("%(who)s kann sich wieder anmelden.", who=user.name))
    return redirect(url_for("people.index"))
