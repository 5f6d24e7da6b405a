"""Registering a person: a wizard in sections, saved as one types, reviewed before it is sent."""

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from intake import duplicates, papers, wording
from intake.arriving import whole_form
from intake.forms.entries import with_entries
from intake.forms.paper import PaperForm
from intake.forms.referral import ReferralForm
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from intake.views.documents import keep_upload
from models.base import today
from models.documents import Document, papers_of_draft
from models.drafts import Draft, open_drafts
from models.organisations import Organisation, OrganisationKind, organisations
from models.people import OFFICE_ROLES, PROVIDER_ROLES, User
from models.processes import latest_diagram
from models.programs import programs
from models.readers import OFFICE, PROVIDER, Readers
from models.referrals import Channel
from models.session import db
from workflows import desk
from workflows.diagrams.published import REFERRAL
from workflows.drafts import delete_draft, keep_draft, start_draft

pages = Blueprint("drafts", __name__, url_prefix="/drafts")

SECTIONS = [code for code, _heading, _names in ReferralForm.sections]


@pages.get("")
@requires(Permission.REFER)
def index() -> Any:
    """What was begun and not yet sent, and the papers to print."""
    mine = open_drafts(_organisations(current_user))
    paused = [o for o in organisations(OrganisationKind.PROVIDER) if o.intake_paused_on]
    return render_template(
        "referrals/drafts.html", drafts=mine, paused=paused, hindrance=_hindrance()
    )


@pages.post("")
@requires(Permission.REFER)
def start() -> Any:
    """Begin a registration, prefilled with what is known of the office."""
    own = current_user.organisation_as(OFFICE_ROLES | PROVIDER_ROLES)
    if sentence := _hindrance():
        flash(sentence, "bad")
        return redirect(url_for("drafts.index"))
    at_office = own.kind is OrganisationKind.OFFICE
    draft = start_draft(own.id, _prefilled(current_user) if at_office else {}, by=current_user)
    return redirect(url_for("drafts.section", draft_id=draft.id, code=SECTIONS[0]))


def _names(draft_id: int, code: str) -> tuple[str, ...]:
    """The questions of a section."""
    return {c: names for c, _h, names in ReferralForm.sections}.get(code, ())


@pages.route("/<int:draft_id>/<code>", methods=["GET", "POST"])
@requires(Permission.REFER)
@keeps(_names)
def section(draft_id: int, code: str) -> Any:
    """One section of the wizard."""
    draft = _draft(draft_id)
    if code not in SECTIONS:
        abort(404)
    if request.method != "POST":
        checked = request.args.get("check") == "1"
        held = sent(entries=True)
        answers = draft.answers if held is None else _merged(draft, code, held)
        return _section(draft, code, _form(answers), checked=checked)
    whole_form(_offered(request.form), code)
    answers = _merged(draft, code, with_entries(request.form))
    if "add" in request.form or "remove" in request.form:
        keep_draft(draft, answers, by=current_user)
        return _section(draft, code, _form(answers))
    keep_draft(draft, answers, by=current_user)
    upload = request.files.get("document")
    if upload and upload.filename and (sentence := keep_upload(upload, "consent", draft=draft)):
        return _section(draft, code, _form(answers), upload_error=sentence), 422
    if "later" in request.form:
        flash(gettext("Gespeichert. Sie finden die Anmeldung unter «Person anmelden»."))
        return redirect(url_for("drafts.index"))
    form = _form(answers)
    form.validate()
    names = {c: n for c, _h, n in ReferralForm.sections}[code]
    if any(_has_error(form, name) for name in names) and "anyway" not in request.form:
        return _section(draft, code, form, checked=True), 422
    if "anyway" not in request.form:
        try:
            duplicates.ask(form, draft, by=current_user)
        except duplicates.AskedTooOften:
            return _section(draft, code, form, checked=True, too_often=True), 429
    after = SECTIONS.index(code) + 1
    if after < len(SECTIONS) and "review" not in request.form:
        return redirect(url_for("drafts.section", draft_id=draft.id, code=SECTIONS[after]))
    return redirect(url_for("drafts.review", draft_id=draft.id))


@pages.post("/<int:draft_id>/<code>/draft")
@requires(Permission.REFER)
def save(draft_id: int, code: str) -> Any:
    """Keep what is being typed."""
    draft = _draft(draft_id)
    if code not in SECTIONS:
        abort(404)
    whole_form(_offered(request.form), code)
    keep_draft(draft, _merged(draft, code, with_entries(request.form)), by=current_user)
    return jsonify(said=gettext("Gespeichert %(time)s", time=wording.moment(draft.saved_at)[-5:]))


@pages.route("/<int:draft_id>/review", methods=["GET", "POST"])
@requires(Permission.REFER)
@keeps(PaperForm)
def review(draft_id: int) -> Any:
    """Everything once more, then it is sent."""
    draft = _draft(draft_id)
    form = _form(draft.answers)
    good = form.validate()
    paper = PaperForm(sent())
    paper.offer(current_user)
    if request.method == "POST" and good and (not paper.needed or paper.validate()):
        office, manager = paper.office_and_manager(current_user)
        referral = desk.open_referral(
            form.filled,
            office=office,
            by=current_user,
            case_manager=manager,
            channel=Channel(paper.channel.data) if paper.needed else Channel.ONLINE,
            received_on=date.fromisoformat(paper.received_on.data) if paper.needed else None,
            draft=draft,
        )
        return redirect(url_for("cases.received", referral_id=referral.id))
    page = render_template(
        "referrals/review.html",
        draft=draft,
        form=form,
        good=good,
        paper=paper,
        documents=_documents(draft),
        alike=duplicates.like(form, draft, current_user),
    )
    return page, 422 if request.method == "POST" else 200


@pages.route("/<int:draft_id>/delete", methods=["GET", "POST"])
@requires(Permission.REFER)
def delete(draft_id: int) -> Any:
    """Ask once, saying what goes; then throw a draft away for good."""
    draft = _draft(draft_id)
    if request.method != "POST" or "sure" not in request.form:
        return render_template("referrals/delete.html", draft=draft, documents=_documents(draft))
    delete_draft(draft, by=current_user)
    flash(gettext("Der Entwurf ist gelöscht."))
    return redirect(url_for("drafts.index"))


@pages.get("/blank.pdf")
@requires(Permission.REFER)
def blank() -> Any:
    """The form to print and fill in by hand."""
    return papers.as_response(papers.blank_form(_offered()), "anmeldung-leer.pdf")


@pages.get("/consent.pdf")
@requires(Permission.REFER)
def consent() -> Any:
    """The consent sheet to print and sign."""
    return papers.as_response(papers.consent_sheet(_offered()), "einwilligung.pdf")


def _section(
    draft: Draft,
    code: str,
    form: ReferralForm,
    *,
    checked: bool = False,
    too_often: bool = False,
    upload_error: str = "",
) -> Any:
    if checked:
        form.validate()
    done = _form(draft.answers)
    done.validate()
    states = {
        c: "done" if not any(_has_error(done, name) for name in names) else ""
        for c, _heading, names in ReferralForm.sections
    }
    return render_template(
        "referrals/section.html",
        draft=draft,
        form=form,
        code=code,
        checked=checked,
        upload_error=upload_error,
        states=states,
        documents=_documents(draft),
        alike=duplicates.like(form, draft, current_user) if code != "office" else [],
        too_often=too_often,
        back_to_review="review" in request.values,
    )


def _has_error(form: ReferralForm, name: str) -> bool:
    """Whether a question, or one within its entries, has an error."""
    field = form._fields.get(name)
    if field is None or not form.asked(field):
        return False
    return any(key == field.id or key.startswith(f"{name}-") for key, _s in form.all_errors())


def _hindrance() -> str:
    """Why nobody can be registered now, and whom to ask; or nothing."""
    if latest_diagram(REFERRAL) is None:
        return gettext("Noch ist kein Prozess in Kraft. Fragen Sie die Administration.")
    if not programs(on=today()):
        return gettext(
            "Zurzeit nimmt kein Angebot Anmeldungen entgegen. Fragen Sie die Administration."
        )
    own = [db.get_one(Organisation, key) for key in sorted(_organisations(current_user))]
    for organisation in own:
        if not organisation.open_on(today()):
            return gettext(
                "%(name)s meldet zurzeit niemanden an (%(period)s). Fragen Sie die Administration.",
                name=organisation.name,
                period=wording.period(organisation),
            )
    return ""


def _documents(draft: Draft) -> list[Document]:
    return papers_of_draft(draft.id)


def _offered(arrived: Any = None) -> ReferralForm:
    return ReferralForm(arrived).offer(ahv=current_app.extensions["intake"].ahv, side=_side())


def _side() -> Readers:
    """As whom somebody registers a person here."""
    return OFFICE if current_user.organisation_ids(OFFICE_ROLES) else PROVIDER


def _form(raw: dict[str, Any]) -> ReferralForm:
    typed = MultiDict([(name, value) for name, values in raw.items() for value in values])
    form = ReferralForm(typed if typed else None)
    return form.offer(ahv=current_app.extensions["intake"].ahv, side=_side())


def _merged(draft: Draft, code: str, typed: MultiDict[str, str]) -> dict[str, Any]:
    """The draft's answers with those of one section replaced by what was sent."""
    names = _names(draft.id, code)
    belongs = lambda key: key.split("-")[0] in names  # noqa: E731  used twice, below
    kept = {key: values for key, values in draft.answers.items() if not belongs(key)}
    sent_now = ReferralForm.own(typed.lists())
    return {**kept, **{key: values for key, values in sent_now.items() if belongs(key)}}


def _draft(draft_id: int) -> Draft:
    """An open draft of one's own organisation."""
    draft = db.get(Draft, draft_id)
    own = _organisations(current_user)
    if draft is None or draft.task_id is not None or draft.organisation_id not in own:
        abort(404)
    if draft.referral_id is not None:
        abort(404)
    return draft


def _organisations(user: User) -> set[int]:
    return user.organisation_ids(OFFICE_ROLES | PROVIDER_ROLES)


def _prefilled(user: User) -> dict[str, list[str]]:
    offices = [db.get_one(Organisation, key) for key in user.organisation_ids(OFFICE_ROLES)]
    home = next((str(o.municipality_id) for o in offices if o.municipality_id), "")
    known = {
        "municipality_id": home,
        "case_manager_name": user.name,
        "case_manager_function": user.function,
        "case_manager_email": user.email,
        "case_manager_phone": user.phone,
        "program_wish": "open",
        "mentor_gender_wish": "ANY",
        "urgency": "NORMAL",
    }
    return {name: [value] for name, value in known.items() if value}
