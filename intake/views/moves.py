"""Move running cases to a version, in the background, and back; with a protocol."""

from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake.arriving import arrived
from intake.differences import hindrance, remedy
from intake.keeping import keeps
from intake.permissions import Permission, requires
from intake.sessions import background
from models.processes import Diagram
from models.rehearsals import Move, moves_to
from models.session import db
from workflows import moves
from workflows.desk.rebinding import cases_to_move, cases_to_return
from workflows.engine.rebind import Blocker
from workflows.errors import NotFound

pages = Blueprint("moves", __name__, url_prefix="/processes/<int:diagram_id>/moves")


@pages.get("")
@requires(Permission.DRAW)
def index(diagram_id: int) -> Any:
    """What can be moved to this version and back, and what was."""
    diagram = _version(diagram_id)
    return render_template(
        "moves/index.html",
        diagram=diagram,
        there=cases_to_move(diagram),
        back=cases_to_return(diagram),
        orders=[(move, _blocked(move)) for move in moves_to(diagram.id)],
    )


@pages.post("")
@requires(Permission.DRAW)
@keeps("numbers")
def begin(diagram_id: int) -> Any:
    """Order a move: of all cases, or of those that are named."""
    diagram = _version(diagram_id)
    if any(move.ended_at is None for move in moves_to(diagram.id)):
        flash(gettext("Es wird schon umgestellt. Warten Sie, bis es fertig ist."))
        return redirect(url_for(".index", diagram_id=diagram.id))
    back = "back" in request.form
    wanted = [] if back else arrived("numbers").replace(",", " ").split()
    try:
        moves.begin(diagram, by=current_user, wanted=wanted, back=back)
    except NotFound as error:
        flash(
            gettext("«%(number)s» lässt sich nicht umstellen; nichts wurde begonnen.", number=error)
        )
    return redirect(url_for(".index", diagram_id=diagram.id))


@pages.get("/progress.json")
@requires(Permission.DRAW)
@background
def progress(diagram_id: int) -> Any:
    """How far the latest move to this version is."""
    orders = moves_to(_version(diagram_id).id)
    if not orders:
        return jsonify(done=0, total=0, ended=True)
    last = orders[0]
    done = last.moved + len(last.blocked)
    return jsonify(done=done, total=last.total, ended=last.ended_at is not None)


def _version(diagram_id: int) -> Diagram:
    return db.get(Diagram, diagram_id) or abort(404)


def _blocked(move: Move) -> list[tuple[str, str]]:
    """(number, why and what would help) of each case that did not move."""
    found = []
    for number, reasons in move.blocked.items():
        blockers = [Blocker(**reason) for reason in reasons]
        words = [part for one in blockers for part in (hindrance(one), remedy(one))]
        found.append((number, " ".join(words)))
    return found
