"""Many cases at once, copied row by row from one that was played: for measuring, not for reading."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from models.journal import Entry
from models.processes import Run
from models.referrals import Referral
from models.session import db, transaction
from models.submissions import Submission
from models.tasks import Task

BLOCK = 1_000


def row_of(entity: object, *without: str) -> dict[str, object]:
    """The columns of a row but its key, and without some others."""
    columns = sa.inspect(type(entity)).column_attrs
    return {c.key: getattr(entity, c.key) for c in columns if c.key not in ("id", *without)}


def copy_case(case: Referral, number: int) -> range:
    """So many cases that wait at the same step as this one; their keys."""
    run = db.scalars(sa.select(Run).where(Run.referral_id == case.id)).one()
    task = db.scalars(sa.select(Task).where(Task.referral_id == case.id)).one()
    referral, run_row, task_row = row_of(case), row_of(run, "undo"), row_of(task, "undo")
    first = _next(Referral)
    keys = range(first, first + number)
    with transaction():
        for start in range(0, number, BLOCK):
            block = [(key, uuid.uuid4().hex) for key in keys[start : start + BLOCK]]
            _insert(Referral, ({**referral, "id": key, "number": f"b{key}"} for key, _ in block))
            states = {
                new: run.state.replace(task.engine_id.encode(), new.encode()) for _, new in block
            }
            _insert(Run, ({**run_row, "referral_id": k, "state": states[new]} for k, new in block))
            _insert(Task, ({**task_row, "referral_id": k, "engine_id": new} for k, new in block))
        _catch_up(Referral)
    return keys


def copy_ended(case: Referral, number: int) -> None:
    """So many cases that ended as this one did, with their answers and their journal."""
    kinds = (Task, Submission, Entry)
    originals = {
        kind: list(db.scalars(sa.select(kind).where(kind.referral_id == case.id).order_by(kind.id)))
        for kind in kinds
    }
    run = row_of(db.scalars(sa.select(Run).where(Run.referral_id == case.id)).one(), "undo")
    referral = row_of(case)
    first = {kind: _next(kind) for kind in (Referral, *kinds)}
    with transaction():
        for copy in range(number):
            key = first[Referral] + copy
            _insert(Referral, [{**referral, "id": key, "number": f"e{key}"}])
            _insert(Run, [{**run, "referral_id": key}])
            for kind in kinds:
                rows = originals[kind]
                at = first[kind] + copy * len(rows)
                _insert(kind, _moved(rows, key, at, originals[Task], first[Task], copy))
        _catch_up(*first)


def _moved(rows, case_id, first_id, tasks, first_task, copy):
    """The rows of a case as those of another; what belongs to a task belongs to that one's."""
    place = {task.id: first_task + copy * len(tasks) + n for n, task in enumerate(tasks)}
    for number, row in enumerate(rows):
        moved = {**row_of(row, "undo"), "id": first_id + number, "referral_id": case_id}
        if moved.get("task_id"):
            moved["task_id"] = place[moved["task_id"]]
        if "engine_id" in moved:
            moved["engine_id"] = uuid.uuid4().hex
        yield moved


def _catch_up(*kinds: type) -> None:
    """Let the database go on counting behind keys that were given."""
    if db.get_bind().dialect.name == "postgresql":
        for kind in kinds:
            db.execute(sa.text(f"SELECT setval('{kind.__tablename__}_id_seq', {_next(kind)})"))


def _next(kind: type) -> int:
    return (db.scalar(sa.select(sa.func.max(kind.id))) or 0) + 1


def _insert(table: type, rows: Iterable[dict[str, object]]) -> None:
    db.execute(sa.insert(table), list(rows))
