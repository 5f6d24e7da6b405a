"""Backups by the timer: dated files in turn, the oldest go last of all, and one comes back as an office."""

import io
import json
import os
import shlex
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake import backups, create_app
from intake.backups import back_up_in_turn, newest_backup
from intake.config import UnsafeSetting
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.store import path_of
from models.session import connect
from tests.browser import Web
from tests.conftest import config_for
from tests.fresh import execute
from tests.storm import installation

ROOT = Path(__file__).parents[2]
PETRA = "p.beispiel@example.org"


def command_of(unit):
    """What a unit of docs/office starts, with this program in place of the installed one."""
    lines = (ROOT / "docs/office" / unit).read_text().splitlines()
    words = shlex.split(next(li for li in lines if li.startswith("ExecStart=")).partition("=")[2])
    assert words[0] == "/opt/intake/bin/intake"
    return [sys.executable, "-m", "intake", *words[1:]]


def run(command, settings, cwd):
    settings = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=cwd, env=settings, capture_output=True, text=True, check=False, umask=0
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def case_with_paper(web):
    """The addresses of a case and of its paper."""
    with web.arranged():
        petra = player.user(PETRA)
        number = player.refer(organisation_of(petra), petra).id
    person = web.person(PETRA).open(f"/cases/{number}")
    data = {"csrf_token": person.token, "document": (io.BytesIO(b"%PDF-1.7 x"), "a.pdf")}
    person.client.post(f"/cases/{number}/documents", data=data)
    (paper,) = set(
        person.open(f"/cases/{number}").page.xpath("//a/@href[contains(., '/documents/')]")
    )
    return f"/cases/{number}", paper


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'second.db'}"
    url = request.getfixturevalue("postgres_url")
    execute(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return url


def test_what_the_timer_kept_comes_back_into_an_empty_office(web, case_with_paper, empty, tmp_path):
    config, folder = web.app.extensions["intake"], tmp_path / "kept"
    ours = installation(
        config.database_url, INTAKE_DOCUMENTS=str(config.documents), INTAKE_BACKUPS=str(folder)
    )
    code, out, err = run(command_of("intake-backup.service"), ours, tmp_path)
    assert (code, err) == (0, "")
    (file,) = folder.iterdir()
    assert out.startswith(f"{file}: ")
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    theirs = installation(empty, INTAKE_DOCUMENTS=str(tmp_path / "second"))
    code, out, err = run([sys.executable, "-m", "intake", "restore", str(file)], theirs, tmp_path)
    assert (code, err) == (0, ""), err
    assert "rows are back in" in out
    settings = config_for(empty, tmp_path, documents=tmp_path / "second")
    second = create_app(settings, connect(empty))
    case, paper = case_with_paper
    petra = Web(second).person(PETRA).open(case)
    assert "a.pdf" in petra.text
    assert petra.client.get(paper).data == b"%PDF-1.7 x"
    second.extensions["engine"].dispose()
    if empty.startswith("sqlite"):
        assert (tmp_path / "second.db").stat().st_mode & 0o777 == 0o600
    for part in (tmp_path / "second").rglob("*"):
        assert part.stat().st_mode & 0o077 == 0, part


@pytest.fixture
def office(web, case_with_paper, tmp_path):
    """An office's settings with a folder of backups, and its engine."""
    config = web.app.extensions["intake"]
    folder = tmp_path / "kept"
    return (
        config_for(config.database_url, tmp_path, documents=config.documents, backups=folder),
        web.app.extensions["engine"],
        folder,
    )


OTHERS = (
    "intake-20200101T000000Z.zip.bak",
    "intake-2020.zip",
    "office.zip",
    "xintake-20200101T000000Z.zip",
    "intake-20200101T000000Z.zip.mine.txt",
)


def test_the_oldest_go_and_nothing_that_is_called_otherwise(office, clock):
    config, engine, folder = office
    folder.mkdir()
    for name in OTHERS:
        (folder / name).write_text("mine")
    (folder / "intake-20200101T000000Z.zip").symlink_to(folder / "office.zip")
    (folder / "intake-20190101T000000Z.zip.abc.unfinished").write_text("of one that was killed")
    made = []
    for hour in range(5):
        clock.move_to(datetime(2026, 1, 12, hour, tzinfo=UTC))
        file, _counts, gone = back_up_in_turn(config, engine, 3)
        made.append(file.name)
        assert gone == (1 if hour > 2 else 0)
    left = {*OTHERS, *made[2:], "intake-20200101T000000Z.zip"}
    assert {path.name for path in folder.iterdir()} == left
    assert newest_backup(config) == datetime(2026, 1, 12, 4, tzinfo=UTC)


def test_nothing_goes_while_the_new_one_is_not_complete(office, clock, monkeypatch):
    config, engine, folder = office
    clock.move_to(datetime(2026, 1, 12, 1, tzinfo=UTC))
    first, *_ = back_up_in_turn(config, engine, 1)

    def full(*_):
        raise OSError(28, "No space left on device")

    clock.move_to(datetime(2026, 1, 12, 2, tzinfo=UTC))
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(backups.private, "settle", full)
        back_up_in_turn(config, engine, 1)
    assert list(folder.iterdir()) == [first]
    for path in config.documents.rglob("*"):
        if path.is_file():
            path.write_bytes(b"not what was kept")
    _file, counts, gone = back_up_in_turn(config, engine, 1)
    assert (len(counts.missing), gone) == (1, 0), "a backup without its papers replaces none"
    assert newest_backup(config) == datetime(2026, 1, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "data", [b"", b"PK", "no backup.json", b'{"format": 1}', b'{"format": 1, "missing": ["x"]}']
)
def test_the_newest_backup_is_the_newest_that_is_complete(office, clock, data):
    config, engine, folder = office
    assert newest_backup(config) is None
    assert newest_backup(config_for("sqlite://", folder)) is None
    clock.move_to(datetime(2026, 1, 12, 1, tzinfo=UTC))
    back_up_in_turn(config, engine, 1)
    later = folder / "intake-20270101T000000Z.zip"
    if data in (b"", b"PK"):
        later.write_bytes(data)
    else:
        with zipfile.ZipFile(later, "w") as archive:
            archive.writestr("x" if isinstance(data, str) else "backup.json", data)
    assert newest_backup(config) == datetime(2026, 1, 12, 1, tzinfo=UTC)


def test_a_backup_without_a_folder_or_of_the_same_second_is_a_sentence(office, clock, tmp_path):
    config, engine, _folder = office
    with pytest.raises(UnsafeSetting, match="INTAKE_BACKUPS is missing"):
        back_up_in_turn(config_for(config.database_url, tmp_path), engine, 1)
    back_up_in_turn(config, engine, 1)
    with pytest.raises(FileExistsError):
        back_up_in_turn(config, engine, 1)
    words = [sys.executable, "-m", "intake", "backup"]
    code, _out, err = run(words, installation(config.database_url), tmp_path)
    assert (code, err.count("\n")) == (1, 1)
    assert "INTAKE_BACKUPS is missing" in err
    assert run([*words, "--keep", "0"], installation(config.database_url), tmp_path)[0] == 2


def test_a_paper_that_is_missing_is_said_and_the_rest_is_kept(office, tmp_path):
    config, engine, _folder = office
    with zipfile.ZipFile(whole := tmp_path / "whole.zip", "w"):
        pass
    whole.unlink()
    backups.back_up(config, engine, whole)
    with zipfile.ZipFile(whole) as archive:
        (key,) = json.loads(archive.read("backup.json"))["digests"]
    path_of(config, key).unlink()
    settings = installation(config.database_url, INTAKE_DOCUMENTS=str(config.documents))
    words = [sys.executable, "-m", "intake", "backup", str(tmp_path / "less.zip")]
    code, out, _err = run(words, settings, tmp_path)
    assert code == 1
    assert "1 documents are not in" in out
