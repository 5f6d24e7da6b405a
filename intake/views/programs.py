"""For the administration: the programmes of a provider, and the contracts that give them places."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import wording
from intake.doctor.routing import faults
from intake.forms.program import ContractForm, ProgramForm
from intake.keeping import keeps, kept, sent
from intake.permissions import Permission, requires
from intake.views.rows import refused, say_new_faults, seen_of, stale
from models.base import today
from models.organisations import Organisation, OrganisationKind
from models.programs import Contract, Program
from models.referrals import places_taken
from models.session import db
from workflows import contracts
from workflows import programs as verbs
from workflows.errors import Collision, NotAccepted, NotFound
from workflows.organisations import stamp

pages = Blueprint("programs", __name__, url_prefix="/programs")


@pages.route("/new/<int:organisation_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(ProgramForm)
def new(organisation_id: int) -> Any:
    """A further programme of a provider."""
    provider = db.get(Organisation, organisation_id)
    if provider is None or provider.kind is not OrganisationKind.PROVIDER:
        abort(404)
    form = ProgramForm(sent())
    if request.method != "POST":
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
    waits = kept(url_for("programs.add_contract", program_id=program_id))
    return _page(_found(program_id), ContractForm(waits or None))


@pages.route("/<int:program_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(ProgramForm, "seen")
def edit(program_id: int) -> Any:
    """Change it; two at once are told."""
    program = _found(program_id)
    before = verbs.known(program)
    seen, code = seen_of(before), 200
    typed = sent()
    form = ProgramForm(data=before) if typed is None else ProgramForm(typed)
    if request.method == "POST":
        code = 422
        if form.validate():
            wrong = faults()
            try:
                verbs.change_program(program, _answers(form), by=current_user, seen=seen)
                flash(gettext("Gespeichert."))
                say_new_faults(wrong)
                return redirect(url_for("programs.show", program_id=program.id))
            except NotAccepted as error:
                refused(form, error)
            except Collision:
                seen, code = stamp(before), stale(form)
    page = render_template(
        "programs/form.html", form=form, provider=program.provider, program=program, seen=seen
    )
    return page, code


@pages.post("/<int:program_id>/contracts")
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(ContractForm)
def add_contract(program_id: int) -> Any:
    """A new contract."""
    program, form = _found(program_id), ContractForm(request.form)
    if form.validate():
        try:
            contracts.add_contract(program, *form.period, form.places.data, by=current_user)
        except NotAccepted as error:
            refused(form, error)
        else:
            flash(gettext("Der Vertrag ist eingetragen."))
            return redirect(url_for("programs.show", program_id=program.id, _anchor="contracts"))
    return _page(program, form), 422


@pages.route("/contracts/<int:contract_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(ContractForm, "seen")
def contract(contract_id: int) -> Any:
    """Correct a contract; two at once are told."""
    row = db.get(Contract, contract_id)
    if row is None:
        return _gone()
    before = contracts.known(row)
    seen, code = seen_of(before), 200
    typed = sent()
    form = ContractForm(data=before) if typed is None else ContractForm(typed)
    if request.method == "POST":
        code = 422
        if form.validate():
            try:
                period, places = form.period, form.places.data
                contracts.change_contract(row, *period, places, by=current_user, seen=seen)
                flash(gettext("Gespeichert."))
                return _to_contracts(row.program_id)
            except NotAccepted as error:
                refused(form, error)
            except Collision:
                seen, code = stamp(before), stale(form)
    return render_template("programs/contract.html", form=form, contract=row, seen=seen), code


@pages.post("/contracts/<int:contract_id>/forget")
@requires(Permission.MANAGE_ORGANISATIONS)
def forget_contract(contract_id: int) -> Any:
    """Take one away that was entered by mistake; pressed twice it is gone once."""
    row = db.get(Contract, contract_id)
    if row is None:
        return _gone()
    program_id = row.program_id
    try:
        contracts.forget_contract(row, by=current_user)
    except NotFound:
        return _gone()
    flash(gettext("Der Vertrag ist entfernt."))
    return _to_contracts(program_id)


def _gone() -> Any:
    """Somebody has removed it meanwhile, or the button was pressed twice."""
    flash(str(wording.REFUSED["gone"]))
    return redirect(url_for("organisations.index"))


def _to_contracts(program_id: int) -> Any:
    return redirect(url_for("programs.show", program_id=program_id, _anchor="contracts"))


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
