"""Published versions, with their specs cached by version in this process."""

import functools
import hashlib
from pathlib import Path

import sqlalchemy as sa

from models import journal
from models.base import now
from models.people import User
from models.processes import Diagram, latest_diagram
from models.session import db, transaction
from workflows.diagrams.check import Forms, check
from workflows.diagrams.files import Bundle, texts_of
from workflows.diagrams.read import read_texts
from workflows.engine.codec import Specs
from workflows.errors import RefusedDrawing

REFERRAL = "referral"
SHIPPED = Path(__file__).parents[2] / "bpmn"


def shipped_bundle() -> Bundle:
    """The drawings and decision tables that come with the program."""
    files = [*SHIPPED.glob("*.bpmn"), *SHIPPED.glob("*.dmn")]
    return {path.name: path.read_bytes() for path in sorted(files)}


def publish(
    bundle: Bundle, process_id: str, forms: Forms, *, by: User | None, note: str = ""
) -> Diagram:
    """Make a checked bundle the version in force; new cases take it, running ones stay.

    Raises:
        RefusedDrawing: with all findings that forbid it.
    """
    refused = [finding for finding in check(bundle, process_id, forms) if finding.forbids]
    if refused:
        raise RefusedDrawing(list(refused))
    texts = texts_of(bundle)
    checksum = _checksum(texts)
    with transaction():
        before = latest_diagram(process_id)
        if before is not None and before.checksum == checksum:
            return before
        diagram = Diagram(
            process_id=process_id,
            version=before.version + 1 if before else 1,
            checksum=checksum,
            files=texts,
            published_at=now(),
            published_by_id=by.id if by else None,
            note=note,
        )
        db.add(diagram)
        db.flush()
        journal.write("diagram_published", by=by, process=process_id, version=diagram.version)
    return diagram


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


def _checksum(texts: dict[str, str]) -> str:
    total = hashlib.sha256()
    for name, text in sorted(texts.items()):
        total.update(f"{name}\0{text}\0".encode())
    return total.hexdigest()
