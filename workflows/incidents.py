"""The verbs on what could not be done: report it, try again, close it; and the watchdog."""

from datetime import timedelta

import sqlalchemy as sa

from models import jobs, journal
from models.base import now
from models.incidents import Incident, IncidentKind
from models.people import Membership, Role, User
from models.processes import Run
from models.session import db, transaction
from models.tasks import Task
from workflows.errors import StepFailed
from workflows.filled import FilledForm
from workflows.notices import post

WATCHDOG = "watchdog"
_PLAIN = {"synchronize_session": False}
WATCH_EVERY = timedelta(hours=1)


def report(
    kind: IncidentKind,
    referral_id: int,
    failed: StepFailed,
    *,
    task: Task | None = None,
    filled: FilledForm | None = None,
    by: User | None = None,
) -> None:
    """Keep what could not be done, in a transaction of its own, and tell the administrators once.

    Call it after the transaction that failed has been rolled back.
    """
    with transaction():
        note(kind, referral_id, failed, task=task, filled=filled, by=by)


def note(
    kind: IncidentKind,
    referral_id: int,
    failed: StepFailed,
    *,
    task: Task | None = None,
    filled: FilledForm | None = None,
    by: User | None = None,
) -> None:
    """The same within a transaction that is open already."""
    moment = now()
    incident = db.scalar(
        sa.select(Incident).where(
            Incident.referral_id == referral_id,
            Incident.kind == kind,
            Incident.element == failed.element[:80],
            Incident.closed_at.is_(None),
        )
    )
    if incident is None:
        incident = Incident(
            kind=kind,
            referral_id=referral_id,
            element=failed.element[:80],
            reason="",
            first_at=moment,
            last_at=moment,
            attempts=0,
        )
        db.add(incident)
        journal.write("stopped", by=None, referral_id=referral_id, element=failed.element[:80])
        for address, locale in _administrators():
            post("incident", address, locale=locale)
    # Marks the case without touching its version: who looks at it sees that something is wrong.
    marked = sa.update(Run).where(Run.referral_id == referral_id)
    db.execute(marked.values(failures=Run.failures + 1), execution_options=_PLAIN)
    incident.reason, incident.last_at = failed.reason[:300], moment
    incident.attempts += 1
    incident.task_id = task.id if task else None
    incident.by_id = by.id if by else None
    if filled is not None:
        incident.filled = {
            "key": filled.key,
            "version": filled.version,
            "answers": filled.answers,
            "routes": filled.routes,
        }


def _administrators() -> list[tuple[str, str | None]]:
    rows = db.execute(
        sa.select(User.email, User.locale)
        .join(Membership)
        .where(Membership.role == Role.ADMINISTRATOR, User.active)
        .distinct()
    )
    return [(email, locale) for email, locale in rows]


def mended(referral_id: int, by: User | None = None) -> None:
    """Close a case's open incidents: it went on. In the transaction that did it.

    A step that failed and is still open stays an incident, whatever else moved the case.
    """
    still_open = sa.select(Task.id).where(Task.closed_at.is_(None))
    db.execute(
        sa.update(Incident)
        .where(Incident.referral_id == referral_id, Incident.closed_at.is_(None))
        .where(sa.or_(Incident.task_id.is_(None), Incident.task_id.not_in(still_open)))
        .values(closed_at=now(), closed_by_id=by.id if by else None, filled=None)
    )


def close(incident: Incident, *, by: User) -> None:
    """Put an incident away without trying again, such as one that somebody solved otherwise."""
    with transaction():
        incident.closed_at, incident.closed_by_id, incident.filled = now(), by.id, None
        journal.write("incident_closed", by=by, referral_id=incident.referral_id)


def kept(incident: Incident) -> FilledForm | None:
    """The answers that an incident keeps."""
    found = incident.filled
    if found is None:
        return None
    return FilledForm(found["key"], found["version"], found["answers"], found["routes"])


def watch() -> int:
    """Find every case with no open step, no due timer and no end; how many were found.

    Nothing of that kind should ever be: the check of drawings plays cases against it. If it is all
    the same, an administrator sees it within the hour.
    """
    waiting = sa.select(Task.id).where(
        Task.referral_id == Run.referral_id, Task.closed_at.is_(None)
    )
    lost = list(
        db.scalars(
            sa.select(Run.referral_id).where(
                Run.ended_at.is_(None), Run.due_at.is_(None), ~waiting.exists()
            )
        )
    )
    with transaction():
        for referral_id in lost:
            nothing = StepFailed("", "no open step, no deadline and no end")
            note(IncidentKind.STUCK, referral_id, nothing)
        jobs.put(WATCHDOG, now() + WATCH_EVERY, key=WATCHDOG)
    return len(lost)
