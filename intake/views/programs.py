"""For the administration: the programmes of a provider, and the contracts that give them places."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake.forms.program import ContractForm, ProgramForm
from intake.permissions import Permission, requires
from intake.views.rows import refused, stale
from models.base import today
from models.organisations import Organisation, OrganisationKind
from models.programs import Contract, Program
from models.referrals import places_taken
from models.session import db
from workflows import programs as verbs
from workflows.errors import Collision, NotAccepted
from workflows.organisations import stamp

pages = Blueprint("programs", __name__, url_prefix="/programs")


@pages.route("/new/<int:organisation_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
def new(organisation_id: int) -> Any:
    """A further programme of a provider."""
    provider = db.get(Organisation, organisation_id)
    if provider is None or provider.kind is not OrganisationKind.PROVIDER:
        abort(404)
    form = ProgramForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        form.suggest(form.mentor_age_from, 18)
    elif form.validate():
        try:
            program = verbs.add_program(provider, _answers(form), by=current_user)
        except NotAccepted as error:
            refused(form, error)
        else:
            flash(gettext("%(name)s kann gewünscht werden.", name=program.name))
            return redirect(url_for("programs.show", program_id=program.id))
    page = render_template(
        "programs/form.html", form=form, provider=provider, program=None, seen=""
    )
    return page, 422 if request.method == "POST" else 200


@pages.get("/<int:program_id>")
@requires(Permission.MANAGE_ORGANISATIONS)
def show(program_id: int) -> Any:
    """What it is, its contracts, how many of its places are taken."""
    return _page(_found(program_id), ContractForm())


@pages.route("/<int:program_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
def edit(program_id: int) -> Any:
    """Change it; two at once are told."""
    program = _found(program_id)
    before = verbs.known(program)
    seen, code = stamp(before), 200
    if request.method == "GET":
        form = ProgramForm(data=before)
    else:
        form, code = ProgramForm(request.form), 422
        if form.validate():
            try:
                verbs.change_program(
                    program, _answers(form), by=current_user, seen=request.form.get("seen", "")
                )
                flash(gettext("Gespeichert."))
                return redirect(url_for("programs.show", program_id=program.id))
            except NotAccepted as error:
                refused(form, error)
            except Collision:
                code = stale(form)
    page = render_template(
        "programs/form.html", form=form, provider=program.provider, program=program, seen=seen
    )
    return page, code


@pages.post("/<int:program_id>/contracts")
@requires(Permission.MANAGE_ORGANISATIONS)
def add_contract(program_id: int) -> Any:
    """A new contract."""
    program, form = _found(program_id), ContractForm(request.form)
    if form.validate():
        try:
            verbs.keep_contract(program, *form.period, form.places.data, by=current_user)
        except NotAccepted as error:
            refused(form, error)
        else:
            flash(gettext("Der Vertrag ist eingetragen."))
            return redirect(url_for("programs.show", program_id=program.id, _anchor="contracts"))
    return _page(program, form), 422


@pages.route("/contracts/<int:contract_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
def contract(contract_id: int) -> Any:
    """Correct a contract, or take one away that was entered by mistake."""
    row = db.get(Contract, contract_id) or abort(404)
    program_id = row.program_id
    values = {
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat(),
        "places": row.places,
    }
    if request.method == "GET":
        form = ContractForm(data=values)
        return render_template("programs/contract.html", form=form, contract=row)
    back = redirect(url_for("programs.show", program_id=program_id, _anchor="contracts"))
    if "forget" in request.form:
        verbs.forget_contract(row, by=current_user)
        flash(gettext("Der Vertrag ist entfernt."))
        return back
    form = ContractForm(request.form)
    if form.validate():
        try:
            start, end = form.period
            places = form.places.data
            verbs.keep_contract(row.program, start, end, places, by=current_user, contract=row)
        except NotAccepted as error:
            refused(form, error)
        else:
            flash(gettext("Gespeichert."))
            return back
    return render_template("programs/contract.html", form=form, contract=row), 422


def _page(program: Program, form: ContractForm) -> str:
    return render_template(
        "programs/show.html",
        program=program,
        form=form,
        used=places_taken().get(program.id, 0),
        places=sum(c.places for c in program.contracts if c.valid_from <= today() <= c.valid_to),
    )


def _answers(form: ProgramForm) -> dict[str, Any]:
    """The answers; no check-ins is an answer too."""
    return {**form.answers, "check_in_months": form.check_in_months.data or []}


def _found(program_id: int) -> Program:
    return db.get(Program, program_id) or abort(404)
