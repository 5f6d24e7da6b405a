"""The published drawings, to look at: what is drawn is what runs."""

import functools
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, render_template, request
from flask_login import current_user

from intake import raw
from intake.differences import by_place
from intake.permissions import Permission, may, requires
from intake.whole import key_of
from models.load import Load, load_of
from models.processes import Diagram, diagram_of, running_on
from models.session import db
from workflows.diagrams.differences import Change, differences
from workflows.diagrams.published import files_of
from workflows.diagrams.shown import names, tables, titles

pages = Blueprint("processes", __name__, url_prefix="/processes")


@pages.get("")
@requires(Permission.SEE_PROCESSES)
def index() -> Any:
    """Every published version, the one in force first."""
    rows = list(db.scalars(sa.select(Diagram).order_by(Diagram.id.desc())))
    return render_template("processes/index.html", rows=rows, running=running_on())


@pages.get("/<int:diagram_id>")
@requires(Permission.SEE_PROCESSES)
def show(diagram_id: int) -> Any:
    """The drawings of one version, and how they differ from another."""
    diagram, against = _version(diagram_id), _against(diagram_id)
    files = files_of(diagram_id)
    others = db.scalars(
        sa.select(Diagram)
        .where(Diagram.process_id == diagram.process_id, Diagram.id != diagram.id)
        .order_by(Diagram.version.desc())
    )
    return render_template(
        "processes/show.html",
        diagram=diagram,
        drawings=titles(files),
        tables=tables(files),
        named=names(files),
        others=list(others),
        against=against,
        changes=by_place(_changes(against, diagram)) if against else {},
        load=_load(diagram),
    )


@pages.get("/<int:diagram_id>/<name>/marks.json")
@requires(Permission.SEE_PROCESSES)
def marks(diagram_id: int, name: str) -> Any:
    """What a drawing shows of itself: its changed elements, and how many cases wait where."""
    diagram, against = _version(diagram_id), _against(diagram_id)
    drawn = names({name: files_of(diagram_id).get(name) or abort(404)})
    changes = _changes(against, diagram) if against else []
    return jsonify(
        now=[],
        passed=[],
        changed=sorted({change.element for change in changes if change.inside in drawn}),
        counts={each.element: each.waiting for each in _load(diagram)},
        said={"": ""},
    )


@pages.get("/<int:diagram_id>/<name>")
@requires(Permission.SEE_PROCESSES)
def file(diagram_id: int, name: str) -> Any:
    """One file of a version."""
    _version(diagram_id)
    text = files_of(diagram_id).get(name)
    if text is None:
        abort(404)
    return raw.drawing(text, name)


def _version(diagram_id: int) -> Diagram:
    return db.get(Diagram, diagram_id) or abort(404)


def _against(diagram_id: int) -> Diagram | None:
    """The version that the reader compares with: the one before, if none is chosen."""
    diagram = _version(diagram_id)
    chosen = key_of(request.args.get("against", "")) or None
    if chosen is None:
        return diagram_of(diagram.process_id, diagram.version - 1)
    other = _version(chosen)
    return other if other.process_id == diagram.process_id else abort(404)


def _changes(before: Diagram, after: Diagram) -> list[Change]:
    return _told_apart(before.id, before.checksum, after.id, after.checksum)


@functools.lru_cache(16)
def _told_apart(old_id: int, _old: str, new_id: int, _new: str) -> list[Change]:
    """The difference of two versions, computed once in a process: neither changes any more."""
    old, new = (
        {name: text.encode() for name, text in files_of(key).items()} for key in (old_id, new_id)
    )
    return differences(old, new)[0]


def _load(diagram: Diagram) -> list[Load]:
    """Figures over all organisations, for those who answer for the process."""
    return load_of(diagram.id) if may(current_user, Permission.SEE_LOAD) else []
