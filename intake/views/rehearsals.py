"""Rehearse a draft: what would become of every running and every ended case."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake.findings import told
from intake.forms import vocabulary
from intake.permissions import Permission, requires
from intake.rehearsed import why
from intake.sessions import background
from models.drawing_drafts import DrawingDraft
from models.rehearsals import Rehearsal, last_rehearsal, rehearsed_cases
from workflows import rehearsals
from workflows.diagrams.shown import titles
from workflows.drawing_drafts import drawing_draft
from workflows.errors import RefusedDrawing

pages = Blueprint("rehearsals", __name__, url_prefix="/workbench/<int:draft_id>/rehearsal")
MOST = 200


@pages.get("")
@requires(Permission.DRAW)
def show(draft_id: int) -> Any:
    """The latest rehearsal: how far it is, the counts, the cases of one result."""
    draft = drawing_draft(draft_id)
    return _page(draft, last_rehearsal(draft.id))


@pages.post("")
@requires(Permission.DRAW)
def begin(draft_id: int) -> Any:
    """Begin a rehearsal; it goes on when one leaves the page."""
    draft = drawing_draft(draft_id)
    last = last_rehearsal(draft.id)
    if last is not None and last.ended_at is None:
        flash(gettext("Ein Probelauf ist schon im Gang."))
        return redirect(url_for(".show", draft_id=draft.id))
    try:
        rehearsals.begin(draft, vocabulary(), by=current_user)
    except RefusedDrawing as refused:
        return _page(draft, last, refused=[told(f) for f in refused.findings]), 422
    return redirect(url_for(".show", draft_id=draft.id))


@pages.get("/progress.json")
@requires(Permission.DRAW)
@background
def progress(draft_id: int) -> Any:
    """How far the latest rehearsal is."""
    last = last_rehearsal(drawing_draft(draft_id).id)
    if last is None:
        return jsonify(done=0, total=0, ended=True)
    return jsonify(done=last.done, total=last.total, ended=last.ended_at is not None)


@pages.get("/marks.json")
@requires(Permission.DRAW)
def marks(draft_id: int) -> Any:
    """At which elements cases would fare in another way, and how many."""
    last = last_rehearsal(drawing_draft(draft_id).id)
    elements = last.elements if last else {}
    return jsonify(now=[], passed=[], changed=sorted(elements), counts=elements, said={"": ""})


def _page(draft: DrawingDraft, last: Rehearsal | None, **more: Any) -> str:
    results = (*rehearsals.RUNNING, *rehearsals.ENDED)
    wanted = request.args.get("result", "")
    chosen = (
        wanted
        if wanted in results
        else next(
            (
                one
                for one in ("blocked", "changes", "unanswered", "other")
                if last and last.counts.get(one)
            ),
            "",
        )
    )
    rows = rehearsed_cases(last.id, chosen, MOST) if last and chosen else []
    return render_template(
        "rehearsals/show.html",
        draft=draft,
        last=last,
        running=rehearsals.RUNNING,
        ended=rehearsals.ENDED,
        chosen=chosen,
        rows=[(row, why(row.told)) for row in rows],
        most=MOST,
        drawings=[
            (name, title)
            for name, title in titles(draft.files)
            if last and any(f'id="{element}"' in draft.files[name] for element in last.elements)
        ],
        **more,
    )
