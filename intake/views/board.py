"""The drawing board: one file of a draft, drawn in the browser, kept as one draws."""

from typing import Any

from flask import Blueprint, abort, g, jsonify, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import known_words, raw
from intake.board_texts import TEXTS, findings, plain
from intake.findings import WORDS, told
from intake.forms import REGISTRY, vocabulary
from intake.forms.sample import sample
from intake.papers import as_response, drawing_paper
from intake.permissions import Permission, requires
from intake.pictures import BadPicture
from intake.sessions import background
from intake.tables import decided, inputs
from intake.whole import key_of
from intake.wording import DRAFT_STATE, moment
from models.base import now
from models.drawing_drafts import DraftState, DrawingDraft, others_at
from workflows import drawing_drafts
from workflows.diagrams.check import names_known
from workflows.diagrams.files import BadFile
from workflows.diagrams.findings import Finding
from workflows.diagrams.known import Known
from workflows.diagrams.shown import processes, tables, titles
from workflows.errors import ChangedMeanwhile, NotOpen

pages = Blueprint("board", __name__, url_prefix="/workbench/<int:draft_id>")


@pages.get("/board")
@requires(Permission.DRAW)
def show(draft_id: int) -> Any:
    """Draw one file; the first of the bundle if none is named."""
    draft = drawing_drafts.drawing_draft(draft_id)
    drawings, decisions = titles(draft.files), tables(draft.files)
    name = request.args.get("file") or (drawings[0][0] if drawings else "")
    if name not in draft.files:
        abort(404)
    template = "board/table.html" if name.endswith(".dmn") else "board/show.html"
    # dmn-js places its watermark by a style of its own.
    g.inline_styles = name.endswith(".dmn")
    return render_template(
        template,
        draft=draft,
        file=name,
        closed="" if draft.state is DraftState.EDITING else _closed(draft),
        files=[*drawings, *((file, table.name) for file, table in decisions)],
    )


@pages.get("/files/<name>")
@requires(Permission.DRAW)
def file(draft_id: int, name: str) -> Any:
    """One file as it was saved last."""
    draft = drawing_drafts.drawing_draft(draft_id)
    text = draft.files.get(name) or abort(404)
    return raw.drawing(text, name)


@pages.put("/files/<name>")
@requires(Permission.DRAW)
def keep(draft_id: int, name: str) -> Any:
    """Keep one file: 200 with the new revision, 409 if somebody was faster, 422 with a sentence."""
    draft = drawing_drafts.drawing_draft(draft_id)
    revision = key_of(request.args.get("revision", "")) or abort(400)
    try:
        kept = drawing_drafts.save(draft, {name: _body()}, revision=revision, by=current_user)
    except ChangedMeanwhile:
        return jsonify(sentence=_by_whom(draft)), 409
    except NotOpen:
        return jsonify(sentence=_closed(draft)), 409
    except BadFile as error:
        return jsonify(sentence=told_bad_file(error)), 422
    return jsonify(revision=kept, said=gettext("Gespeichert %(at)s", at=f"{moment(now())[-5:]}"))


@pages.post("/copies/<name>")
@requires(Permission.DRAW)
def copy(draft_id: int, name: str) -> Any:
    """Go on in a draft of one's own, with the file as it stands in the browser."""
    draft = drawing_drafts.drawing_draft(draft_id)
    try:
        own = drawing_drafts.copy(draft, by=current_user, files={name: _body()})
    except BadFile as error:
        return jsonify(sentence=told_bad_file(error)), 422
    return jsonify(url=url_for("board.show", draft_id=own.id, file=name))


@pages.post("/seen")
@requires(Permission.DRAW)
@background
def seen(draft_id: int) -> Any:
    """The browser says that somebody looks; it learns who else does, and of newer states."""
    draft = drawing_drafts.drawing_draft(draft_id)
    drawing_drafts.seen(draft, by=current_user)
    others = [user.name for user in others_at(draft.id, current_user.id)]
    words = gettext("Auch hier: %(names)s", names=", ".join(others)) if others else ""
    return jsonify(others=words, revision=draft.revision, sentence=_by_whom(draft))


@pages.get("/known.json")
@requires(Permission.DRAW)
def known(draft_id: int) -> Any:
    """What the panel offers, and its words."""
    draft = drawing_drafts.drawing_draft(draft_id)

    def linked(code: str, words: str, name: str) -> dict[str, str]:
        return {"code": code, "words": words, "url": url_for(".show", draft_id=draft.id, file=name)}

    return jsonify(
        **known_words.all_of_it(),
        tables=[linked(table.id, table.name, name) for name, table in tables(draft.files)],
        processes=[linked(*process) for process in processes(draft.files)],
        findings=findings(),
        texts=plain(TEXTS),
    )


@pages.get("/names.json")
@requires(Permission.DRAW)
def names(draft_id: int) -> Any:
    """The answers that can be read at an element, with their choices."""
    draft, forms = drawing_drafts.drawing_draft(draft_id), vocabulary()
    found = Known(draft.bundle, forms).at(
        request.args.get("process", ""), request.args.get("element", "")
    )
    return jsonify(names=known_words.names(found, dict(names_known(draft.bundle, forms))))


@pages.get("/findings.json")
@requires(Permission.DRAW)
def findings_now(draft_id: int) -> Any:
    """What the check finds in the draft as it was saved last."""
    draft = drawing_drafts.drawing_draft(draft_id)
    found = drawing_drafts.all_findings(draft, vocabulary())
    return jsonify([{**told(one), "url": _place(draft, one)} for one in found])


def _place(draft: DrawingDraft, finding: Finding) -> str:
    """Where a finding is mended: its example, or its element on the board."""
    if finding.file in draft.examples:
        return url_for("examples.show", draft_id=draft.id, example=finding.file)
    if finding.file in draft.files:
        element = finding.element or None
        return url_for(".show", draft_id=draft.id, file=finding.file, element=element)
    return ""


@pages.get("/bench/<name>")
@requires(Permission.DRAW)
def bench(draft_id: int, name: str) -> Any:
    """The inputs of the tables in a file, with the values they can have."""
    draft = drawing_drafts.drawing_draft(draft_id)
    known = names_known(draft.bundle, vocabulary())
    found = tables({name: draft.files.get(name) or abort(404)})
    return jsonify([{"decision": t.id, "inputs": inputs(t, known)} for _name, t in found])


@pages.get("/decide/<decision>")
@requires(Permission.DRAW)
def decide(draft_id: int, decision: str) -> Any:
    """Which rules of a table fire for the given values, and what it answers."""
    draft = drawing_drafts.drawing_draft(draft_id)
    table = next((t for _n, t in tables(draft.files) if t.id == decision), None) or abort(404)
    typed = [request.args.get(f"v{place}", "") for place in range(len(table.inputs))]
    return jsonify(decided(table, typed))


@pages.get("/forms/<form_key>")
@requires(Permission.DRAW)
def form(draft_id: int, form_key: str) -> Any:
    """A form as people will see it, with invented choices where they come from a case."""
    if form_key not in REGISTRY:
        abort(404)
    made = sample(form_key, request.args.get("variant", ""))
    return render_template("board/form.html", form=made, title=known_words.form_title(form_key))


@pages.post("/pdf")
@requires(Permission.DRAW)
def pdf(draft_id: int) -> Any:
    """A picture of a drawing as a PDF; 422 with a sentence for what does not become one."""
    draft = drawing_drafts.drawing_draft(draft_id)
    try:
        paper = drawing_paper(draft.note or draft.process_id, request.get_data())
    except BadPicture as error:
        return jsonify(sentence=str(error)), 422
    return as_response(paper, "drawing.pdf")


def _body() -> str:
    try:
        return request.get_data().decode()
    except UnicodeDecodeError:
        abort(400)


def told_bad_file(error: BadFile) -> str:
    """Why a file cannot be kept, in the reader's language."""
    return gettext("Nicht gespeichert: %(why)s", why=str(WORDS[error.code][0]))


def _closed(draft: DrawingDraft) -> str:
    return gettext(
        "Dieser Entwurf lässt sich nicht mehr ändern: %(state)s. Was Sie hier zeichnen, wird nicht "
        "gespeichert, bis Sie es als eigenen Entwurf weiterführen.",
        state=str(DRAFT_STATE[draft.state]),
    )


def _by_whom(draft: DrawingDraft) -> str:
    return gettext(
        "%(who)s hat diesen Entwurf am %(when)s gespeichert. Ihr Stand steht noch hier und ist nicht "
        "überschrieben.",
        who=draft.changed_by.name,
        when=moment(draft.changed_at),
    )
