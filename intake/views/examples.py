"""Example cases of a draft: what must still be true after every change; played on every check."""

import json
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake.arriving import arrived
from intake.examples import sentence
from intake.findings import told
from intake.forms import routing_of, vocabulary
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from models.drawing_drafts import DrawingDraft
from models.processes import Run
from models.referrals import Referral
from models.session import db
from workflows import bounds
from workflows import drawing_drafts as drafts
from workflows.diagrams.examples import BadExample, Example
from workflows.diagrams.played import play_all
from workflows.diagrams.published import specs_of
from workflows.stories import anonymous, story_of
from workflows.tryout import free_name

pages = Blueprint("examples", __name__, url_prefix="/workbench/<int:draft_id>/examples")


@pages.get("")
@requires(Permission.DRAW)
def index(draft_id: int) -> Any:
    """Every example with what becomes of it on the draft as it is now."""
    draft, forms = drafts.drawing_draft(draft_id), vocabulary()
    refused = [told(f) for f in drafts.findings_of(draft, forms) if f.forbids]
    read = {name: Example.of(one) for name, one in draft.examples.items()}
    played = None if refused else play_all(read, draft.bundle, draft.process_id, forms)
    rows = [
        (name, one["name"], sentence(f) if played and (f := played.failures[name]) else "")
        for name, one in sorted(draft.examples.items())
    ]
    return render_template(
        "examples/index.html", draft=draft, rows=rows, played=played, refused=refused
    )


@pages.route("/<example>", methods=["GET", "POST"])
@requires(Permission.DRAW)
@keeps("text")
def show(draft_id: int, example: str) -> Any:
    """One example as it is written; change it."""
    draft = drafts.drawing_draft(draft_id)
    if example not in draft.examples:
        abort(404)
    if request.method != "POST":
        typed = sent()
        text = typed.get("text") if typed else drafts.as_file(draft.examples[example])
        return _editor(draft, example, text or "")
    text = arrived("text")
    try:
        drafts.keep_example(draft, example, _read(text), by=current_user)
    except BadExample as error:
        return _editor(draft, example, text, str(error)), 422
    flash(gettext("Gespeichert."))
    return redirect(url_for(".index", draft_id=draft.id))


@pages.post("/<example>/forget")
@requires(Permission.DRAW)
def forget(draft_id: int, example: str) -> Any:
    """Take an example out of the draft."""
    draft = drafts.drawing_draft(draft_id)
    drafts.forget_example(draft, example, by=current_user)
    flash(gettext("Das Beispiel ist weg."))
    return redirect(url_for(".index", draft_id=draft.id))


@pages.post("/from-case")
@requires(Permission.DRAW)
def from_case(draft_id: int) -> Any:
    """What a real case went through, without names, as an example."""
    draft, forms = drafts.drawing_draft(draft_id), vocabulary()
    number = arrived("number").strip()
    found = db.execute(
        sa.select(Referral, Run.diagram_id)
        .join(Run, Run.referral_id == Referral.id)
        .where(Referral.number == number)
    ).first()
    if found is None:
        flash(gettext("Einen Fall «%(number)s» gibt es nicht.", number=number))
        return redirect(url_for(".index", draft_id=draft.id))
    specs = specs_of(found.diagram_id)
    story = story_of(found[0], specs, forms, routing_of)
    try:
        if story.failure is not None or not story.example["steps"]:
            raise LookupError
        made = anonymous(story, specs, forms)
    except LookupError:
        flash(gettext("Dieser Fall lässt sich nicht nachspielen."))
        return redirect(url_for(".index", draft_id=draft.id))
    name = gettext("Wie ein wirklicher Fall mit %(n)s Schritten", n=len(made["steps"]))
    file = free_name(draft, "real_case")
    drafts.keep_example(draft, file, {**made, "name": name}, by=current_user)
    flash(gettext("Ein Beispiel ohne Namen ist gemacht. Geben Sie ihm einen Titel."))
    return redirect(url_for(".show", draft_id=draft.id, example=file))


def _read(text: str) -> Any:
    if len(text) > bounds.EXAMPLE:
        most = bounds.EXAMPLE // 1000
        raise BadExample(gettext("Ein Beispiel hat höchstens %(n)s kB. Kürzen Sie es.", n=most))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadExample(gettext("Das ist kein JSON.")) from None


def _editor(draft: DrawingDraft, name: str, text: str, error: str = "") -> str:
    return render_template("examples/show.html", draft=draft, name=name, text=text, error=error)
