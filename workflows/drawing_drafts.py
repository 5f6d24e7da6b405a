"""The verbs on drafts of drawings: begin, save, hand in, release; nobody overwrites anybody."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from models import journal
from models.base import now
from models.drawing_drafts import DraftState, DrawingDraft, DrawingEditor, DrawingHand, hands_of
from models.people import User
from models.processes import Diagram
from models.session import db, transaction
from workflows import bounds
from workflows.diagrams.check import Forms, check
from workflows.diagrams.examples import Example
from workflows.diagrams.files import BadFile, Bundle, root_of, roots_of, unpack
from workflows.diagrams.findings import Finding
from workflows.diagrams.packed import ENDINGS
from workflows.diagrams.played import failed_examples
from workflows.diagrams.published import Version, add_version, refuse
from workflows.errors import ChangedMeanwhile, FourEyes, NotFound, NotOpen

#: Who saves again after so long begins to change the draft anew.
PAUSE = timedelta(minutes=30)
MOST_REMEMBERED = 16
_FOUND: dict[bytes, list[Finding]] = {}
_REMEMBERING = Lock()


def drawing_draft(draft_id: int) -> DrawingDraft:
    """A draft, by its number. Raises NotFound if there is none, or it was thrown away."""
    draft = db.get(DrawingDraft, draft_id)
    if draft is None or draft.state is DraftState.DISCARDED:
        raise NotFound(str(draft_id))
    return draft


def findings_of(draft: DrawingDraft, forms: Forms) -> list[Finding]:
    """What the check finds in a draft; remembered as long as its files stay the same.

    Walking every way of the drawings takes half a second, and a made-up case asks at each step.
    """
    bundle = draft.bundle
    key = _key(draft.process_id, bundle)
    return _remembered(key, lambda: check(bundle, draft.process_id, forms))


def all_findings(draft: DrawingDraft, forms: Forms) -> list[Finding]:
    """The same, and the example cases that go another way on the draft as it is now."""
    found = findings_of(draft, forms)
    if any(finding.forbids for finding in found):
        return found
    bundle, examples = draft.bundle, draft.examples
    key = _key(draft.process_id, {**bundle, "": json.dumps(examples, sort_keys=True).encode()})
    failed = _remembered(key, lambda: failed_examples(examples, bundle, draft.process_id, forms))
    return [*found, *failed]


def _key(process_id: str, files: Bundle) -> bytes:
    key = hashlib.sha256(process_id.encode())
    for name, data in sorted(files.items()):
        key.update(f"{name}:{len(data)}:".encode() + data)
    return key.digest()


def _remembered(key: bytes, find: Callable[[], list[Finding]]) -> list[Finding]:
    with _REMEMBERING:
        remembered = _FOUND.pop(key, None)
    found = find() if remembered is None else remembered
    with _REMEMBERING:
        _FOUND[key] = found
        while len(_FOUND) > MOST_REMEMBERED:
            _FOUND.pop(next(iter(_FOUND)))
    return found


def begin(diagram: Diagram, *, by: User, note: str = "") -> DrawingDraft:
    """A draft that begins with what a version holds."""
    return _begin(diagram.process_id, diagram.files, diagram.examples, diagram.id, by, note)


def copy(draft: DrawingDraft, *, by: User, files: Mapping[str, str] | None = None) -> DrawingDraft:
    """One's own draft beside another's, with what one has changed since; so that nothing is lost."""
    texts = {**draft.files, **(files or {})}
    _readable(texts)
    held = (draft.process_id, texts, draft.examples, draft.based_on_id)
    return _begin(*held, by, draft.note, hands=hands_of(draft.id))


def from_files(
    files: Mapping[str, str], process_id: str, *, by: User, note: str = ""
) -> DrawingDraft:
    """A draft that begins with files that somebody brings. Raises BadFile."""
    _readable(files)
    return _begin(process_id, files, {}, None, by, note, "drawing_imported")


def as_file(example: dict[str, Any]) -> str:
    """An example case as it stands in a file."""
    return json.dumps(example, ensure_ascii=False, indent=1) + "\n"


def _begin(
    process_id: str,
    files: Mapping[str, str],
    examples: Mapping[str, Any],
    based_on_id: int | None,
    by: User,
    note: str,
    event: str = "drawing_begun",
    hands: Iterable[int] = (),
) -> DrawingDraft:
    with transaction():
        draft = DrawingDraft(
            process_id=process_id,
            based_on_id=based_on_id,
            note=note,
            files=dict(files),
            examples=dict(examples),
            author_id=by.id,
            created_at=now(),
            changed_by_id=by.id,
            changed_at=now(),
        )
        db.add(draft)
        db.flush()
        db.add_all(DrawingHand(draft_id=draft.id, user_id=key) for key in {*hands, by.id})
        _note(event, draft, by)
    return draft


def save(
    draft: DrawingDraft,
    files: Mapping[str, str],
    *,
    revision: int,
    by: User,
    gone: Iterable[str] = (),
) -> int:
    """Keep changed files of a draft, and forget others; the revision that it has then.

    Args:
        revision: the one that the changes were made on.

    Raises:
        ChangedMeanwhile: somebody else has saved since; nothing was written.
        NotOpen: the draft can no longer be changed.
        BadFile: a text is no drawing that could ever be read again.
    """
    _readable(files)
    with transaction():
        _hold(draft, revision)
        kept = {name: text for name, text in draft.files.items() if name not in set(gone)}
        draft.files = {**kept, **files}
        _fits(draft.files)
        _changed(draft, by)
    return draft.revision


def _readable(files: Mapping[str, str]) -> None:
    """Raises BadFile for what is no drawing or table."""
    for name, text in files.items():
        if not name.endswith(ENDINGS) or "/" in name or name != name.strip() or len(name) > 120:
            raise BadFile("NOT_BPMN", "a file's name ends in .bpmn or .dmn and has no folder")
        root_of(text.encode(), name)


def _fits(files: Mapping[str, str]) -> None:
    """Raises BadFile for what is too much in all."""
    found, findings = unpack({name: text.encode() for name, text in files.items()})
    findings += roots_of(found)[1]
    for finding in findings:
        raise BadFile(finding.code, finding.sentence)


def describe(draft: DrawingDraft, note: str, *, by: User) -> None:
    """Say in a few words what a draft changes; it is drawn by the same people. Raises NotOpen."""
    with transaction():
        _hold(draft)
        draft.note, draft.changed_at, draft.changed_by_id = note, now(), by.id


def keep_example(draft: DrawingDraft, name: str, example: dict[str, Any], *, by: User) -> None:
    """Add an example case to a draft, or write it anew.

    Raises:
        NotOpen: the draft can no longer be changed.
        BadExample: it cannot be understood.
    """
    Example.of(example)
    with transaction():
        _hold(draft)
        if len(draft.examples) >= bounds.EXAMPLES and name not in draft.examples:
            raise NotOpen(f"more than {bounds.EXAMPLES} examples")
        draft.examples = {**draft.examples, name: example}
        _changed(draft, by)
        _note("example_kept", draft, by, example=name)


def forget_example(draft: DrawingDraft, name: str, *, by: User) -> None:
    """Take an example case out of a draft. Raises NotOpen."""
    with transaction():
        _hold(draft)
        draft.examples = {key: kept for key, kept in draft.examples.items() if key != name}
        _changed(draft, by)
        _note("example_forgotten", draft, by, example=name)


def discard(draft: DrawingDraft, *, by: User) -> None:
    """Throw a draft away; the row stays, so that it can be taken back. Raises NotOpen."""
    with transaction():
        _hold(draft)
        draft.state = DraftState.DISCARDED
        _note("drawing_discarded", draft, by)


def take_back(draft_id: int, *, by: User) -> DrawingDraft:
    """Go on with a draft that was thrown away or handed in. Raises NotFound, NotOpen."""
    with transaction():
        draft = db.get(DrawingDraft, draft_id, with_for_update=True, populate_existing=True)
        if draft is None:
            raise NotFound(str(draft_id))
        if draft.state is DraftState.RELEASED:
            raise NotOpen(str(draft.id))
        draft.state = DraftState.EDITING
        _note("drawing_taken_back", draft, by)
    return draft


def hand_in(draft: DrawingDraft, *, by: User) -> None:
    """Ask another person to look at a draft and release it. Raises NotOpen."""
    with transaction():
        _hold(draft)
        draft.state = DraftState.IN_REVIEW
        _note("drawing_handed_in", draft, by)


def release(
    draft: DrawingDraft,
    forms: Forms,
    *,
    by: User,
    four_eyes: bool,
    revision: int | None,
    in_force_at: datetime | None = None,
) -> Diagram:
    """Make a draft a version; new cases take it at once or from a day on.

    Args:
        revision: which one the person has seen; nobody answers for another.

    Raises:
        FourEyes: where two people are asked for, nobody whose hand is in it can release it.
        RefusedDrawing, FailedExamples: the check or an example case says no.
        NotOpen: it was released already or thrown away.
        ChangedMeanwhile: somebody has saved since it was seen.
    """
    if draft.state not in (DraftState.EDITING, DraftState.IN_REVIEW):
        raise NotOpen(str(draft.id))
    if four_eyes and is_drawn_by(draft, by):
        with transaction():
            _note("release_refused", draft, by)
        raise FourEyes(str(draft.id))
    if four_eyes and draft.state is not DraftState.IN_REVIEW:
        raise FourEyes(str(draft.id))
    if revision != draft.revision:
        raise ChangedMeanwhile(str(draft.id))
    files, examples = dict(draft.files), dict(draft.examples)
    refuse(draft.bundle, draft.process_id, forms, examples)
    version = Version(files, examples, draft.note, in_force_at, draft.author)
    with transaction():
        _hold(draft, revision, (DraftState.EDITING, DraftState.IN_REVIEW))
        diagram = add_version(draft.process_id, version, by=by)
        draft.state, draft.diagram_id = DraftState.RELEASED, diagram.id
        _note("drawing_released", draft, by, version=diagram.version)
    return diagram


def is_drawn_by(draft: DrawingDraft, user: User) -> bool:
    """Whether somebody's hand is in a draft, in what it was copied from too."""
    return user.id in hands_of(draft.id)


def seen(draft: DrawingDraft, *, by: User) -> None:
    """Note that somebody has a draft open, so that others are told."""
    with transaction():
        row = db.get(DrawingEditor, (draft.id, by.id))
        if row is None:
            db.add(DrawingEditor(draft_id=draft.id, user_id=by.id, seen_at=now()))
        else:
            row.seen_at = now()


def _hold(
    draft: DrawingDraft,
    revision: int | None = None,
    states: tuple[DraftState, ...] = (DraftState.EDITING,),
) -> None:
    """Lock a draft as it is now. Raises NotOpen, ChangedMeanwhile."""
    db.expire(draft)
    db.refresh(draft, with_for_update=True)
    if draft.state not in states:
        raise NotOpen(str(draft.id))
    if revision is not None and draft.revision != revision:
        raise ChangedMeanwhile(str(draft.id))


def _changed(draft: DrawingDraft, by: User) -> None:
    """Count a save; of many by one person in a row the journal notes the first."""
    if draft.revision == 1 or draft.changed_by_id != by.id or draft.changed_at < now() - PAUSE:
        _note("drawing_changed", draft, by)
    db.merge(DrawingHand(draft_id=draft.id, user_id=by.id))
    draft.revision += 1
    draft.changed_by_id, draft.changed_at = by.id, now()
    draft.changed_by = by


def _note(event: str, draft: DrawingDraft, by: User, **facts: Any) -> None:
    journal.write(event, by=by, draft=draft.id, process=draft.process_id, **facts)
