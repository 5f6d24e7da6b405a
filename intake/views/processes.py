"""The published drawings, to look at: what is drawn is what runs."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, jsonify, render_template

from intake.permissions import Permission, requires
from models.processes import Diagram, Run
from models.session import db
from workflows.diagrams.published import files_of
from workflows.diagrams.shown import tables, titles

pages = Blueprint("processes", __name__, url_prefix="/processes")


@pages.get("")
@requires(Permission.SEE_PROCESSES)
def index() -> Any:
    """Every published version, the one in force first."""
    running = dict(
        db.execute(
            sa.select(Run.diagram_id, sa.func.count())
            .where(Run.ended_at.is_(None))
            .group_by(Run.diagram_id)
        ).all()
    )
    rows = list(db.scalars(sa.select(Diagram).order_by(Diagram.id.desc())))
    return render_template("processes/index.html", rows=rows, running=running)


@pages.get("/<int:diagram_id>")
@requires(Permission.SEE_PROCESSES)
def show(diagram_id: int) -> Any:
    """The drawings of one version."""
    diagram = db.get(Diagram, diagram_id)
    if diagram is None:
        abort(404)
    files = files_of(diagram_id)
    return render_template(
        "processes/show.html", diagram=diagram, drawings=titles(files), tables=tables(files)
    )


@pages.get("/<int:diagram_id>/<name>")
@requires(Permission.SEE_PROCESSES)
def file(diagram_id: int, name: str) -> Any:
    """One file of a version."""
    if db.get(Diagram, diagram_id) is None:
        abort(404)
    text = files_of(diagram_id).get(name)
    if text is None:
        abort(404)
    return current_app.response_class(text, mimetype="application/xml")


@pages.get("/nowhere.json")
@requires(Permission.SEE_PROCESSES)
def nowhere() -> Any:
    """A drawing that is looked at without a case has no place in it."""
    return jsonify(now=[], passed=[], said={"": ""})
