"""Moving a running case to another version of its drawings, and back while it has not gone on."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models import journal
from models.base import now
from models.people import User
from models.processes import Diagram, Run, run_of
from models.rebindings import Rebinding, last_rebinding, moved_to
from models.referrals import Referral
from models.session import db, transaction
from workflows.desk.access import hold
from workflows.desk.moving import Moving
from workflows.desk.undoing import Undo, put_back, recording
from workflows.diagrams.published import specs_of
from workflows.engine.rebind import Blocker, blockers
from workflows.errors import NothingToUndo, StepFailed


@dataclass(frozen=True)
class Part:
    """Some of the cases: those after an id, those of some numbers (none: all), at most so many."""

    after: int = 0
    numbers: tuple[str, ...] = ()
    most: int | None = None

    def of(self, select: Any) -> dict[str, int]:
        """Number to id of this part of the cases that a select finds, oldest first."""
        part = select.where(Referral.id > self.after).order_by(Referral.id).limit(self.most)
        if self.numbers:
            part = part.where(Referral.number.in_(self.numbers))
        return dict(db.execute(part).all())


def cases_to_move(diagram: Diagram, part: Part = Part()) -> dict[str, int]:
    """The running cases of a process that are on other versions of it: number to id, oldest first."""
    return part.of(
        sa.select(Referral.number, Referral.id)
        .join(Run, Run.referral_id == Referral.id)
        .join(Diagram, Diagram.id == Run.diagram_id)
        .where(Run.ended_at.is_(None), Diagram.process_id == diagram.process_id)
        .where(Run.diagram_id != diagram.id)
    )


def cases_to_return(diagram: Diagram, part: Part = Part()) -> dict[str, int]:
    """The cases that were moved to a version last: number to id; some may have gone on since."""
    return part.of(
        sa.select(Referral.number, Referral.id).where(Referral.id.in_(moved_to(diagram.id)))
    )


def rebind(referral_id: int, diagram: Diagram, *, by: User | None) -> list[Blocker]:
    """Let a case go on with another version: its steps, answers, drafts and due times stay.

    Args:
        by: who moves it, or None for the shell.

    Returns:
        Why it cannot go on with it; then nothing was written. Empty if it does, or did already.

    Raises:
        Collision: the case moved meanwhile; nothing was written.
    """
    try:
        with transaction():
            return _rebind(Moving.load(referral_id, by), diagram, by)
    except StepFailed as failed:
        return [Blocker("failed", failed.element, failed.reason)]


def _rebind(moving: Moving, diagram: Diagram, by: User | None) -> list[Blocker]:
    run = moving.run
    if run.diagram_id == diagram.id:
        return []
    old = db.get_one(Diagram, run.diagram_id)
    found = blockers(run.state, specs_of(old.id), specs_of(diagram.id))
    if found:
        return found
    state, due_at = run.state, run.due_at
    with recording(db()) as recorder:
        moving.rebind(diagram.id)
        moving.save()
    before = Undo(by.id if by else None, now(), "", run.version, state, due_at)
    db.add(
        Rebinding(
            referral_id=moving.referral.id,
            from_id=old.id,
            to_id=diagram.id,
            at=now(),
            by_id=by.id if by else None,
            kept=before.kept(recorder),
        )
    )
    _note(moving.referral, old, diagram, by)
    return []


def go_back(referral: Referral, *, by: User | None) -> None:
    """Put a case back on the version from which it was moved last, as it was then.

    Raises:
        NothingToUndo: it was never moved, or somebody has gone on since.
    """
    with transaction():
        hold(referral)
        run, last = run_of(referral.id), last_rebinding(referral.id)
        db.refresh(run)
        if last is None or last.kept["version"] != run.version:
            raise NothingToUndo(referral.number)
        before = Undo.read(last.kept)
        run.diagram_id, run.state, run.due_at = last.from_id, before.state, before.due_at
        last.back_at = now()
        db.flush()
        put_back(before.rows)
        _note(referral, db.get_one(Diagram, last.to_id), db.get_one(Diagram, last.from_id), by)
    db.expire_all()


def _note(referral: Referral, old: Diagram, new: Diagram, by: User | None) -> None:
    journal.write(
        "rebound",
        by=by,
        referral_id=referral.id,
        provider_id=referral.provider_id,
        before=old.version,
        version=new.version,
    )
