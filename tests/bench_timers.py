"""How fast due timers are fired: one, two and four workers on PostgreSQL, each timer once."""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import time_machine

from intake import create_app
from intake.demo import player
from intake.demo.cases import organisation_of
from models.base import now
from models.outbox import Mail
from models.processes import Run
from models.session import connect, db, transaction
from tests.conftest import config_for
from tests.copies import copy_case
from tests.storm import installation
from workflows.diagrams.published import specs_of

TIMERS = int(os.environ.get("INTAKE_BENCH_TIMERS", "2000"))
ROOT = Path(__file__).parents[1]


def timers(url: str) -> None:
    """Print the rate for each number of workers, against one."""
    with tempfile.TemporaryDirectory() as folder:
        specs_of.cache_clear()
        app = create_app(config_for(url, Path(folder)), connect(url))
        environment = installation(url)
        one = 0.0
        for workers in (1, 2, 4):
            with app.test_request_context():
                first = _many_due(TIMERS)
                rate = _fired(workers, environment)
                mails = Counter(
                    db.scalars(
                        sa.select(Mail.referral_id).where(
                            Mail.notice == "check_overdue", Mail.referral_id >= first
                        )
                    )
                )
                db.remove()
            one = one or rate
            once = len(mails) == TIMERS and set(mails.values()) == {1}
            print(
                f"  {TIMERS} due timers, {workers} workers      {rate:6.0f} a second  "
                f"{rate / one:5.2f}x one  each {'once' if once else 'NOT ONCE'}"
            )
        app.extensions["engine"].dispose()


def _many_due(number: int) -> int:
    """Copies of a case whose first deadline has passed; the key of the first copy."""
    with time_machine.travel(now() - timedelta(days=40), tick=False):
        petra = player.user("p.beispiel@example.org")
        key = f"{uuid.uuid4().int % 10**8:08d}.{uuid.uuid4().int % 10}"
        case = player.refer(organisation_of(petra), petra, zemis_number=key)
    first = copy_case(case, number).start
    with transaction():
        db.execute(sa.update(Run).where(Run.referral_id < first).values(due_at=None))
    return first


def _fired(workers: int, environment: dict[str, str]) -> float:
    """Timers a second, from the first to the last fired one; starting Python does not count."""
    due = sa.select(sa.func.count()).where(Run.due_at < now())
    total = db.scalar(due) or 0
    command = [sys.executable, "-m", "intake", "worker"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, **quiet) for _ in range(workers)
    ]
    try:
        while True:
            left = db.scalar(due) or 0
            db.rollback()
            if left < total - total // 10:
                break
            time.sleep(0.02)
        begun, begun_with = time.perf_counter(), left
        while left := db.scalar(due):
            db.rollback()
            time.sleep(0.02)
        return begun_with / (time.perf_counter() - begun)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
