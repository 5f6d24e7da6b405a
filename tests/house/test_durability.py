"""What is measured and tested keeps its word as an office does: nothing confirmed before it is on the disk."""

import re
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.backup import rows
from models.session import connect
from tests.postgres import durability

ROOT = Path(__file__).parents[2]


def test_both_databases_wait_for_the_disk(url):
    engine = connect(url)
    assert durability(engine) in (
        "synchronous=full",
        "fsync=on, synchronous_commit=on, full_page_writes=on",
    )
    engine.dispose()


def test_every_connection_of_the_program_waits_for_the_disk(sqlite_url):
    engine = connect(sqlite_url)
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    engine.dispose()


def test_no_file_asks_a_database_to_keep_less():
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    asks = re.compile(
        r"(fsync|full_page_writes|synchronous_commit) *= *.?off|synchronous *= *(off|normal|[01])\b",
        re.IGNORECASE,
    )
    programs = [n for n in names if n.endswith((".py", ".service", "Containerfile"))]
    found = [n for n in programs if asks.search((ROOT / n).read_text(encoding="utf-8"))]
    assert not found, "an answer that is confirmed must be on the disk"


@pytest.mark.parametrize(
    "change",
    [
        "TRUNCATE users, diagrams CASCADE",
        "UPDATE users SET first_name = 'Other'",
        "SELECT setval('users_id_seq', 4711)",
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        "ALTER TABLE users ADD COLUMN more text",
    ],
)
def test_the_next_test_finds_the_database_as_the_first_did(postgres_office, change):
    """Whatever a test did, even to the tables; and a connection that it left open does not matter."""

    def all_of_it():
        engine = sa.create_engine(postgres_office.fresh(), poolclass=sa.NullPool)
        with engine.connect() as connection:
            counters = connection.exec_driver_sql(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            ).all()
        found = list(rows(engine)), sorted(counters)
        engine.dispose()
        return found

    before = all_of_it()
    left = sa.create_engine(postgres_office.url, poolclass=sa.NullPool).connect()
    for statement in change.split("; "):
        left.exec_driver_sql(statement)
    left.commit()
    left.exec_driver_sql("SELECT 1")
    assert all_of_it() == before
    left.invalidate()
    left.close()


def test_every_bench_on_a_database_says_how_it_was_kept():
    benches = [p for p in ROOT.glob("tests/bench*.py") if "postgres()" in p.read_text()]
    silent = [p.name for p in benches if "durability(" not in p.read_text()]
    assert benches
    assert not silent, "print durability(engine) beside the figures"
