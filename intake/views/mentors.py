"""The register of mentors: enter, edit, checks and their expiry, current tandems; the pause."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake.arriving import arrived
from intake.forms.mentor import MentorForm
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from intake.register import Chosen, register
from models.mentors import Mentor
from models.organisations import Organisation
from models.people import PROVIDER_ROLES
from models.referrals import Referral, visible_to
from models.session import db
from models.tandems import Tandem
from workflows.register import edit_mentor, enter_mentor, pause_intake

pages = Blueprint("mentors", __name__, url_prefix="/mentors")


@pages.get("")
@requires(Permission.KEEP_MENTORS)
def index() -> Any:
    """Everybody of one's provider, with places taken and checks that run out."""
    chosen = Chosen.of(request.args)
    rows = [line for line in register(_providers()) if chosen.fits(line)]
    return render_template("mentors/index.html", rows=rows, chosen=chosen, provider=_provider())


@pages.route("/new", methods=["GET", "POST"])
@requires(Permission.KEEP_MENTORS)
@keeps(MentorForm)
def new() -> Any:
    """Enter a volunteer."""
    form = MentorForm(sent(entries=True)).offer()
    if _sent() and form.validate():
        mentor = enter_mentor(form.filled, _provider(), by=current_user)
        flash(gettext("%(name)s ist im Register.", name=mentor.name))
        return redirect(url_for("mentors.index"))
    page = render_template("mentors/form.html", form=form, mentor=None, tandems=[])
    return page, 422 if _sent() else 200


@pages.route("/<int:mentor_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_MENTORS)
@keeps(MentorForm)
def edit(mentor_id: int) -> Any:
    """One volunteer's card."""
    mentor = db.get(Mentor, mentor_id)
    if mentor is None or mentor.provider_id not in _providers():
        abort(404)
    if (typed := sent(entries=True)) is not None:
        form = MentorForm(typed).offer(mentor.municipality_id)
        if _sent() and form.validate():
            edit_mentor(mentor, form.filled, by=current_user)
            flash(gettext("Gespeichert."))
            return redirect(url_for("mentors.index"))
    else:
        now = {"status": mentor.status.value, "max_mentees": mentor.max_mentees}
        form = MentorForm(data={**mentor.answers, **now}).offer(mentor.municipality_id)
    seen = visible_to(current_user).with_only_columns(Referral.id)
    of_mentor = sa.select(Tandem).where(Tandem.mentor_id == mentor.id)
    tandems = list(db.scalars(of_mentor.where(Tandem.referral_id.in_(seen))))
    page = render_template("mentors/form.html", form=form, mentor=mentor, tandems=tandems)
    return page, 422 if _sent() else 200


@pages.post("/pause")
@requires(Permission.KEEP_MENTORS)
@keeps("reason", "resume")
def pause() -> Any:
    """Pause the intake of one's provider, or take referrals again."""
    provider = _provider()
    reason = "" if "resume" in request.form else " ".join(arrived("reason").split())[:300]
    if "resume" in request.form:
        pause_intake(provider, None, by=current_user)
        flash(gettext("Die Aufnahme läuft wieder."))
    elif not reason:
        flash(gettext("Schreiben Sie, warum die Aufnahme pausiert."), "bad")
    else:
        pause_intake(provider, reason, by=current_user)
        flash(gettext("Die Aufnahme pausiert. Die Stellen sehen den Grund beim Anmelden."))
    return redirect(url_for("mentors.index"))


def _sent() -> bool:
    return request.method == "POST" and not {"add", "remove"} & request.form.keys()


def _provider() -> Organisation:
    return current_user.organisation_as(PROVIDER_ROLES)  # type: ignore[no-any-return]


def _providers() -> set[int]:
    return current_user.organisation_ids(PROVIDER_ROLES)  # type: ignore[no-any-return]
