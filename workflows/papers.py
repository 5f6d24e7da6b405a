"""The verbs on papers: kept, looked at by the virus scanner, removed; the files are the floor above's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import jobs, journal
from models.base import now
from models.documents import Document, ScanState
from models.organisations import Organisation, OrganisationKind
from models.people import User
from models.referrals import Referral
from models.session import db, transaction
from workflows.notices import post

SCAN, REMOVE = "scan_paper", "remove_paper"
#: Seconds until what failed is tried again: by attempt, the last one for all that follow.
PAUSES = (60, 300, 1800, 7200, 21600)
#: A paper whose file came without its row (the process died in between) goes after so long.
UNCLAIMED = timedelta(hours=1)


class ScannerSilent(Exception):
    """The scanner is not there, or gave no whole answer; the message is a code, without content."""


@dataclass(frozen=True)
class Papers:
    """What the floor above can do with the file of a key.

    Attributes:
        scan: what the scanner says of it. Raises ScannerSilent, OSError.
        remove: take it from the disk, also if it is not there. Raises OSError.
    """

    scan: Callable[[str], ScanState]
    remove: Callable[[str], None]


def announce(key: str) -> None:
    """Before a file is written: if no row names it soon, it is removed."""
    with transaction():
        jobs.put(REMOVE, now() + UNCLAIMED, key=_removal(key), paper=key)


def keep(document: Document, *, by: User) -> None:
    """Add an announced paper, in the transaction of a verb; one that nobody scanned is scanned later."""
    db.add(document)
    db.flush()
    db.execute(sa.delete(jobs.Job).where(jobs.Job.key == _removal(document.key)))
    if document.scan is ScanState.WAITING:
        jobs.put(SCAN, now() + timedelta(seconds=PAUSES[0]), document=document.id)
    if document.referral_id is not None:
        owner = document.organisation_id
        journal.write(
            "document_added",
            by=by,
            referral_id=document.referral_id,
            provider_id=owner if _is_provider(owner) else None,
            kind=document.kind,
        )


def _is_provider(organisation_id: int | None) -> bool:
    owner = db.get(Organisation, organisation_id) if organisation_id else None
    return owner is not None and owner.kind is OrganisationKind.PROVIDER


def forget(documents: list[Document]) -> None:
    """Take papers away, in the transaction of a verb: the rows now, the files by a job that repeats."""
    for document in documents:
        jobs.put(REMOVE, key=_removal(document.key), paper=document.key)
        db.delete(document)


def give_along(referral: Referral, keys: list[str]) -> None:
    """Let the next provider read papers of the one that has the case now; inside a transaction."""
    chosen = [int(key) for key in keys if key.isascii() and key.isdigit()]
    db.execute(
        sa.update(Document)
        .where(Document.referral_id == referral.id, Document.id.in_(chosen))
        .where(Document.organisation_id == referral.provider_id)
        .values(given_along=True)
    )


def refused(kind: str, referral_id: int | None, *, by: User) -> None:
    """Note that an upload was infected; nothing of it was kept."""
    with transaction():
        journal.write("document_infected", by=by, referral_id=referral_id, kind=kind)


def do_paper_job(kind: str, facts: dict[str, Any], papers: Papers) -> None:
    """Scan or remove one. Raises ScannerSilent, OSError: to be tried again later."""
    if kind == SCAN:
        scan_one(int(facts["document"]), papers)
    else:
        papers.remove(str(facts["paper"]))


def scan_one(document_id: int, papers: Papers) -> None:
    """Ask the scanner about a paper that waits for it. Raises ScannerSilent, OSError."""
    document = db.get(Document, document_id)
    if document is None or document.scan is not ScanState.WAITING:
        return
    found = papers.scan(document.key)
    with transaction():
        document = db.get(Document, document_id, with_for_update=True, populate_existing=True)
        if document is not None and found is ScanState.INFECTED:
            _infected(document)
        elif document is not None:
            document.scan = found


def _infected(document: Document) -> None:
    uploader = db.get_one(User, document.uploaded_by_id)
    case = document.referral_id
    journal.write("document_infected", by=None, referral_id=case, kind=document.kind)
    if uploader.active:
        post("document_infected", uploader.email, locale=uploader.locale, referral_id=case)
    forget([document])


def _removal(key: str) -> str:
    return f"{REMOVE}-{key}"
