"""Backup and restore: the same office afterwards, on either database, with running cases."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import factors
from intake.backups import back_up
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.restore import BadBackup, restore
from intake.store import path_of
from models.backup import NotEmpty, _forward, rows
from models.base import Base
from models.migrations import newest, upgrade
from models.processes import Run
from models.second_factors import HalfSignIn
from models.session import connect, db, transaction
from models.sign_ins import PasswordLink
from models.tasks import open_tasks
from models.user_sessions import UserSession
from tests.conftest import config_for
from workflows.links import send_link

PETRA, MONIKA = "p.beispiel@example.org", "m.muster@example.org"


@pytest.fixture
def office_with_papers(web, tmp_path):
    """An office with a running case and a paper; its settings."""
    with web.arranged():
        petra = player.user(PETRA)
        case_id = player.refer(organisation_of(petra), petra).id
    person = web.person(PETRA).open(f"/cases/{case_id}")
    person.client.post(
        f"/cases/{case_id}/documents",
        data={"csrf_token": person.token, "document": (io.BytesIO(b"%PDF-1.7 x"), "a.pdf")},
    )
    return web.app.extensions["intake"]


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_what_comes_back_is_what_went_in_and_runs_on(
    web, office_with_papers, tmp_path, request, target
):
    file = tmp_path / "office.zip"
    engine = web.app.extensions["engine"]
    counts = back_up(office_with_papers, engine, file)
    assert (counts.documents, counts.missing) == (1, [])
    before = list(rows(engine))
    if target == "sqlite":
        url = f"sqlite:///{tmp_path / 'second.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
        empty = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with empty.connect() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        empty.dispose()
    second = config_for(url, tmp_path / "second")
    restored = connect(url)
    restore(second, restored, file)
    assert [row for row in rows(restored) if row[0] != "user_sessions"] == [
        row for row in before if row[0] != "user_sessions"
    ]
    key = next(json.loads(line)["key"] for table, line in before if table == "documents")
    assert path_of(second, key).read_bytes() == b"%PDF-1.7 x"
    with web.app.test_request_context():
        monika = player.user(MONIKA)
        run = db.scalars(sa.select(Run)).one()
        case = open_tasks(run.referral_id)[0].referral
        player.do(case, "completeness_check", monika)  # new keys, the old state
        assert [task.form_key for task in open_tasks(case.id)] == ["triage"]
        db.remove()
    restored.dispose()


def test_a_backup_never_overwrites_and_goes_only_into_empty_tables(
    web, office_with_papers, tmp_path
):
    file = tmp_path / "office.zip"
    engine = web.app.extensions["engine"]
    back_up(office_with_papers, engine, file)
    with pytest.raises(FileExistsError):
        back_up(office_with_papers, engine, file)
    with pytest.raises(NotEmpty):
        restore(office_with_papers, engine, file)


def damaged(file: Path, name: str, change) -> Path:
    """A copy of a backup with one of its parts changed."""
    other = file.with_name("damaged.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part.startswith(name) else data)
    return other


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("rows", lambda data: data.replace(b"Olten", b"Alten", 1), "rows are damaged"),
        ("documents/", lambda data: data + b"x", "is damaged"),
        (
            "backup.json",
            lambda data: data.replace(f'"{newest()}"'.encode(), b'"9999"'),
            "tables of version",
        ),
        ("backup.json", lambda data: b"{", "or it is damaged; nothing was changed"),
    ],
)
def test_a_damaged_backup_is_refused(web, office_with_papers, tmp_path, part, change, words):
    file = tmp_path / "office.zip"
    back_up(office_with_papers, web.app.extensions["engine"], file)
    second = config_for(f"sqlite:///{tmp_path / 'second.db'}", tmp_path / "second")
    engine = connect(second.database_url)
    upgrade(second.database_url)
    with pytest.raises(BadBackup, match=words):
        restore(second, engine, damaged(file, part, change))
    engine.dispose()


def test_a_file_that_is_no_backup_is_refused(web, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"nothing")
    config = config_for(f"sqlite:///{tmp_path / 'second.db'}", tmp_path)
    engine = connect(config.database_url)
    with pytest.raises(BadBackup):
        restore(config, engine, tmp_path / "x.zip")
    engine.dispose()


def test_rows_may_name_rows_that_come_after_them(sqlite_url, tmp_path):
    """Every column that points ahead, to its own table or a later one, gets a row that does."""
    engine = connect(sqlite_url)
    pointing = {(table, column) for table, columns in _forward().items() for column in columns}
    assert pointing, "the municipalities that were merged"
    with engine.begin() as connection:
        for table, column in sorted(pointing):
            there = Base.metadata.tables[table]
            first, last = sa.select(sa.func.min(there.c.id)), sa.select(sa.func.max(there.c.id))
            found = connection.scalar(first), connection.scalar(last)
            assert found[0] < found[1], f"{table}: give the demo two rows"
            change = sa.update(there).where(there.c.id == found[0]).values({column: found[1]})
            connection.execute(change)
    before = list(rows(engine))
    back_up(config_for(sqlite_url, tmp_path), engine, tmp_path / "office.zip")
    engine.dispose()
    second = config_for(f"sqlite:///{tmp_path / 'second.db'}", tmp_path / "second")
    engine = connect(second.database_url)
    restore(second, engine, tmp_path / "office.zip")
    assert list(rows(engine)) == before
    engine.dispose()


def test_a_backup_that_is_brought_back_lets_nobody_in(web, office_with_papers, tmp_path):
    """What was ended since it was made would be open again."""
    with web.arranged():
        factors.half_begin(player.user(MONIKA))
        with transaction():
            send_link(player.user(MONIKA), "password_reset")
    assert web.person(MONIKA).open("/account").path == "/account"
    back_up(office_with_papers, web.app.extensions["engine"], tmp_path / "office.zip")
    second = config_for(f"sqlite:///{tmp_path}/b.db", tmp_path / "b")
    restored = connect(second.database_url)
    restore(second, restored, tmp_path / "office.zip")
    with restored.connect() as connection:
        sessions = connection.execute(sa.select(UserSession.ended_at)).scalars().all()
        links = connection.execute(sa.select(PasswordLink.used_at)).scalars().all()
        assert sessions and links and all([*sessions, *links])
        assert connection.execute(sa.select(HalfSignIn)).all() == []
    restored.dispose()
