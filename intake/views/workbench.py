"""The workbench: drafts of drawings, begun from a version or from files; what the check says of one."""

import io
import zipfile
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import known_words, raw
from intake.arriving import arrived
from intake.ech import CONVENTIONS
from intake.findings import told
from intake.forms import vocabulary
from intake.keeping import keeps
from intake.permissions import Permission, requires
from intake.whole import key_of
from models.drawing_drafts import DraftState, drawing_drafts
from models.journal import workbench_entries
from models.processes import Diagram, latest_diagram, versions
from models.session import db
from workflows import drawing_drafts as drafts
from workflows.diagrams.ech import MODES, conventions
from workflows.diagrams.published import REFERRAL
from workflows.diagrams.uses import uses
from workflows.imports import bring_in

pages = Blueprint("workbench", __name__, url_prefix="/workbench")


@pages.get("")
@requires(Permission.DRAW)
def index() -> Any:
    """Every draft, every version, and what was done here last."""
    return _index()


def _index(upload_error: str = "") -> str:
    return render_template(
        "workbench/index.html",
        drafts=drawing_drafts(DraftState.EDITING, DraftState.IN_REVIEW),
        gone=drawing_drafts(DraftState.DISCARDED)[:5],
        versions=versions(REFERRAL),
        in_force=latest_diagram(REFERRAL),
        entries=workbench_entries(20),
        upload_error=upload_error,
    )


@pages.post("/begin")
@requires(Permission.DRAW)
@keeps("note")
def begin() -> Any:
    """A draft of a version; of the one in force if none is named."""
    diagram_id = key_of(request.form.get("diagram", ""))
    diagram = db.get(Diagram, diagram_id) if diagram_id else latest_diagram(REFERRAL)
    draft = drafts.begin(diagram or abort(404), by=current_user, note=_note())
    return redirect(url_for("board.show", draft_id=draft.id))


@pages.post("/import")
@requires(Permission.DRAW)
def bring() -> Any:
    """A draft from files of any modeller, with a report of what was changed and what is to be decided."""
    files = {file.filename or "": file.read() for file in request.files.getlist("files")}
    files.pop("", None)
    if not files:
        return _index(gettext("Wählen Sie mindestens eine Datei.")), 422
    brought = bring_in(files, vocabulary())
    if not brought.files:
        page = render_template("workbench/report.html", draft=None, brought=brought, told=told)
        return page, 422
    draft = drafts.from_files(brought.files, brought.process_id, by=current_user)
    return render_template("workbench/report.html", draft=draft, brought=brought, told=told)


@pages.get("/<int:draft_id>/check")
@requires(Permission.DRAW)
def checked(draft_id: int) -> Any:
    """All findings of all files, eCH-0158's conventions, and where each answer is used."""
    draft = drafts.drawing_draft(draft_id)
    mode = request.args.get("mode", MODES[0])
    return render_template(
        "workbench/checked.html",
        draft=draft,
        findings=[told(one) for one in drafts.all_findings(draft, vocabulary())],
        conventions=conventions(draft.bundle, mode if mode in MODES else abort(404)),
        mode=mode,
        uses=uses(draft.bundle, vocabulary()),
        words=known_words,
        asked=CONVENTIONS,
    )


@pages.post("/<int:draft_id>/note")
@requires(Permission.DRAW)
@keeps("note")
def describe(draft_id: int) -> Any:
    """Say in a few words what a draft changes."""
    draft = drafts.drawing_draft(draft_id)
    drafts.describe(draft, _note(), by=current_user)
    flash(gettext("Gespeichert."))
    return redirect(url_for("board.show", draft_id=draft.id))


@pages.post("/<int:draft_id>/discard")
@requires(Permission.DRAW)
def discard(draft_id: int) -> Any:
    """Throw a draft away; it can be taken back."""
    drafts.discard(drafts.drawing_draft(draft_id), by=current_user)
    flash(gettext("Der Entwurf ist weggelegt. Unten können Sie ihn zurückholen."))
    return redirect(url_for(".index"))


@pages.post("/<int:draft_id>/back")
@requires(Permission.DRAW)
def take_back(draft_id: int) -> Any:
    """Go on with a draft that was thrown away or handed in."""
    draft = drafts.take_back(draft_id, by=current_user)
    return redirect(url_for("board.show", draft_id=draft.id))


@pages.get("/<int:draft_id>/files.zip")
@requires(Permission.DRAW)
def export(draft_id: int) -> Any:
    """All files of a draft, with its example cases, as other modellers and the shell read them."""
    draft = drafts.drawing_draft(draft_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in draft.files.items():
            archive.writestr(name, text)
        for name, example in draft.examples.items():
            archive.writestr(f"examples/{name}", drafts.as_file(example))
    headers = {"Content-Disposition": f'attachment; filename="draft-{draft.id}.zip"'}
    return raw.sealed(Response(packed.getvalue(), mimetype="application/zip", headers=headers))


def _note() -> str:
    return arrived("note").strip()[:300]
