"""What other drawings would do to every running case: tried on copies, nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from models.processes import Diagram, Run
from models.session import db
from workflows.desk.moving import Moving
from workflows.diagrams.differences import Change
from workflows.diagrams.files import Bundle, texts_of
from workflows.diagrams.published import specs_of
from workflows.diagrams.read import read_texts
from workflows.engine.case import Case, OpenStep
from workflows.engine.codec import Specs
from workflows.engine.rebind import Blocker, blockers, rebind
from workflows.errors import StepFailed

BLOCK = 200
#: Properties that mean nothing for a step that waits already: its day is told and stays.
KEPT = frozenset({"due", "due_from", "due_on"})


@dataclass(frozen=True)
class Rehearsed:
    """One running case and how it would fare.

    Attributes:
        version: the version it runs on.
        blocked: why it cannot go on with the other drawings; empty if it can.
        changes: what would be different at the steps that wait; empty if nothing.
    """

    number: str
    version: int
    blocked: list[Blocker] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def rehearse(bundle: Bundle, process_id: str) -> Iterator[Rehearsed]:
    """Every running case of a process, in the order of their beginning.

    Args:
        bundle: drawings that the check lets pass.

    Raises:
        UnreadableDrawing: specs cannot be built from them.
    """
    new, last = read_texts(texts_of(bundle), process_id), 0
    running = (
        sa.select(Run.id, Run.referral_id, Run.diagram_id, Diagram.version)
        .join(Diagram, Diagram.id == Run.diagram_id)
        .where(Run.ended_at.is_(None), Diagram.process_id == process_id)
        .order_by(Run.id)
        .limit(BLOCK)
    )
    while rows := db.execute(running.where(Run.id > last)).all():
        for key, referral_id, diagram_id, version in rows:
            last = key
            yield rehearsed(referral_id, specs_of(diagram_id), new, version)
        db.rollback()  # nothing was written; and ten thousand cases are not kept in memory
        db.expunge_all()


def rehearsed(referral_id: int, old: Specs, new: Specs, version: int) -> Rehearsed:
    """How one running case would fare with other specs; nothing is written."""
    moving = Moving.load(referral_id, None, hold=False)
    number, state = moving.referral.number, moving.run.state
    found = blockers(state, old, new)
    if found:
        return Rehearsed(number, version, blocked=found)
    try:
        moved = rebind(state, new, moving.engine())
    except StepFailed as failed:
        return Rehearsed(
            number, version, blocked=[Blocker("failed", failed.element, failed.reason)]
        )
    return Rehearsed(number, version, changes=list(_changes(moving.case, moved)))


def _changes(before: Case, after: Case) -> Iterator[Change]:
    now = {step.id: step for step in after.open_steps()}
    for step in before.open_steps():
        yield from _of_step(step, now[step.id])
    if before.next_due != after.next_due:
        was, then = _moment(before.next_due), _moment(after.next_due)
        yield Change("", "", "case", "", "next_due", was, then)


def _of_step(was: OpenStep, now: OpenStep) -> Iterator[Change]:
    pairs = [("name", was.name, now.name), ("role", was.lane, now.lane)]
    for key in dict.fromkeys((*was.properties, *now.properties)):
        if key in KEPT:
            continue
        pairs.append((f"property {key}", was.properties.get(key, ""), now.properties.get(key, "")))
    for what, before, after in pairs:
        if before != after:
            yield Change("", now.element, "userTask", now.name, what, before, after)


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else ""
