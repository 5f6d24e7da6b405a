"""Taking the last step back: what a step wrote is recorded as it writes, and can be put back."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, undefer

from models import journal
from models.base import Base, now
from models.drafts import Draft
from models.outbox import Mail, MailState
from models.people import REFERRAL_ROLES, User
from models.plain import plain, typed
from models.processes import Run
from models.referrals import Referral
from models.session import db, transaction
from models.submissions import Submission
from workflows.desk.access import acts_for
from workflows.errors import NothingToUndo

#: How long a step can be taken back, if nothing else forbids it sooner.
UNDO_TIME = timedelta(minutes=10)

#: What a step writes that is not taken back: history stays, state is kept apart.
_KEPT = frozenset({"journal", "outbox", "jobs", "runs", "drafts"})


class Recorder:
    """Notes the old values of changed rows and the keys of new ones."""

    def __init__(self) -> None:
        self._changed: dict[tuple[str, int], dict[str, Any]] = {}
        self._new: list[Base] = []

    def note(self, session: Session, *_: object) -> None:
        """Called before every flush of the step."""
        for row in session.new:
            if row.__tablename__ not in _KEPT and hasattr(row, "id"):
                self._new.append(row)
        for row in session.dirty:
            if row.__tablename__ in _KEPT or not hasattr(row, "id") or row in self._new:
                continue
            old = self._changed.setdefault((row.__tablename__, row.id), {})
            state = sa.inspect(row)
            for column in state.mapper.column_attrs:
                history = state.attrs[column.key].history
                if history.has_changes() and column.key not in old:
                    old[column.key] = plain(history.deleted[0] if history.deleted else None)

    def rows(self) -> dict[str, Any]:
        """What is needed to put everything back, as JSON."""
        return {
            "changed": [[table, key, old] for (table, key), old in self._changed.items() if old],
            "new": [[row.__tablename__, row.id] for row in self._new],  # type: ignore[attr-defined]
        }


@contextmanager
def recording(session: Session) -> Iterator[Recorder]:
    """Record what is written in this block."""
    recorder = Recorder()
    event.listen(session, "before_flush", recorder.note)
    try:
        yield recorder
        session.flush()
    finally:
        event.remove(session, "before_flush", recorder.note)


@dataclass(frozen=True)
class Undo:
    """A step that can still be taken back: who did it when, and the case as it was before.

    Attributes:
        version: the run's version after the step; once it differs, somebody has gone on.
        state, due_at: of the run before the step.
        rows: the changed rows as they were, and the keys of the new ones.
        organisation_id: for which organisation it was done; only there it can be taken back.
    """

    by_id: int | None
    at: datetime
    step: str
    version: int
    state: bytes
    due_at: datetime | None
    rows: dict[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None

    def kept(self, recorder: Recorder) -> dict[str, Any]:
        """This with the recorded rows, as the run keeps it."""
        return {
            "by": self.by_id,
            "at": self.at.isoformat(),
            "step": self.step,
            "version": self.version,
            "state": b64encode(self.state).decode(),
            "due_at": plain(self.due_at),
            "rows": recorder.rows(),
            "organisation": self.organisation_id,
        }

    @classmethod
    def of(cls, run: Run) -> "Undo | None":
        """What this run could take back, if nobody has gone on since."""
        kept = run.undo
        return None if kept is None or kept["version"] != run.version else cls.read(kept)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Undo":
        """What `kept` has made."""
        due_at = datetime.fromisoformat(kept["due_at"]) if kept["due_at"] else None
        return cls(
            kept["by"],
            datetime.fromisoformat(kept["at"]),
            kept["step"],
            kept["version"],
            b64decode(kept["state"]),
            due_at,
            kept["rows"],
            kept.get("organisation"),
        )

    def of_person(self, user: User) -> bool:
        """Whether this person did it, for the organisation for which they act now."""
        if self.by_id != user.id:
            return False
        places = {organisation_id for organisation_id, _role in user.groups()}
        return self.organisation_id is None or self.organisation_id in places


def can_undo(referral: Referral, user: User) -> Undo | None:
    """The step that this person could take back now, or None."""
    run = db.scalars(
        sa.select(Run).where(Run.referral_id == referral.id).options(undefer(Run.undo))
    ).one()
    return _possible(run, user) if acts_for(user, referral, REFERRAL_ROLES) else None


def _possible(run: Run, user: User) -> Undo | None:
    undo = Undo.of(run)
    if undo is None or not undo.of_person(user) or undo.at < now() - UNDO_TIME:
        return None
    gone = sa.select(Mail.id).where(
        Mail.referral_id == run.referral_id,
        Mail.created_at >= undo.at - timedelta(seconds=5),
        Mail.state.in_([MailState.SENT, MailState.SENDING, MailState.UNKNOWN]),
    )
    if db.scalar(gone.limit(1)) is not None:
        return None
    new_tasks = [key for table, key in undo.rows["new"] if table == "tasks"]
    begun = sa.select(Draft.id).where(Draft.task_id.in_(new_tasks), Draft.user_id != user.id)
    return None if db.scalar(begun.limit(1)) is not None else undo


def take_back(referral: Referral, *, by: User) -> str:
    """Put the case back as it was before the last step; the step's name.

    Raises:
        NothingToUndo: somebody has acted on it, mail has left, or it was too long ago.
    """
    with transaction():
        run = db.scalars(
            sa.select(Run)
            .where(Run.referral_id == referral.id)
            .options(undefer(Run.undo))
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        undo = _possible(run, by)
        if undo is None or not acts_for(by, referral, REFERRAL_ROLES):
            raise NothingToUndo(referral.number)
        run.state, run.due_at, run.ended_at, run.undo = undo.state, undo.due_at, None, None
        db.execute(
            sa.update(Mail)
            .where(Mail.referral_id == referral.id, Mail.state == MailState.WAITING)
            .where(Mail.created_at >= undo.at - timedelta(seconds=5))
            .values(state=MailState.DROPPED)
        )
        db.flush()
        put_back(undo.rows)
        journal.write(
            "undone",
            by=by,
            referral_id=referral.id,
            provider_id=referral.provider_id,
            step=undo.step,
        )
    db.expire_all()
    return undo.step


def put_back(rows: dict[str, Any]) -> None:
    """Write recorded rows as they were, and delete those that were new; submissions are marked."""
    tables = Base.metadata.tables
    new: dict[str, list[int]] = {}
    for name, key in rows["new"]:
        new.setdefault(name, []).append(key)
    kept = new.pop("submissions", [])
    db.execute(sa.update(Submission).where(Submission.id.in_(kept)).values(undone=True))
    db.execute(sa.delete(Draft).where(Draft.task_id.in_(new.get("tasks", []))))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in new:
            db.execute(sa.delete(table).where(table.c.id.in_(new[table.name])))
    for name, key, old in rows["changed"]:
        table = tables[name]
        values = {column: typed(table.c[column].type, value) for column, value in old.items()}
        db.execute(sa.update(table).where(table.c.id == key).values(values))
