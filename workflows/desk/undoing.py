"""Taking the last step back: what a step wrote is recorded as it writes, and can be put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import journal
from models.base import Base, now
from models.drafts import Draft
from models.outbox import Mail, MailState
from models.people import User
from models.processes import Run
from models.referrals import Referral
from models.session import db, transaction
from models.submissions import Submission
from models.undo import Undo, undo_of
from workflows.errors import NothingToUndo

#: How long a step can be taken back, if nothing else forbids it sooner.
UNDO_TIME = timedelta(minutes=10)

#: What a step writes that is not taken back: history stays, state is kept apart.
_KEPT = frozenset({"journal", "outbox", "jobs", "undos", "runs", "drafts"})


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
                    old[column.key] = _plain(history.deleted[0] if history.deleted else None)

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


def remember(
    recorder: Recorder,
    run: Run,
    *,
    state: bytes,
    due_at: datetime | None,
    by: User,
    step: str,
) -> None:
    """Keep the recorded step as the one that can be taken back, in place of the one before."""
    found = undo_of(run.referral_id)
    undo = found or Undo(referral_id=run.referral_id)
    undo.by_id, undo.at, undo.step = by.id, now(), step
    undo.run_version, undo.state, undo.due_at = run.version, state, due_at
    undo.rows = recorder.rows()
    if found is None:
        db.add(undo)


def can_undo(referral: Referral, user: User) -> Undo | None:
    """The step that this person could take back now, or None."""
    undo = undo_of(referral.id)
    if undo is None or undo.by_id != user.id or undo.at < now() - UNDO_TIME:
        return None
    version = db.scalar(sa.select(Run.version).where(Run.referral_id == referral.id))
    if version != undo.run_version:
        return None
    gone = sa.select(Mail.id).where(
        Mail.referral_id == referral.id,
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
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        undo = can_undo(referral, by)
        if undo is None:
            raise NothingToUndo(referral.number)
        step, rows = undo.step, undo.rows
        run.state, run.due_at, run.ended_at = undo.state, undo.due_at, None
        db.execute(
            sa.update(Mail)
            .where(Mail.referral_id == referral.id, Mail.state == MailState.WAITING)
            .where(Mail.created_at >= undo.at - timedelta(seconds=5))
            .values(state=MailState.DROPPED)
        )
        db.delete(undo)
        db.flush()
        _put_back(rows)
        journal.write(
            "undone",
            by=by,
            referral_id=referral.id,
            provider_id=referral.provider_id,
            step=step,
        )
    db.expire_all()
    return step


def _put_back(rows: dict[str, Any]) -> None:
    tables = Base.metadata.tables
    new: dict[str, list[int]] = {}
    for name, key in rows["new"]:
        new.setdefault(name, []).append(key)
    kept = new.pop("submissions", [])
    db.execute(
        sa.update(Submission).where(Submission.id.in_(kept)).values(undone=True, task_id=None)
    )
    db.execute(sa.delete(Draft).where(Draft.task_id.in_(new.get("tasks", []))))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in new:
            db.execute(sa.delete(table).where(table.c.id.in_(new[table.name])))
    for name, key, old in rows["changed"]:
        table = tables[name]
        values = {column: _typed(table.c[column], value) for column, value in old.items()}
        db.execute(sa.update(table).where(table.c.id == key).values(values))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def _typed(column: sa.Column[Any], value: Any) -> Any:
    kind = column.type
    if value is None:
        return None
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if kind.python_type is datetime:
        return datetime.fromisoformat(value)
    return value


__all__ = ["Recorder", "can_undo", "recording", "remember", "take_back"]
