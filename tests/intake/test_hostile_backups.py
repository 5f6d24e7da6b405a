"""Archives that somebody else has made: nothing is written where it should not, nothing half."""

import hashlib
import io
import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import restore as restoring
from intake.backups import back_up
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.restore import BadBackup, NotRestored, restore
from intake.store import path_of
from models import private
from models.backup import NotEmpty
from models.migrations import downgrade, upgrade
from models.session import connect
from tests.conftest import config_for

PETRA = "p.beispiel@example.org"
OTHER = "0123456789abcdef0123456789abcdef"


_MADE: dict[str, bytes] = {}


@pytest.fixture
def good(request, tmp_path):
    """A good backup with one paper: its parts by name; made once, since nothing changes it."""
    if not _MADE:
        _MADE.update(made(request.getfixturevalue("web"), tmp_path / "good.zip"))
    return dict(_MADE)


def made(web, file):
    with web.arranged():
        petra = player.user(PETRA)
        number = player.refer(organisation_of(petra), petra).id
    person = web.person(PETRA).open(f"/cases/{number}")
    data = {"csrf_token": person.token, "document": (io.BytesIO(b"%PDF-1.7 x"), "a.pdf")}
    person.client.post(f"/cases/{number}/documents", data=data)
    back_up(web.app.extensions["intake"], web.app.extensions["engine"], file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def target(tmp_path):
    """An empty office to restore into, in a folder of its own; everything in it is looked at after."""
    folder = tmp_path / "target"
    folder.mkdir()
    config = config_for(f"sqlite:///{folder / 'office.db'}", folder)
    engine = connect(config.database_url)
    yield config, engine
    engine.dispose()


def packed(parts, tmp_path):
    file = tmp_path / "hostile.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file


def with_rows(parts, change):
    """The parts with other rows and a digest that fits them."""
    rows = change([line.split("\t", 1) for line in parts["rows.jsonl"].decode().splitlines()])
    data = "".join(f"{table}\t{row}\n" for table, row in rows).encode()
    summary = json.loads(parts["backup.json"]) | {"rows_sha256": hashlib.sha256(data).hexdigest()}
    return {**parts, "rows.jsonl": data, "backup.json": json.dumps(summary).encode()}


def of_documents(**values):
    """A change of the row of the paper."""

    def change(rows):
        return [
            [t, json.dumps({**json.loads(r), **values}) if t == "documents" else r] for t, r in rows
        ]

    return change


def refused(parts, target, tmp_path, words):
    """The archive is refused with these words, and nothing at all was written."""
    config, engine = target
    before = seen(tmp_path)
    file = parts if isinstance(parts, Path) else packed(parts, tmp_path)
    with pytest.raises(BadBackup, match=words) as told:
        restore(config, engine, file)
    assert "\n" not in str(told.value)
    new = {path for path in seen(tmp_path) - before if not path.name.startswith("office.db")}
    assert new <= {file}
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def seen(folder):
    return set(folder.rglob("*"))


NAMES = [
    "../outside",
    "documents/../../outside",
    "/absolute/outside",
    "documents//etc/outside",
    "documents/..\\..\\outside",
    "documents\\outside",
    "C:\\outside",
    f"documents/{OTHER}/x",
    f"documents/{OTHER.upper()}",
    f"documents/{OTHER}\n",
    f"documents/{OTHER[:-1]}",
    f"documents/{OTHER[:-1]}٣",  # a digit, but of another script
    "documents/",
    "more.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_no_backup_has_is_refused(good, target, tmp_path, name):
    refused({**good, name: b"x"}, target, tmp_path, "which no backup has")


def test_a_key_that_no_row_names_is_refused(good, target, tmp_path):
    """Also where the list in the summary names it: only the rows count."""
    summary = json.loads(good["backup.json"])
    summary["digests"][OTHER] = hashlib.sha256(b"x").hexdigest()
    parts = {**good, "backup.json": json.dumps(summary), f"documents/{OTHER}": b"x"}
    refused(parts, target, tmp_path, f"no row of the backup names documents/{OTHER}")


@pytest.mark.parametrize(
    "key", ["../../outside", "/etc/outside", OTHER + "\n", OTHER.upper(), "", None]
)
def test_a_row_with_a_key_that_is_none_is_refused(good, target, tmp_path, key):
    parts = with_rows(good, of_documents(key=key))
    refused(parts, target, tmp_path, "has a key or a digest that no document has")


def test_bytes_of_another_document_under_a_key_are_refused(good, target, tmp_path):
    (name,) = (name for name in good if name.startswith("documents/"))
    refused({**good, name: b"%PDF-1.7 y"}, target, tmp_path, "digest is another one")
    refused({**good, name: b"%PDF-1.7 longer"}, target, tmp_path, "its size is another one")
    del (less := dict(good))[name]
    refused(less, target, tmp_path, "is not in the backup")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_a_device_is_refused(good, target, tmp_path, kind):
    (name,) = (name for name in good if name.startswith("documents/"))
    file = tmp_path / "hostile.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for part, data in good.items():
            told = zipfile.ZipInfo(part)
            told.external_attr = ((kind if part == name else stat.S_IFREG) | 0o777) << 16
            archive.writestr(told, b"/etc/passwd" if part == name else data)
    refused(file, target, tmp_path, "which no backup has")


def test_a_part_that_is_there_twice_is_refused(good, target, tmp_path):
    file = packed(good, tmp_path)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("rows.jsonl", b"")
    refused(file, target, tmp_path, "a part twice")


ROWS = {
    "a table": (lambda rows: [*rows, ["sqlite_master", "{}"]], "no table 'sqlite_master'"),
    "no table": (lambda rows: [*rows, ["", "{}"]], "no table ''"),
    "a column": (of_documents(**{"x) --": 1}), r"documents has no column 'x\) --'"),
    "no object": (lambda rows: [*rows, ["users", "[]"]], "cannot be read"),
    "no JSON": (lambda rows: [*rows, ["users", "{"]], "cannot be read"),
    "deep JSON": (lambda rows: [*rows, ["users", "[" * 100_000]], "cannot be read"),
    "too few": (lambda rows: [*rows, ["users", '{"id": 1}']], "lacks the column"),
    "a word": (of_documents(size="ten"), "a value in size that it cannot have"),
    "a truth": (of_documents(size=True), "a value in size that it cannot have"),
    "a list": (of_documents(filename=["x"]), "a value in filename"),
    "a choice": (of_documents(scan="perhaps"), "a value in scan"),
    "a day": (of_documents(uploaded_at="soon"), "a value in uploaded_at"),
    "a large number": (of_documents(id=2**70), "a value in id"),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows_that_these_tables_cannot_have_are_refused(good, target, tmp_path, case):
    change, words = ROWS[case]
    refused(with_rows(good, change), target, tmp_path, words)


@pytest.mark.parametrize("change", [b"{", b"[]", b'{"format": 1}', b"\xff", b"[" * 100_000])
def test_a_summary_that_is_none_is_refused(good, target, tmp_path, change):
    refused({**good, "backup.json": change}, target, tmp_path, "or it is damaged")


def test_bombs_are_bounded_by_what_is_declared(good, target, tmp_path, monkeypatch):
    """A paper may have as many bytes as its row says, a line and the summary no more than a limit."""
    monkeypatch.setattr(restoring, "LARGEST_PART", 5_000_000)
    (name,) = (name for name in good if name.startswith("documents/"))
    refused({**good, name: bytes(50_000_000)}, target, tmp_path, "its size is another one")
    refused({**good, "rows.jsonl": bytes(50_000_000)}, target, tmp_path, "row .* is too large")
    refused({**good, "backup.json": bytes(50_000_000)}, target, tmp_path, "summary .* is too large")


def test_more_bytes_than_declared_are_never_read(good, target, tmp_path):
    """The sizes in the archive are made small; the bytes behind them stay many."""
    (name,) = (name for name in good if name.startswith("documents/"))
    file = packed({**good, name: bytes(5_000_000)}, tmp_path)
    data, ten = file.read_bytes(), struct.pack("<L", 10)
    file.write_bytes(data.replace(struct.pack("<L", 5_000_000), ten))
    refused(file, target, tmp_path, "or it is damaged|digest is another one")


def test_a_paper_that_is_there_with_other_bytes_stays(good, target, tmp_path):
    config, engine = target
    (key,) = (name.partition("/")[2] for name in good if name.startswith("documents/"))
    path = path_of(config, key)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"somebody else's")
    refused(good, target, tmp_path, "is there already with other bytes")
    assert path.read_bytes() == b"somebody else's"
    path.write_bytes(b"%PDF-1.7 x")
    assert restore(config, engine, packed(good, tmp_path))["documents"] == 1


def test_a_full_disk_leaves_nothing_and_says_so(good, target, tmp_path, monkeypatch):
    config, engine = target
    file = packed(good, tmp_path)

    def full(_file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(private, "settle", full)
        with pytest.raises(NotRestored, match=r"nothing was restored \(No space left"):
            restore(config, engine, file)
    with monkeypatch.context() as patched:
        trouble = sa.exc.OperationalError("insert …", {"name": "Muster"}, OSError())
        patched.setattr(restoring, "put_back", lambda *_: (_ for _ in ()).throw(trouble))
        with pytest.raises(NotRestored, match="the database refused it: OSError"):
            restore(config, engine, file)
    assert [path for path in config.documents.rglob("*") if path.is_file()] == []
    assert restore(config, engine, file)["documents"] == 1, "and it can be tried again"


def test_rows_that_contradict_each_other_leave_nothing(good, target, tmp_path):
    """They are of the right kinds; only the database sees that a key leads nowhere."""
    config, engine = target
    file = packed(with_rows(good, of_documents(referral_id=4711)), tmp_path)
    with pytest.raises(NotRestored, match="the database refused it: IntegrityError"):
        restore(config, engine, file)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar_one() == 0
    assert [path for path in config.documents.rglob("*") if path.is_file()] == []


def test_an_office_of_an_older_version_is_refused_before_its_tables_are_touched(
    good, tmp_path, sqlite_url
):
    downgrade(sqlite_url, "-1")
    engine = connect(sqlite_url)
    config = config_for(sqlite_url, tmp_path)
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT * FROM alembic_version").all()
    with pytest.raises(NotEmpty):
        restore(config, engine, packed(good, tmp_path))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM alembic_version").all() == version
    engine.dispose()
    upgrade(sqlite_url)
