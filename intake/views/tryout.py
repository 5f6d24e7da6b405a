"""Try a draft with a made-up case: real forms, a clock that turns to the next deadline, any role."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import known_words
from intake.arriving import arrived
from intake.examples import sentence
from intake.findings import told
from intake.forms import vocabulary
from intake.forms.base import StepForm
from intake.forms.entries import with_entries
from intake.forms.sample import answered, sample
from intake.permissions import Permission, requires
from intake.whole import whole
from models.drawing_drafts import DrawingDraft
from workflows.actions import ACTIONS
from workflows.diagrams.shown import titles
from workflows.drawing_drafts import drawing_draft, findings_of
from workflows.engine.case import OpenStep
from workflows.errors import UnreadableDrawing
from workflows.facts import FACTS
from workflows.messages import MESSAGES
from workflows.tryout import Trial

pages = Blueprint("tryout", __name__, url_prefix="/workbench/<int:draft_id>/try")
_FORM_OF = {name: form for form, (name, _roles) in MESSAGES.items()}


@pages.get("")
@requires(Permission.DRAW)
def show(draft_id: int) -> Any:
    """Where the made-up case is; the form of a step, if one is chosen."""
    draft = drawing_draft(draft_id)
    trial, refused = _trial(draft)
    if trial is None:
        return render_template("tryout/refused.html", draft=draft, findings=refused)
    form, what = _chosen(trial)
    return _page(draft, trial, form=form, what=what)


@pages.post("")
@requires(Permission.DRAW)
def do(draft_id: int) -> Any:
    """Answer a step or send a message, with the form as people will see it."""
    draft, trial = _ready(draft_id)
    form, what = _chosen(trial, with_entries(request.form))
    if form is None:
        flash(gettext("Dieser Schritt wartet nicht mehr."))
        return _back(draft)
    if "add" in request.form or "remove" in request.form:
        return _page(draft, trial, form=form, what=what)
    if not form.validate():
        return _page(draft, trial, form=form, what=what), 422
    answers = {key: value for key, value in form.routing.items() if value is not None}
    if "step" in what:
        plain = {key.partition(".")[2]: value for key, value in answers.items()}
        return _done(draft, trial, {"step": what["step"].element, "answers": plain})
    return _done(draft, trial, {"message": what["message"], "answers": answers})


@pages.post("/timer")
@requires(Permission.DRAW)
def turn(draft_id: int) -> Any:
    """Turn the clock until a deadline runs out."""
    draft, trial = _ready(draft_id)
    return _done(draft, trial, {"timer": arrived("timer")})


@pages.post("/undo")
@requires(Permission.DRAW)
def undo(draft_id: int) -> Any:
    """Take the last step of the made-up case back."""
    draft, trial = _ready(draft_id)
    trial.undo()
    return _back(draft)


@pages.post("/begin")
@requires(Permission.DRAW)
def begin(draft_id: int) -> Any:
    """Begin a made-up case anew, with other facts."""
    draft, trial = _ready(draft_id)
    trial.begin(_picked(FACTS))
    return _back(draft)


@pages.post("/tell")
@requires(Permission.DRAW)
def tell(draft_id: int) -> Any:
    """Say what automatic steps answer from here on."""
    draft, trial = _ready(draft_id)
    trial.tell(_picked(answers_of_actions()))
    return _back(draft)


@pages.post("/keep")
@requires(Permission.DRAW)
def keep(draft_id: int) -> Any:
    """Keep what was played as an example case of the draft."""
    draft, trial = _ready(draft_id)
    name = arrived("name").strip()[:120]
    if not name or not trial.example["steps"]:
        flash(
            gettext("Geben Sie dem Beispiel einen Namen, und spielen Sie mindestens einen Schritt.")
        )
        return _back(draft)
    trial.as_example(name)
    flash(gettext("«%(name)s» ist ein Beispiel dieses Entwurfs.", name=name))
    return redirect(url_for("examples.index", draft_id=draft.id))


@pages.get("/place.json")
@requires(Permission.DRAW)
def place(draft_id: int) -> Any:
    """Where the made-up case is, for the drawing."""
    trial = _trial(drawing_draft(draft_id))[0]
    standing = trial.standing if trial else None
    now = [step.element for step in standing.steps] if standing else []
    return {"now": now, "passed": trial.passed if trial else [], "said": {"": ""}}


def answers_of_actions() -> dict[str, tuple[Any, ...] | None]:
    """What automatic steps can answer, by name."""
    return {key: values for filed in ACTIONS.values() for key, values in filed.routes.items()}


def _ready(draft_id: int) -> tuple[DrawingDraft, Trial]:
    """A draft with its made-up case; 409 if it cannot be played now."""
    draft = drawing_draft(draft_id)
    return draft, _trial(draft)[0] or abort(409)


def _back(draft: DrawingDraft) -> Any:
    return redirect(url_for(".show", draft_id=draft.id))


def _trial(draft: DrawingDraft) -> tuple[Trial | None, list[dict[str, Any]]]:
    """The made-up case; or what stands against playing the draft at all."""
    forms = vocabulary()
    findings = [f for f in findings_of(draft, forms) if f.forbids]
    if findings:
        return None, [told(finding) for finding in findings]
    try:
        return Trial(draft, forms, current_user), []
    except UnreadableDrawing:
        abort(409)


def _chosen(trial: Trial, typed: Any = None) -> tuple[Any, dict[str, Any]]:
    """The form of the step or message that the address names, if the case waits for it."""
    standing = trial.standing
    element, message = request.args.get("step"), request.args.get("message")
    if standing is None:
        return None, {}

    def form(key: str, variant: str = "") -> StepForm:
        return sample(key, variant, formdata=typed) if typed is not None else answered(key, variant)

    if message in standing.hears and message in _FORM_OF:
        return form(_FORM_OF[message]), {"message": message}
    step = next((one for one in standing.steps if one.element == element), None)
    if step is None:
        return None, {}
    return form(step.properties["form"], step.properties.get("variant", "")), {"step": step}


def _done(draft: DrawingDraft, trial: Trial, step: dict[str, Any]) -> Any:
    failure = trial.do(step)
    if failure is not None:
        flash(gettext("Das geht hier nicht. %(why)s", why=sentence(failure)))
    return _back(draft)


def _picked(offered: Any) -> dict[str, Any]:
    """The values that were chosen, as they are offered: by their place in the list."""
    found = {}
    for key, values in offered.items():
        place = whole(arrived(key), most=len(values) - 1) if values else None
        if values and place is not None:
            found[key] = values[place]
    return found


def _page(draft: DrawingDraft, trial: Trial, **more: Any) -> str:
    role = request.args.get("role", "")
    steps: list[OpenStep] = trial.standing.steps if trial.standing else []
    return render_template(
        "tryout/show.html",
        draft=draft,
        trial=trial,
        steps=[step for step in steps if role in ("", step.lane)],
        role=role,
        roles=sorted({step.lane for step in steps}),
        words=known_words,
        facts={key: values for key, values in FACTS.items() if values},
        gives={key: values for key, values in answers_of_actions().items() if values},
        drawings=titles(draft.files),
        failed=sentence(trial.failure) if trial.failure else "",
        **more,
    )
