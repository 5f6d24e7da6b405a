"""Files that hold people's data are for their owner only, whatever the umask; also those from before."""

import ast
import os
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import store
from intake.backups import back_up
from intake.demo.office import demo_config
from models import private
from models.migrations import upgrade
from models.session import connect
from tests.conftest import config_for

ROOT = Path(__file__).parents[2]
SOURCES = [p for floor in ("models", "workflows", "intake") for p in (ROOT / floor).rglob("*.py")]
#: Where the marker of a finished demo is made, which is empty; where the file of one's own log lies.
HARMLESS = {("office.py", "write_text"), ("logs.py", "mkdir")}
WRITES = {"write_text", "write_bytes", "mkdir", "makedirs", "touch", "copy", "copyfile", "mkfifo"}


@pytest.fixture
def open_to_all():
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder):
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
    }


def test_every_file_of_an_office_is_for_its_owner_only(tmp_path, open_to_all):
    folder = private.folder(tmp_path / "office/of/mine")
    config = config_for(f"sqlite:///{folder}/intake.db", folder)
    upgrade(config.database_url)
    engine = connect(config.database_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE more (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO more VALUES (1)")
        assert {"intake.db", "intake.db-wal", "intake.db-shm"} <= modes(folder).keys()
        back_up(config, engine, folder / "kept.zip")
        store._write(store.path_of(config, "ab" * 16), b"a paper")
        demo_config(folder / "demo", "1")
        found = modes(tmp_path / "office")
    engine.dispose()
    assert len(found) > 9
    for name, mode in found.items():
        assert mode & 0o077 == 0, f"{name} has {mode:o}"


def test_an_unfinished_backup_is_for_its_owner_only(sqlite_url, tmp_path, open_to_all, monkeypatch):
    seen = []
    monkeypatch.setattr(private, "settle", lambda _file: seen.append(modes(tmp_path / "kept")))
    (tmp_path / "kept").mkdir()
    engine = connect(sqlite_url)
    back_up(config_for(sqlite_url, tmp_path), engine, tmp_path / "kept/a.zip")
    engine.dispose()
    assert list(seen[0].values()) == [0o600]


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_a_looser_database_of_before_is_tightened_at_the_start(tmp_path, sqlite_url, end):
    first = connect(sqlite_url).connect()
    first.execute(sa.text("SELECT * FROM users"))
    path = Path(sqlite_url.removeprefix("sqlite:///") + end)
    path.chmod(0o664)
    engine = connect(sqlite_url)
    engine.connect().close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    engine.dispose()
    first.close()


def test_other_kinds_of_databases_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for url in (
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+psycopg://u@h/name",
        "sqlite:///no/x",
    ):
        private.database(url)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_keeps_its_rights():
    """A log may be written to /dev/stdout or /dev/null, which all use."""
    before = Path("/dev/null").stat().st_mode
    private.append(Path("/dev/null")).close()
    assert Path("/dev/null").stat().st_mode == before


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_are_made_in_one_place(path):
    """A new place that writes takes `models.private`, so that nobody else can read what it holds."""
    if path.name == "private.py":
        return
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        words = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        writing = any(set(w) <= set("rwxabt+") and set(w) & set("wxa+") for w in words)
        of_archive = (
            isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "archive"
        )
        if (
            name in WRITES
            and (path.name, name) not in HARMLESS
            and "copy" not in ast.unparse(node.func)
        ):
            found.add(f"{name}, line {node.lineno}")
        if name == "open" and writing and not of_archive:
            found.add(f"open, line {node.lineno}")
    assert not found, "use models.private"
