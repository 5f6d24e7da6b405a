"""An office under load, driven by locust: steps done a second, how long they take, who waits for locks."""

import csv
import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from intake import create_app
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PASSWORD
from models.session import connect, db
from models.tasks import Task, TaskOutcome
from tests.conftest import config_for
from tests.copies import copy_case
from tests.storm import PEOPLE, Office, Sink
from workflows.diagrams.published import specs_of

SECONDS, USERS, PROCESSES = 20, 8, 4
CASES = 4_000
TOOLS = Path(__file__).parent / "bench_tools"
WAITING = sa.text(
    "select coalesce(max(extract(epoch from clock_timestamp() - waitstart)), 0) from pg_locks"
    " where not granted"
)


def load(url: str, python: str) -> None:
    """Print what eight people get done through four web processes, each on cases of their own."""
    specs_of.cache_clear()
    with tempfile.TemporaryDirectory() as folder, Sink() as sink:
        engine = connect(url)
        app = create_app(config_for(url, Path(folder)), engine)
        with app.test_request_context():
            petra = player.user("p.beispiel@example.org")
            case = player.refer(organisation_of(petra), petra, zemis_number="00000777.7")
            keys = copy_case(case, CASES)
            mine = sa.select(Task.id).where(Task.referral_id >= keys.start)
            tasks = Path(folder) / "tasks.json"
            tasks.write_text(json.dumps(db.scalars(mine).all()))
            db.remove()
            office = Office(url, Path(folder), sink.port, web_processes=PROCESSES).start()
            try:
                with Locks(engine) as locks:
                    figures = _locust(python, office.port, tasks, Path(folder))
            finally:
                office.stop()
            done = mine.where(Task.outcome == TaskOutcome.DONE)
            finished = db.scalar(sa.select(sa.func.count()).select_from(done.subquery()))
            db.remove()
        engine.dispose()
    step = figures["step"]
    failed = sum(int(row["Failure Count"]) for row in figures.values())
    accepted = int(step["Request Count"]) - int(step["Failure Count"])
    print(
        f"  {USERS} people, {PROCESSES} web processes: {accepted / SECONDS:.1f} steps done a second"
        f" (page and answer), answer median {float(step['50%']):.0f} ms, p95 {float(step['95%']):.0f} ms,"
        f" worst {float(step['Max Response Time']):.0f} ms, {failed} errors;"
        f" longest wait for a lock {locks.longest * 1000:.0f} ms"
    )
    assert finished >= accepted, "an accepted step is not there"  # more: answered after the end


def _locust(python: str, port: int, tasks: Path, folder: Path) -> dict[str, dict[str, str]]:
    """Locust's own table, a row for each kind of request."""
    environment = {
        **os.environ,
        "OFFICE_PEOPLE": json.dumps([(email, PASSWORD) for email in PEOPLE]),
        "OFFICE_TASKS": str(tasks),
    }
    options = ["--headless", "--only-summary", "--csv", str(folder / "load")]
    options += ["-u", str(USERS), "-r", str(USERS), "-t", f"{SECONDS}s", "--stop-timeout", "20"]
    command = [python, "-m", "locust", "-f", str(TOOLS / "locustfile.py")]
    subprocess.run(
        [*command, "--host", f"http://127.0.0.1:{port}", *options],
        check=False,  # it exits 1 where an answer failed; the table tells
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with (folder / "load_stats.csv").open(newline="") as lines:
        return {row["Name"]: row for row in csv.DictReader(lines) if row["Name"] != "Aggregated"}


class Locks:
    """Looks every 20 ms how long somebody has waited for a lock; PostgreSQL only."""

    def __init__(self, engine: sa.Engine) -> None:
        self.longest = 0.0
        self._engine, self._over = engine, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Locks":
        if self._engine.dialect.name == "postgresql":
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not self._over.is_set():
                self.longest = max(self.longest, float(connection.scalar(WAITING)))
                time.sleep(0.02)
