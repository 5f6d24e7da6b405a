"""For the administration: who takes part, where each works, what it offers."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from intake import wording
from intake.doctor.routing import faults
from intake.forms.organisation import OrganisationForm
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from intake.views.rows import refused, say_new_faults, seen_of, stale
from intake.whole import key_of
from models.base import today
from models.organisations import (
    OfficeKind,
    Organisation,
    OrganisationKind,
    organisations,
    without_office,
)
from models.people import people_of, people_per_organisation
from models.places import SocialRegion
from models.programs import places_on, programs_of
from models.referrals import places_taken, running_per_organisation
from models.session import db
from workflows.errors import Collision, NotAccepted
from workflows.organisations import add_organisation, change_organisation, known, stamp

pages = Blueprint("organisations", __name__, url_prefix="/organisations")


@pages.get("")
@requires(Permission.MANAGE_ORGANISATIONS)
def index() -> Any:
    """Everybody who takes part, by kind; and which Sozialregion has no office."""
    everyone = organisations(areas=True)
    return render_template(
        "organisations/index.html",
        by_kind=[(kind, [o for o in everyone if o.kind is kind]) for kind in OrganisationKind],
        people=people_per_organisation(),
        running=running_per_organisation(),
        without=without_office(today()),
    )


@pages.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(OrganisationForm)
def new() -> Any:
    """Add one; a link may say of which kind, and for which Sozialregion."""
    form = OrganisationForm(sent()).offer()
    if request.method != "POST":
        _suggest(form)
    elif form.validate():
        try:
            organisation = add_organisation(form.chosen_kind, form.answers, by=current_user)
        except NotAccepted as error:
            refused(form, error)
        else:
            flash(gettext("%(name)s ist dabei.", name=organisation.name))
            return redirect(url_for("organisations.show", organisation_id=organisation.id))
    page = render_template("organisations/form.html", form=form, organisation=None, seen="")
    return page, 422 if request.method == "POST" else 200


@pages.get("/<int:organisation_id>")
@requires(Permission.MANAGE_ORGANISATIONS)
def show(organisation_id: int) -> Any:
    """What it is, its programmes and contracts, its people."""
    organisation = _found(organisation_id)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        programs=programs_of(organisation.id),
        places=places_on(today()),
        used=places_taken(),
        people=people_of(organisation.id),
        running=running_per_organisation().get(organisation.id, 0),
    )


@pages.route("/<int:organisation_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(OrganisationForm, "seen")
def edit(organisation_id: int) -> Any:
    """Change it; two at once are told."""
    organisation = _found(organisation_id)
    before = known(organisation)
    seen, code = seen_of(before), 200
    typed = sent()
    form = OrganisationForm.of(before) if typed is None else OrganisationForm(typed)
    form.offer(organisation)
    if request.method == "POST":
        code = 422
        if form.validate():
            wrong = faults()
            try:
                change_organisation(organisation, form.answers, by=current_user, seen=seen)
                flash(gettext("Gespeichert.") + _going_on(organisation))
                say_new_faults(wrong)
                return redirect(url_for("organisations.show", organisation_id=organisation.id))
            except NotAccepted as error:
                refused(form, error)
            except Collision:
                seen, code = stamp(before), stale(form)
    page = render_template(
        "organisations/form.html", form=form, organisation=organisation, seen=seen
    )
    return page, code


def _found(organisation_id: int) -> Organisation:
    return db.get(Organisation, organisation_id) or abort(404)


def _going_on(organisation: Organisation) -> str:
    """What becomes of the cases of one that is to end."""
    running = running_per_organisation().get(organisation.id, 0)
    if organisation.valid_to is None or not running:
        return ""
    return " " + ngettext(
        "%(num)s Fall läuft noch und geht weiter wie bisher; nach dem %(day)s kommt kein neuer dazu.",
        "%(num)s Fälle laufen noch und gehen weiter wie bisher; nach dem %(day)s kommt kein neuer "
        "dazu.",
        running,
        day=wording.day(organisation.valid_to),
    )


def _suggest(form: OrganisationForm) -> None:
    """What the link says already."""
    kind = request.args.get("kind", "")
    if kind in {one.value for one in OrganisationKind}:
        form.suggest(form.kind, kind)
    region = db.get(SocialRegion, key_of(request.args.get("region", "")))
    if region is not None:
        form.suggest(form.office_kind, OfficeKind.SOCIAL_REGION.value)
        form.suggest(form.region, str(region.id))
        form.suggest(form.name, gettext("Sozialregion %(name)s", name=region.name))
