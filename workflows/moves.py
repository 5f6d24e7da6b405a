"""Running cases moved to a version, or back, in the background: each in its own transaction."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from models import jobs, journal
from models.base import now
from models.people import User
from models.processes import Diagram
from models.rebindings import Rebinding
from models.referrals import Referral
from models.rehearsals import Move
from models.session import db, transaction
from workflows.desk.rebinding import Part, cases_to_move, cases_to_return, go_back, rebind
from workflows.engine.rebind import Blocker
from workflows.errors import Collision, NotFound, NothingToUndo

MOVE = "move"
BLOCK = 25


def begin(diagram: Diagram, *, by: User, wanted: Iterable[str] = (), back: bool = False) -> Move:
    """Order cases to be moved to a version, or back from it; the worker does it.

    Args:
        wanted: the numbers of the cases; all that can be moved if left out.

    Raises:
        NotFound: one of the numbers is no case that could be moved.
    """
    cases = cases_to_return(diagram) if back else cases_to_move(diagram)
    numbers = sorted(set(wanted))
    for number in numbers:
        if number not in cases:
            raise NotFound(number)
    with transaction():
        move = Move(
            diagram_id=diagram.id,
            back=back,
            wanted={"numbers": numbers} if numbers else None,
            by_id=by.id,
            begun_at=now(),
            total=len(numbers or cases),
            blocked={},
        )
        db.add(move)
        db.flush()
        jobs.put(MOVE, move=move.id)
        journal.write("move_begun", by=by, process=diagram.process_id, version=diagram.version)
    return move


def move_more(move_id: int) -> bool:
    """Move the next cases; False when all had their turn."""
    move = db.get(Move, move_id, populate_existing=True)
    if move is None or move.ended_at is not None:
        return False
    diagram, by = move.diagram, move.by
    todo = _todo(move)
    blocked: dict[str, list[dict[str, Any]]] = {}
    for number, referral_id in todo:
        found = move_back(referral_id, by) if move.back else move_one(referral_id, diagram, by)
        if found:
            blocked[number] = [asdict(blocker) for blocker in found]
    with transaction():
        move = db.get_one(Move, move_id, with_for_update=True)
        move.blocked = {**move.blocked, **blocked}
        move.position = max([move.position, *(referral_id for _n, referral_id in todo)])
        move.moved = _done(move)
        if len(todo) < BLOCK:
            move.ended_at = now()
            journal.write(
                "move_ended",
                by=by,
                process=diagram.process_id,
                version=diagram.version,
                moved=move.moved,
                blocked=len(move.blocked),
            )
    return len(todo) == BLOCK


def _todo(move: Move) -> list[tuple[str, int]]:
    """The next cases that have not had their turn, in the order of their ids."""
    find = cases_to_return if move.back else cases_to_move
    numbers = tuple(move.wanted["numbers"]) if move.wanted else ()
    return list(find(move.diagram, Part(move.position, numbers, BLOCK)).items())


def _done(move: Move) -> int:
    """How many cases this order has moved, by the protocol."""
    column = Rebinding.back_at if move.back else Rebinding.at
    return (
        db.scalar(
            sa.select(sa.func.count())
            .select_from(Rebinding)
            .where(Rebinding.to_id == move.diagram_id, column >= move.begun_at)
        )
        or 0
    )


def move_one(referral_id: int, diagram: Diagram, by: User | None) -> list[Blocker]:
    """Move one case; why it could not be moved, empty if it was."""
    try:
        return rebind(referral_id, diagram, by=by)
    except Collision:
        return [Blocker("busy", "", "")]


def move_back(referral_id: int, by: User | None) -> list[Blocker]:
    """Move one case back to where it was; why it could not be, empty if it was."""
    try:
        go_back(db.get_one(Referral, referral_id), by=by)
    except NothingToUndo:
        return [Blocker("gone_on", "", "")]
    return []
