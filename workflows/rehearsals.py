"""A draft tried on every case in the background: running ones moved on a copy, ended ones replayed."""

import functools
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from models import jobs, journal
from models.base import now
from models.drawing_drafts import DrawingDraft
from models.people import User
from models.processes import Diagram, Run
from models.referrals import Referral
from models.rehearsals import Rehearsal, RehearsedCase
from models.session import db, transaction
from workflows.diagrams.check import Forms
from workflows.diagrams.examples import Example, Failure, Player
from workflows.diagrams.files import Bundle, texts_of
from workflows.diagrams.published import checksum, refuse, specs_of
from workflows.diagrams.read import read_texts
from workflows.engine.codec import Specs
from workflows.engine.rebind import Blocker
from workflows.rehearsal import rehearsed
from workflows.stories import Routing, story_of

log = logging.getLogger(__name__)

REHEARSE = "rehearse"
#: Cases tried in one go, and seconds after which no other is begun; then whatever else is due has its turn.
BLOCK, LONGEST_PIECE = 25, 0.2
#: What can become of a case: running ones first, then ended ones.
RUNNING = ("moves", "changes", "blocked")
ENDED = ("same", "other", "unanswered", "unknown")
#: Results of which only the number is kept.
_PLAIN = ("moves", "same")


def begin(draft: DrawingDraft, forms: Forms, *, by: User) -> Rehearsal:
    """Order a rehearsal of a draft as it is now; the worker does it.

    Raises:
        RefusedDrawing: the check refuses the draft, so no case could run on it.
    """
    refuse(draft.bundle, draft.process_id, forms, {})
    with transaction():
        total = db.scalar(
            sa.select(sa.func.count()).select_from(_cases(draft.process_id).subquery())
        )
        rehearsal = Rehearsal(
            draft_id=draft.id,
            revision=draft.revision,
            process_id=draft.process_id,
            files=draft.files,
            by_id=by.id,
            begun_at=now(),
            total=total or 0,
            counts={},
            elements={},
        )
        db.add(rehearsal)
        db.flush()
        jobs.put(REHEARSE, rehearsal=rehearsal.id)
        journal.write("rehearsal_begun", by=by, draft=draft.id, process=draft.process_id)
    return rehearsal


def _cases(process_id: str) -> Any:
    return (
        sa.select(Run.id, Run.referral_id, Run.diagram_id, Run.ended_at, Diagram.version)
        .join(Diagram, Diagram.id == Run.diagram_id)
        .where(Diagram.process_id == process_id)
        .order_by(Run.id)
    )


def rehearse_more(rehearsal_id: int, forms: Forms, routing: Routing) -> bool:
    """Try the next cases; False when all are tried."""
    rehearsal = db.get(Rehearsal, rehearsal_id, populate_existing=True)
    if rehearsal is None or rehearsal.ended_at is not None:
        return False
    later = _cases(rehearsal.process_id).where(Run.id > rehearsal.position)
    rows = db.execute(later.limit(BLOCK)).all()
    new = _specs(rehearsal_id, checksum(rehearsal.files))
    found: list[RehearsedCase] = []
    until = time.monotonic() + LONGEST_PIECE
    for row in rows:
        found.append(_tried(row, new, forms, routing))
        if time.monotonic() > until:
            break
    more = len(rows) == BLOCK or len(found) < len(rows)
    with transaction():
        rehearsal = db.get_one(Rehearsal, rehearsal_id, with_for_update=True)
        if found and rehearsal.position < rows[0].id:
            _count(rehearsal, found)
            rehearsal.position = rows[len(found) - 1].id
            rehearsal.done += len(found)
            db.add_all(case for case in found if case.result not in _PLAIN)
        if not more:
            rehearsal.ended_at = now()
    db.expunge_all()
    return more


@functools.lru_cache(4)
def _specs(rehearsal_id: int, _files: str) -> Specs:
    """The specs of a rehearsal, read once in a process."""
    rehearsal = db.get_one(Rehearsal, rehearsal_id)
    return read_texts(rehearsal.files, rehearsal.process_id)


def replay(
    bundle: Bundle, process_id: str, forms: Forms, routing: Routing
) -> Iterator[RehearsedCase]:
    """Every ended case of a process with its answers on other drawings; nothing is written.

    Args:
        bundle: drawings that the check lets pass.
    """
    new, last = read_texts(texts_of(bundle), process_id), 0
    ended = _cases(process_id).where(Run.ended_at.is_not(None)).limit(BLOCK)
    while rows := db.execute(ended.where(Run.id > last)).all():
        for row in rows:
            last = row.id
            yield _tried(row, new, forms, routing)
        db.expunge_all()


def _tried(row: Any, new: Specs, forms: Forms, routing: Routing) -> RehearsedCase:
    """What would become of one case; whatever is wrong with it, the others have their turn."""
    number = db.scalar(sa.select(Referral.number).where(Referral.id == row.referral_id)) or ""
    old = specs_of(row.diagram_id)
    try:
        if row.ended_at is None:
            result, told = _running(row, old, new)
        else:
            referral = db.get_one(Referral, row.referral_id)
            result, told = _replayed(referral, old, new, forms, routing)
    except Exception as error:
        log.exception("a case could not be rehearsed")
        reason = type(error).__name__
        if row.ended_at is None:
            result, told = "blocked", {"blocked": [asdict(Blocker("failed", "?", reason))]}
        else:
            result, told = "unknown", {"failure": asdict(Failure(0, "stopped", "?", reason))}
    return RehearsedCase(number=number, version=row.version, result=result, told=told)


def _running(row: Any, old: Specs, new: Specs) -> tuple[str, dict[str, Any]]:
    case = rehearsed(row.referral_id, old, new, row.version)
    told = {
        "blocked": [asdict(blocker) for blocker in case.blocked],
        "changes": [change.as_dict() for change in case.changes],
    }
    return "blocked" if case.blocked else "changes" if case.changes else "moves", told


def _replayed(
    referral: Referral, old: Specs, new: Specs, forms: Forms, routing: Routing
) -> tuple[str, dict[str, Any]]:
    """What would have become of an ended case with the same answers."""
    story = story_of(referral, old, forms, routing)
    if story.failure is not None:
        return "unknown", {"failure": asdict(story.failure)}
    player = Player(Example.of(story.example), new, forms)
    failure = player.play()
    if failure is not None:
        return "unanswered", {"failure": asdict(failure)}
    standing = player.standing()
    was, now_ = Counter(story.seen), Counter(player.seen)
    if was == now_ and (standing.status, standing.end) == story.end:
        return "same", {}
    return "other", {
        "gone": sorted((was - now_).keys()),
        "new": sorted((now_ - was).keys()),
        "end": [story.end[1] or story.end[0], standing.end or standing.status],
        "waits": sorted(step.name for step in standing.steps),
    }


def _count(rehearsal: Rehearsal, found: list[RehearsedCase]) -> None:
    counts = Counter(rehearsal.counts)
    elements = Counter(rehearsal.elements)
    for case in found:
        case.rehearsal_id = rehearsal.id
        counts[case.result] += 1
        elements.update(_touched(case.told))
    rehearsal.counts, rehearsal.elements = dict(counts), dict(elements)


def _touched(told: dict[str, Any]) -> set[str]:
    """The elements at which a case would fare in another way."""
    found = {one["element"] for key in ("blocked", "changes") for one in told.get(key, ())}
    found |= {*told.get("gone", ()), *told.get("new", ())}
    if "failure" in told:
        found.add(told["failure"]["wanted"])
    return {element for element in found if element}


__all__ = ["ENDED", "REHEARSE", "RUNNING", "begin", "rehearse_more", "replay"]
