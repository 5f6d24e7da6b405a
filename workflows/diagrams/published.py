"""Published versions, with their specs cached by version in this process."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models import journal
from models.base import now
from models.people import User
from models.processes import Diagram, newest_diagram
from models.session import db, transaction
from workflows.diagrams.check import Forms, check
from workflows.diagrams.files import Bundle, texts_of
from workflows.diagrams.played import failures_of
from workflows.diagrams.read import read_texts
from workflows.engine.codec import Specs
from workflows.errors import FailedExamples, RefusedDrawing

REFERRAL = "referral"
SHIPPED = Path(__file__).parents[2] / "bpmn"
#: The note of versions that came with the program; before there were notes it was empty.
CAME_ALONG = "came with the program"
_SHIPPED = ("", CAME_ALONG)


def shipped_bundle() -> Bundle:
    """The drawings and decision tables that come with the program."""
    files = [*SHIPPED.glob("*.bpmn"), *SHIPPED.glob("*.dmn")]
    return {path.name: path.read_bytes() for path in sorted(files)}


def shipped_examples() -> dict[str, Any]:
    """The example cases that come with the program: file to JSON."""
    files = sorted((SHIPPED / "examples").glob("*.json"))
    return {path.name: json.loads(path.read_bytes()) for path in files}


def came_along(diagram: Diagram) -> bool:
    """Whether a version came with the program, and was not released here."""
    return diagram.published_by_id is None and diagram.note in _SHIPPED


def ship(forms: Forms) -> Diagram:
    """Publish the drawings that come with the program, unless the office has drawn its own since.

    An office's own version stays in force: `intake diff` says how the new ones differ from it.
    """
    newest = newest_diagram(REFERRAL)
    if newest is not None and not came_along(newest):
        return newest
    examples = shipped_examples()
    return publish(shipped_bundle(), REFERRAL, forms, by=None, note=CAME_ALONG, examples=examples)


def publish(
    bundle: Bundle,
    process_id: str,
    forms: Forms,
    *,
    by: User | None,
    note: str = "",
    examples: Mapping[str, Any] | None = None,
    in_force_at: datetime | None = None,
    author: User | None = None,
) -> Diagram:
    """Make a checked bundle a version; new cases take it from its day on, running ones stay.

    Args:
        by: who releases it; None for the shell.
        examples: file to example case, as JSON; played first, and kept with the version.
        in_force_at: from when new cases take it; at once if left out.
        author: who drew it, where that is somebody else.

    Raises:
        RefusedDrawing: with all findings that forbid it.
        FailedExamples: an example case goes another way.
        BadExample: an example cannot be understood.
    """
    refuse(bundle, process_id, forms, examples or {})
    version = Version(texts_of(bundle), dict(examples or {}), note, in_force_at, author)
    with transaction():
        return add_version(process_id, version, by=by)


@dataclass(frozen=True)
class Version:
    """What a version is made of; its parts as in `publish`."""

    files: dict[str, str]
    examples: dict[str, Any]
    note: str
    in_force_at: datetime | None
    author: User | None


def add_version(process_id: str, version: Version, *, by: User | None) -> Diagram:
    """Put in force what was checked, within a transaction; the version before if nothing differs."""
    found, before = checksum(version.files), newest_diagram(process_id)
    same = before is not None and before.checksum == found
    if before is not None and same and version.in_force_at is None:
        return before
    author = version.author or by
    diagram = Diagram(
        process_id=process_id,
        version=before.version + 1 if before else 1,
        checksum=found,
        files=version.files,
        examples=version.examples,
        published_at=now(),
        published_by_id=by.id if by else None,
        author_id=author.id if author else None,
        in_force_at=version.in_force_at or now(),
        note=version.note,
    )
    db.add(diagram)
    db.flush()
    journal.write("diagram_published", by=by, process=process_id, version=diagram.version)
    return diagram


def refuse(bundle: Bundle, process_id: str, forms: Forms, examples: Mapping[str, Any]) -> None:
    """What stands against a bundle, if anything. Raises as `publish` does."""
    refused = [finding for finding in check(bundle, process_id, forms) if finding.forbids]
    if refused:
        raise RefusedDrawing(list(refused))
    failed = failures_of(examples, bundle, process_id, forms)
    if failed:
        raise FailedExamples(failed)


def files_of(diagram_id: int) -> dict[str, str]:
    """The files of a published version. Raises NoResultFound."""
    found = db.execute(sa.select(Diagram.files).where(Diagram.id == diagram_id)).scalar_one()
    return dict(found)


@functools.lru_cache(32)
def specs_of(diagram_id: int) -> Specs:
    """The specs of a published version; read from its XML once in a process."""
    files, process_id = db.execute(
        sa.select(Diagram.files, Diagram.process_id).where(Diagram.id == diagram_id)
    ).one()
    return read_texts(files, process_id)


def checksum(texts: dict[str, str]) -> str:
    """A fingerprint of files."""
    total = hashlib.sha256()
    for name, text in sorted(texts.items()):
        total.update(f"{name}\0{text}\0".encode())
    return total.hexdigest()
