"""Cases: the list with its search, the page of one case, and what can be done there."""

from typing import Any

import sqlalchemy as sa
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

from intake import answers as shown
from intake import papers, raw, reading, wording
from intake.arriving import arrived
from intake.forms import REGISTRY
from intake.forms.numbers import refuse_numbers
from intake.forms.referral import ReferralForm
from intake.forms.triage import TriageForm
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from intake.whole import key_of
from models.base import today
from models.incidents import open_incidents
from models.journal import Audience, timeline
from models.mentees import Mentee, participants_of
from models.organisations import Organisation, OrganisationKind, organisations
from models.people import OFFICE_ROLES, User, colleagues
from models.places import social_regions
from models.processes import next_moment
from models.programs import programs
from models.proposals import open_proposal
from models.referrals import Referral, ReferralStatus, visible_to
from models.session import db
from models.submissions import submissions_of
from models.tandems import tandems_of
from models.tasks import open_tasks
from workflows import desk
from workflows.errors import NotFound
from workflows.notices import GRACE_MINUTES
from workflows.place import diagram_xml, place_of

pages = Blueprint("cases", __name__, url_prefix="/cases")
PAGE = 50


@pages.get("")
@requires(Permission.SEE_CASES)
def index() -> Any:
    """Everything one may see, the newest first, with a search."""
    get = request.args.get
    select = visible_to(current_user).join(Mentee, Mentee.id == Referral.mentee_id)
    for word in get("text", "")[:80].casefold().split()[:5]:
        hit = Mentee.search_name.contains(word, autoescape=True)
        select = select.where(sa.or_(hit, Referral.number.contains(word, autoescape=True)))
    if get("status") in {status.value for status in ReferralStatus}:
        select = select.where(Referral.status == ReferralStatus(get("status", "")))
    for name, column in (("program", Referral.program_id), ("region", Referral.social_region_id)):
        if key := key_of(get(name, "")):
            select = select.where(column == key)
    if after := key_of(get("after", "")):
        select = select.where(Referral.id < after)
    rows = list(db.scalars(select.order_by(Referral.id.desc()).limit(PAGE + 1)).unique())
    return render_template(
        "cases/list.html",
        rows=rows[:PAGE],
        later=rows[PAGE - 1].id if len(rows) > PAGE else None,
        programs=programs(),
        regions=social_regions(),
        remainders=[] if any(request.args.values()) else desk.remainders(current_user),
        **_remainder_words(),
    )


@pages.get("/<int:referral_id>")
@requires(Permission.SEE_CASES)
def show(referral_id: int) -> Any:
    """One case: where it is, what happened, who is in it, what can be done; or what is left of it."""
    try:
        referral = desk.referral_for(current_user, referral_id)
    except NotFound:
        left = desk.remainder_for(current_user, referral_id)
        return render_template("cases/remainder.html", left=left, **_remainder_words())
    return case_page(referral)


def case_page(
    referral: Referral, *, typed: str = "", upload_error: str = "", upload_kind: str = ""
) -> str:
    """The page of a case, with what was typed, and what is wrong with a paper that was to be added."""
    sides = desk.sides(current_user, referral)
    tasks = open_tasks(referral.id)
    entries = [e for e in timeline(referral.id) if _readable(e, sides, referral)]
    return render_template(
        "cases/show.html",
        referral=referral,
        sides=sides,
        tasks=tasks,
        stopped=open_incidents(referral.id),
        goes_on_at=None if tasks else next_moment(referral.id),
        mine=[t for t in tasks if desk.may_work_on(current_user, t)],
        entries=entries,
        messages=desk.conversation(current_user, referral),
        clean=reading.masking(current_user, referral),
        documents=desk.papers_of(current_user, referral),
        people=participants_of(referral.mentee_id),
        tandems=tandems_of(referral.id),
        proposal=open_proposal(referral.id) if Audience.PROVIDER in sides else None,
        actions=[
            *desk.possible_records(referral, current_user),
            *desk.possible_messages(referral, current_user),
        ],
        undo=desk.can_undo(referral, current_user),
        minutes=GRACE_MINUTES,
        sheets=_sheets(referral, sides),
        corrected=lambda entry: reading.corrected(current_user, referral, entry),
        forms=REGISTRY,
        typed=typed,
        upload_error=upload_error,
        upload_kind=upload_kind,
    )


@pages.get("/<int:referral_id>/received")
@requires(Permission.SEE_CASES)
def received(referral_id: int) -> Any:
    """What happens now, by whom, until when; the number and the PDF."""
    referral = desk.referral_for(current_user, referral_id)
    return render_template("cases/received.html", referral=referral, tasks=open_tasks(referral.id))


@pages.get("/<int:referral_id>/referral.pdf")
@requires(Permission.SEE_CASES)
def pdf(referral_id: int) -> Any:
    """The referral as it counts now, as an accessible PDF."""
    referral = desk.referral_for(current_user, referral_id)
    answers = desk.facts_for_form(referral)
    sheet = shown.sheet(current_user, referral, "referral", answers, referral.received_on)
    return papers.as_response(papers.referral_paper(referral, sheet), f"{referral.number}.pdf")


@pages.get("/<int:referral_id>/drawing.bpmn")
@requires(Permission.SEE_CASES)
def drawing(referral_id: int) -> Any:
    """The drawing of the phase where the case stands."""
    referral = desk.referral_for(current_user, referral_id)
    text = diagram_xml(referral.id, request.args.get("process", ""))
    return raw.drawing(text, "drawing.bpmn")


@pages.get("/<int:referral_id>/place.json")
@requires(Permission.SEE_CASES)
def place(referral_id: int) -> Any:
    """Which elements the case has passed, where it is, and what happened at each."""
    referral = desk.referral_for(current_user, referral_id)
    sides = desk.sides(current_user, referral)
    entries = [e for e in timeline(referral.id) if _readable(e, sides, referral)]
    found = place_of(referral.id, request.args.get("process", ""), entries)
    found["said"][""] = gettext("Hier ist noch nichts geschehen.")
    return jsonify(found)


@pages.post("/<int:referral_id>/messages")
@requires(Permission.SEE_CASES)
@keeps("text", "note", "task")
def say(referral_id: int) -> Any:
    """Write to the other side, or a note for one's own."""
    referral = desk.referral_for(current_user, referral_id)
    text = arrived("text").strip()[:4000]
    if not text:
        flash(gettext("Schreiben Sie zuerst einen Text."), "bad")
        return redirect(url_for("cases.show", referral_id=referral_id, _anchor="conversation"))
    try:
        refuse_numbers(text)
    except ValueError as error:
        flash(str(error), "bad")
        return case_page(referral, typed=text), 422
    audience = Audience.BOTH
    if request.form.get("note"):
        own = desk.sides(current_user, referral) - {Audience.BOTH}
        audience = next(iter(sorted(own)), Audience.BOTH)
    desk.say(referral, text, audience, by=current_user)
    if task := key_of(request.form.get("task", "")):  # written beside the work: back to it
        flash(gettext("Die Notiz steht beim Fall."))
        return redirect(url_for("tasks.show", task_id=task))
    return redirect(url_for("cases.show", referral_id=referral_id, _anchor="conversation"))


@pages.post("/<int:referral_id>/undo")
@requires(Permission.SEE_CASES)
def undo(referral_id: int) -> Any:
    """Take the last step back."""
    referral = desk.referral_for(current_user, referral_id)
    step = desk.take_back(referral, by=current_user)
    flash(gettext("«%(step)s» ist rückgängig gemacht.", step=step))
    return redirect(url_for("cases.show", referral_id=referral_id))


@pages.route("/<int:referral_id>/act/<form_key>", methods=["GET", "POST"])
@requires(Permission.SEE_CASES)
@keeps(lambda referral_id, form_key: REGISTRY.get(form_key, ()))
def act(referral_id: int, form_key: str) -> Any:
    """Withdraw, end a tandem early, revoke consent, reopen, record a change of status."""
    referral = desk.referral_for(current_user, referral_id)
    recording = form_key in desk.possible_records(referral, current_user)
    if not recording and form_key not in desk.possible_messages(referral, current_user):
        abort(404 if form_key not in REGISTRY else 409)
    form = REGISTRY[form_key](sent())
    form.prepare(referral)
    if request.method == "POST" and form.validate():
        if recording:
            desk.record(referral, form.filled, by=current_user)
        else:
            desk.send(referral, form.filled, by=current_user)
        flash(gettext("Festgehalten: %(title)s.", title=form.title))
        return redirect(url_for("cases.show", referral_id=referral_id))
    page = render_template("cases/act.html", referral=referral, form=form)
    return page, 422 if request.method == "POST" else 200


@pages.route("/<int:referral_id>/correct", methods=["GET", "POST"])
@requires(Permission.SEE_CASES)
@keeps(ReferralForm)
def correct(referral_id: int) -> Any:
    """The office corrects what it has sent; the old answers stay in the record."""
    referral = desk.referral_for(current_user, referral_id)
    if Audience.OFFICE not in desk.sides(current_user, referral):
        abort(403)
    before = desk.facts_for_form(referral)
    unread = reading.unreadable(current_user, referral, "referral", before)
    typed = sent(entries=True)
    seen = {name: one for name, one in before.items() if name not in unread}
    form = ReferralForm(typed) if typed is not None else ReferralForm(data=seen)
    form.offer(ahv=current_app.extensions["intake"].ahv, case=referral).keep_unread(unread)
    form.say_given(_given(referral))
    saving = request.method == "POST" and not {"add", "remove"} & request.form.keys()
    if saving and form.validate():
        changed = desk.correct(referral, form.filled, by=current_user)
        flash(gettext("Korrigiert.") if changed else gettext("Es hat sich nichts geändert."))
        return redirect(url_for("cases.show", referral_id=referral_id))
    return render_template("cases/act.html", referral=referral, form=form), 422 if saving else 200


@pages.route("/<int:referral_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.SEE_CASES)
@keeps("to")
def hand_over(referral_id: int) -> Any:
    """To a colleague, or to the office where the person moves."""
    referral = desk.referral_for(current_user, referral_id)
    if Audience.OFFICE not in desk.sides(current_user, referral) or referral.over:
        abort(403)
    offices = organisations(OrganisationKind.OFFICE, on=today(), areas=True)
    # Where the person lives first; the order by name stays within.
    offices.sort(key=lambda office: not office.works_in(referral.social_region_id))
    choices: list[tuple[Organisation, User]] = [
        (office, user) for office in offices for user in colleagues(office.id, OFFICE_ROLES)
    ]
    if request.method == "POST":
        chosen = arrived("to")
        found = next(((o, u) for o, u in choices if f"{o.id}.{u.id}" == chosen), None)
        if found is None:
            flash(gettext("Wählen Sie, wer den Fall übernimmt."), "bad")
            return redirect(url_for("cases.hand_over", referral_id=referral_id))
        office, to = found
        desk.hand_over(referral, to, office, by=current_user)
        flash(gettext("Übergeben an %(who)s.", who=to.name))
        return redirect(url_for("cases.index"))
    return render_template("cases/hand_over.html", referral=referral, choices=choices)


def _remainder_words() -> dict[str, Any]:
    """What a remainder says, in words: how it ended, what was decided and why, who has it now."""
    form = TriageForm()
    called = [dict(form.decision.choices), dict(form.decline_reason.choices)]
    statuses = {status.value: words for status, words in wording.STATUS.items()}
    return {
        "ended": lambda left: statuses.get(left.end, gettext("weitergeleitet")),
        "decided": lambda left: called[0].get(left.decision, ""),
        "reason": lambda left: called[1].get(left.reason, ""),
        "names": {o.id: o.name for o in organisations(OrganisationKind.PROVIDER)},
    }


def _given(referral: Referral) -> frozenset[str]:
    """What this person has written for others to read, in the registration as it counts now."""
    versions = [one for one in submissions_of(referral.id) if one.form_key == ReferralForm.form_key]
    return reading.given_by(current_user, versions)[versions[-1].id] if versions else frozenset()


def _readable(row: Any, sides: frozenset[Audience], referral: Referral) -> bool:
    """A provider does not read what was written while the case was another provider's."""
    if row.audience not in sides:
        return False
    if getattr(row, "event", "") == "corrected" and not reading.corrected(
        current_user, referral, row
    ):
        return False
    if Audience.OFFICE in sides or row.provider_id is None:
        return True
    return bool(row.provider_id == referral.provider_id)


def _sheets(referral: Referral, sides: frozenset[Audience]) -> list[Any]:
    """The answers as people read them, those of another provider left out, the latest first."""
    found = []
    everything = submissions_of(referral.id)
    given = reading.given_by(current_user, everything)
    for one in reversed(everything):
        theirs = one.provider_id == referral.provider_id or Audience.OFFICE in sides
        if one.form_key in REGISTRY and (theirs or one.form_key == "referral"):
            sheet = shown.sheet(
                current_user,
                referral,
                one.form_key,
                one.answers,
                one.at.date(),
                given=given[one.id],
            )
            found.append((one, sheet))
    return found
