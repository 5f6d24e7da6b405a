"""The inbox, and one short view that serves every step."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from jinja2 import TemplateNotFound
from werkzeug.datastructures import MultiDict

from intake import wording
from intake.answers import sheet
from intake.arriving import arrived, whole_form
from intake.forms import REGISTRY, StepForm
from intake.forms.entries import with_entries
from intake.keeping import keeps, sent
from intake.monitoring import STEPS
from intake.permissions import Permission, requires
from intake.reading import readable
from intake.whole import key_of, whole
from models.base import now, today
from models.deadlines import end_of
from models.drafts import draft_for_task
from models.people import REFERRAL_ROLES, colleagues
from models.places import social_regions
from models.programs import programs
from models.session import db
from models.submissions import undone_answers
from models.tasks import COUNTED_UP_TO, InboxFilter, Task, inbox, inbox_count
from workflows import desk
from workflows.errors import AlreadyDone, HeldBySomeone, NoPlaceLeft, StepFailed

pages = Blueprint("tasks", __name__, url_prefix="/tasks")
PAGE = 50


@pages.get("", endpoint="inbox")
@requires(Permission.WORK_ON_TASKS)
def inbox_page() -> Any:
    """One's own tasks and those of one's groups, the most overdue first."""
    chosen = _chosen()
    after, before = _key(request.args.get("after")), _key(request.args.get("before"))
    rows = inbox(current_user, chosen, after=after, before=before, limit=PAGE + 1)
    more = len(rows) > PAGE
    page = (rows[1:] if before else rows[:PAGE]) if more else rows
    return render_template(
        "tasks/inbox.html",
        rows=page,
        chosen=chosen,
        total=inbox_count(current_user, chosen),
        # Who looks for a name wants that name, not how much of the work is late.
        late=0 if chosen.words else inbox_count(current_user, chosen, due_before=now()),
        due_today=0
        if chosen.words
        else inbox_count(current_user, chosen, due_before=end_of(today())),
        counted_up_to=COUNTED_UP_TO,
        earlier=_token(page[0]) if page and (after or (before and more)) else "",
        later=_token(page[-1]) if page and (before or more) else "",
        parties=current_user.roles & REFERRAL_ROLES,
        programs=programs(),
        regions=social_regions(),
        steps=_steps(),
    )


def _form_of(task_id: int) -> Any:
    """The form of a step, whose names are no secret."""
    task = db.get(Task, task_id)
    return REGISTRY[task.form_key] if task else ()


@pages.route("/<int:task_id>", methods=["GET", "POST"])
@requires(Permission.WORK_ON_TASKS)
@keeps(_form_of)
def show(task_id: int) -> Any:
    """A step: its form, or what became of it."""
    task = desk.task_for(current_user, task_id)
    if request.method != "POST":
        if task.closed_at is not None:
            return render_template("tasks/closed.html", task=task)
        return _render(task, _fresh(task))
    form = StepForm.for_task(task, formdata=with_entries(request.form))
    if "add" in request.form or "remove" in request.form:
        return _render(task, form)
    if "later" in request.form and not form.missing(needed=True):
        desk.save_draft(task, _typed(task), by=current_user)
        flash(gettext("Gespeichert. Sie finden die Aufgabe in Ihrer Liste."))
        return redirect(url_for("tasks.inbox"))
    if not form.validate():
        return _render(task, form, 422)
    try:
        desk.submit(task, form.filled, by=current_user)
    except AlreadyDone:
        return _render(task, form, 409, too_late=True)
    except HeldBySomeone:
        return _render(task, form, 409, held=True)
    except StepFailed as failed:
        desk.save_draft(task, _typed(task), by=current_user)
        return _render(task, form, 500, failed=failed)
    except NoPlaceLeft:
        form.mentor_id.errors = [
            gettext("Dieser Platz wurde soeben vergeben. Wählen Sie jemand anderen.")
        ]
        return _render(task, form, 409)
    STEPS.labels(task.form_key).inc()
    flash(gettext("Erledigt: %(step)s.", step=wording.drawn(task.name)))
    return redirect(url_for("cases.show", referral_id=task.referral_id))


@pages.post("/<int:task_id>/draft")
@requires(Permission.WORK_ON_TASKS)
def draft(task_id: int) -> Any:
    """Keep what is being typed."""
    task = desk.task_for(current_user, task_id)
    whole_form(StepForm.for_task(task, formdata=request.form))
    try:
        saved = desk.save_draft(task, _typed(task), by=current_user)
    except AlreadyDone:
        abort(409)
    return jsonify(said=gettext("Gespeichert %(time)s", time=wording.moment(saved.saved_at)[-5:]))


@pages.post("/<int:task_id>/claim")
@requires(Permission.WORK_ON_TASKS)
def claim(task_id: int) -> Any:
    """Take a task."""
    task = desk.task_for(current_user, task_id)
    try:
        desk.claim(task, by=current_user)
    except HeldBySomeone:
        who = task.assignee.name if task.assignee else ""
        flash(gettext("%(who)s hat diese Aufgabe schon übernommen.", who=who))
        return redirect(url_for("tasks.inbox"))
    except AlreadyDone:
        flash(gettext("Diese Aufgabe ist schon erledigt."))
        return redirect(url_for("tasks.inbox"))
    return redirect(url_for("tasks.show", task_id=task_id))


@pages.post("/<int:task_id>/release")
@requires(Permission.WORK_ON_TASKS)
def release(task_id: int) -> Any:
    """Give a task back to its queue."""
    task = desk.task_for(current_user, task_id)
    desk.release(task, by=current_user)
    flash(gettext("Die Aufgabe ist wieder frei."))
    return redirect(url_for("tasks.inbox"))


@pages.post("/<int:task_id>/assign")
@requires(Permission.WORK_ON_TASKS)
def assign(task_id: int) -> Any:
    """Give a task to a colleague."""
    task = desk.task_for(current_user, task_id)
    chosen = arrived("to")
    to = next((u for u in _colleagues(task) if str(u.id) == chosen), None)
    if to is None:
        abort(400)
    desk.assign(task, to, by=current_user)
    flash(gettext("Zugeteilt an %(who)s.", who=to.name))
    return redirect(url_for("tasks.inbox"))


def _render(task: Task, form: StepForm, code: int = 200, **more: Any) -> Any:
    answers = desk.facts_for_form(task.referral)
    values = {
        "task": task,
        "referral_sheet": sheet(
            current_user, task.referral, "referral", answers, task.referral.received_on
        ),
        "form": form,
        "referral": task.referral,
        "colleagues": _colleagues(task),
        "office_answers": readable(current_user, task.referral, "referral", answers),
        **more,
    }
    try:
        return render_template(f"steps/{task.form_key}.html", **values), code
    except TemplateNotFound as missing:
        if missing.name != f"steps/{task.form_key}.html":
            raise
        return render_template("steps/default.html", **values), code


def _fresh(task: Task) -> StepForm:
    """The form with what was typed or taken back before, or with its first answers."""
    if (held := sent(entries=True)) is not None:
        return StepForm.for_task(task, formdata=held)
    saved = draft_for_task(task.id, current_user.id)
    if saved is None or saved.organisation_id != task.organisation_id:
        return StepForm.for_task(task, data=undone_answers(task.id))
    typed = [(name, value) for name, values in saved.answers.items() for value in values]
    return StepForm.for_task(task, formdata=MultiDict(typed))


def _typed(task: Task) -> dict[str, list[str]]:
    return REGISTRY[task.form_key].own(request.form.lists())


def _colleagues(task: Task) -> Any:
    return colleagues(task.organisation_id, frozenset({task.role}))


def _steps() -> list[tuple[str, str]]:
    """The steps one can filter by; named as the process calls them."""
    return [(key, str(words)) for key, words in wording.STEP.items() if key in REGISTRY]


def _chosen() -> InboxFilter:
    get = request.args.get

    return InboxFilter(
        whose=get("whose", "all") if get("whose") in ("mine", "free") else "all",
        form_key=get("step", "") if get("step") in REGISTRY else "",
        program_id=key_of(get("program", "")),
        social_region_id=key_of(get("region", "")),
        urgency=get("urgency", "") if get("urgency") in ("NORMAL", "ERHOEHT", "DRINGEND") else "",
        text=get("text", "")[:80],
        newest_first=get("order") == "last",
    )


def _token(task: Task) -> str:
    microseconds = int(task.due_at.timestamp() * 1_000_000)
    return urlsafe_b64encode(f"{microseconds}.{task.id}".encode()).decode()


def _key(token: str | None) -> tuple[datetime, int] | None:
    """(due_at, id) of a page's edge; a broken token shows the first page."""
    try:
        due, _, key = urlsafe_b64decode((token or "").encode()).decode().partition(".")
    except ValueError:
        return None
    microseconds, task_id = whole(due, most=2**53), key_of(key)
    if microseconds is None or not task_id:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds), task_id
