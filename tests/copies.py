"""Many cases at once, copied row by row from one that was played: for measuring, not for reading."""

import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from models.processes import Run
from models.referrals import Referral
from models.session import db, transaction
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
    first = (db.scalar(sa.select(sa.func.max(Referral.id))) or 0) + 1
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
        if db.get_bind().dialect.name == "postgresql":
            db.execute(sa.text(f"SELECT setval('referrals_id_seq', {first + number})"))
    return keys


def _insert(table: type, rows: Iterable[dict[str, object]]) -> None:
    db.execute(sa.insert(table), list(rows))
