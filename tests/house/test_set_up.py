"""The set-up: every step whole or not there, none taken while tests run, nothing left in a shared place."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import dev
from tests import postgres as servers
from tests.journeys.chromium import executable

ROOT = Path(__file__).parents[2]
PROGRAMS = [
    path
    for folder in ("models", "workflows", "intake", "tests")
    for path in (ROOT / folder).rglob("*.py")
]
#: Two set-ups of one folder; each says where the browser is, and that it starts.
SET_UP = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import dev
dev.VENV, dev.BROWSER = Path(sys.argv[1]), Path(sys.argv[1]) / "browser"
with dev.alone():
    dev.browser()
assert dev._starts(dev.BROWSER), "it does not start"
"""
packed = pytest.mark.skipif(
    not (ROOT / "assets/node_modules/@sparticuz/chromium/bin").exists(),
    reason="no browser is packed for this kind of machine",
)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The set-up's folder for this test; no browser on the path counts."""
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "BROWSER", tmp_path / "browser")
    monkeypatch.setenv("INTAKE_NPM_CHROMIUM", "1")
    return tmp_path


def test_tests_never_unpack_a_browser_and_say_in_one_sentence_that_there_is_none(elsewhere):
    with pytest.raises(AssertionError, match=r"run `python3 dev\.py browser` once"):
        executable()
    assert list(elsewhere.iterdir()) == []
    (elsewhere / "browser").mkdir()
    (elsewhere / "browser/ready").write_text("")
    assert executable() == str(elsewhere / "browser/start")


def test_a_set_up_that_is_killed_leaves_no_half_browser(elsewhere, monkeypatch):
    def killed(folder):
        (folder / "chromium").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(dev, "_unpack", killed)
    (elsewhere / "browser-left-by-a-killed-one").mkdir()
    with pytest.raises(KeyboardInterrupt):
        dev.browser()
    assert dev.chromium() is None
    assert list(elsewhere.iterdir()) == []


@packed
def test_two_set_ups_at_once_unpack_one_browser_and_leave_nothing_in_the_shared_place(tmp_path):
    shared, place = tmp_path / "shared", tmp_path / "venv"
    shared.mkdir()
    place.mkdir()
    surroundings = {**os.environ, "TMPDIR": str(shared), "INTAKE_NPM_CHROMIUM": "1"}
    command = [sys.executable, "-c", SET_UP, str(place), str(ROOT)]
    both = [subprocess.Popen(command, env=surroundings, cwd=ROOT) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert [path.name for path in place.iterdir()] == ["browser"]
    assert list(shared.iterdir()) == []
    for part in (place / "browser", place / "browser/chromium", place / "browser/start"):
        assert part.stat().st_mode & 0o005 == 0o005, "whoever runs the tests may start it"


def test_a_catalogue_is_compiled_whole_or_not_at_all(tmp_path, monkeypatch):
    folder = tmp_path / "intake/translations/en/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_bytes(
        (ROOT / "intake/translations/en/LC_MESSAGES/messages.po").read_bytes()
    )
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "BIN", Path(sys.executable).parent)

    def killed(*words, **_):
        Path(words[-1]).write_bytes(b"half")
        sys.exit(1)

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(dev, "run", killed)
        dev.catalogues()
    assert not (folder / "messages.mo").exists()
    dev.catalogues()
    assert (folder / "messages.mo").stat().st_size > 50_000


def test_a_database_server_leaves_nothing_behind_and_reaches_its_place(tmp_path, monkeypatch):
    """Also where the environment lies in a closed home, and where the usual place is closed."""
    usual = Path(tempfile.mkdtemp(prefix="usual-"))  # closed, as mkdtemp makes it
    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(usual))
    made, open_to_all = [], servers._open_to_all
    monkeypatch.setattr(
        servers, "_open_to_all", lambda place: "initdb" not in str(place) and open_to_all(place)
    )
    make = tempfile.mkdtemp
    monkeypatch.setattr(
        tempfile, "mkdtemp", lambda **options: made.append(make(**options)) or made[-1]
    )
    try:
        with servers.postgres() as url:
            assert made[0] in url
            siblings = set(Path(made[0]).parent.glob(Path(made[0]).name + "*"))
            assert siblings == {Path(made[0])}
        assert not Path(made[0]).exists()
        assert list(usual.iterdir()) == []
    finally:
        usual.rmdir()


def test_no_program_writes_under_a_fixed_name_into_a_place_that_all_share():
    """Two runs, or two people, would write to the same file; tempfile and tmp_path give names of one's own."""
    fixed = re.compile(r"""["'f](/var)?/tmp/|["']/dev/shm""")
    found = [path.name for path in [*PROGRAMS, ROOT / "dev.py"] if path.name != Path(__file__).name
             and fixed.search(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert not found


def test_no_test_lets_the_system_choose_a_port_for_later():
    """Whatever asks next would get the same one; servers that start later take `storm.free_port`."""
    taken = re.compile(r"bind\(\([^)]*, 0\)\)\s*(return|\w+ =) .*getsockname")
    found = [path.name for path in PROGRAMS if taken.search(path.read_text(encoding="utf-8"))]
    assert not found
