"""What a person sees in a terminal, and where log lines go: verbs as processes of their own."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from intake.demo.office import demo_config
from tests.conftest import furnish
from tests.storm import free_port

ROOT = Path(__file__).parents[2]
LASTING = ("serve", "worker")


@pytest.fixture
def settings(tmp_path, sqlite_url):
    """An office in production on a furnished database; processes run in a folder of their own."""
    given = {name: text for name, text in os.environ.items() if not name.startswith("INTAKE_")}
    return {
        **given,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
        "PORT": str(free_port()),
        "INTAKE_DATABASE_URL": sqlite_url,
        "INTAKE_SECRET_KEY": "x" * 40,
        "INTAKE_BASE_URL": "https://intake.example.org",
        "INTAKE_NEW_PASSWORD": "ein langer guter Satz",
    }


def run(settings, *words):
    command = [sys.executable, "-m", "intake", *words]
    options = {"capture_output": True, "text": True, "umask": 0, "timeout": 60}
    return subprocess.run(command, cwd=settings["TMPDIR"], env=settings, check=False, **options)


def start(settings, *words, **options):
    command = [sys.executable, "-m", "intake", *words]
    return subprocess.Popen(command, cwd=settings["TMPDIR"], env=settings, umask=0, **options)


def answers(port, host="127.0.0.1"):
    """Whether the sign-in page comes within some seconds."""
    for _ in range(400):
        try:
            return urllib.request.urlopen(f"http://{host}:{port}/sign-in", timeout=5).status == 200
        except OSError:
            time.sleep(0.1)
    return False


def wait_for(file, words):
    for _ in range(200):
        if file.exists() and words in file.read_text():
            return file.read_text()
        time.sleep(0.1)
    raise AssertionError(f"{words} is not in {file}")


WORDS_OF_VERBS = [
    (("upgrade",), "The database is up to date; referral 1 is in force.\n"),
    (
        ("user", "add", "n@example.org", "N", "N", "Caritas Solothurn", "coordinator"),
        "n@example.org can sign in.\n",
    ),
    (("check", str(ROOT / "bpmn")), None),
    (("diff", str(ROOT / "bpmn")), ""),
    (("rebind",), "0 Fälle umgestellt, 0 nicht.\n"),
]


@pytest.mark.parametrize(("words", "said"), WORDS_OF_VERBS, ids=lambda w: w[0] if w else "")
def test_a_short_verb_says_its_sentence_and_nothing_else(settings, words, said):
    done = run(settings, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert said in (None, done.stdout)
    assert list(Path(settings["TMPDIR"]).glob("**/*.log")) == []


def test_an_empty_database_is_set_up_without_a_line_of_the_migrations(settings, tmp_path):
    settings["INTAKE_DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    done = run(settings, "upgrade")
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


@pytest.mark.parametrize("form", ["json", "text"])
def test_log_lines_go_to_the_file_of_the_settings_for_its_owner_only(settings, tmp_path, form):
    file = tmp_path / "lines.log"
    file.touch(0o644)
    settings |= {"INTAKE_LOG_FILE": str(file), "INTAKE_LOG": form}
    settings["INTAKE_DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    done = run(settings, "upgrade")
    assert (done.returncode, done.stderr) == (0, "")
    lines = file.read_text().splitlines()
    assert any("alembic" in line for line in lines)
    for line in lines:
        assert (form == "json") == line.startswith("{")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("verb", [*LASTING, "upgrade"])
@pytest.mark.parametrize("place", ["there/is/none.log", "a-folder", "x" * 300])
def test_a_log_file_that_cannot_be_written_is_a_sentence(settings, tmp_path, verb, place):
    (tmp_path / "a-folder").mkdir()
    done = run({**settings, "INTAKE_LOG_FILE": str(tmp_path / place)}, verb)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("intake: INTAKE_LOG_FILE: ")


def test_a_disk_that_gets_full_is_one_sentence_and_the_verb_goes_on(settings, tmp_path):
    (tmp_path / "full.log").symlink_to("/dev/full")
    before = Path("/dev/full").stat().st_mode
    settings["INTAKE_DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    done = run({**settings, "INTAKE_LOG_FILE": str(tmp_path / "full.log")}, "upgrade")
    assert (done.returncode, done.stdout.count("\n"), done.stderr.count("\n")) == (0, 1, 1)
    assert "full.log cannot be written (No space left on device)" in done.stderr
    assert Path("/dev/full").stat().st_mode == before, "only files of one's own are tightened"


@pytest.mark.parametrize("verb", LASTING)
def test_without_a_terminal_every_line_goes_to_the_systems_log_as_json(settings, tmp_path, verb):
    err = tmp_path / "stderr"
    with err.open("wb") as to:
        process = start(settings, verb, stdout=subprocess.PIPE, stderr=to)
        wait_for(err, "Booting worker" if verb == "serve" else "The worker runs")
        assert verb == "worker" or answers(settings["PORT"])
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, b"")
    for line in err.read_text().splitlines():
        assert json.loads(line)["message"], "the server's own lines are JSON too"
    assert list(tmp_path.glob("intake-figures-*")) == [], "a folder of figures is left"


@pytest.mark.parametrize("verb", LASTING)
def test_at_a_terminal_one_sentence_says_where_the_lines_are(settings, tmp_path, verb):
    ours, theirs = pty.openpty()
    process = start(settings, verb, stdout=theirs, stderr=theirs)
    os.close(theirs)
    if verb == "serve":
        assert answers(settings["PORT"])
    seen = os.read(ours, 10_000).decode()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    os.set_blocking(ours, False)
    with contextlib.suppress(OSError):  # nobody writes any more
        seen += os.read(ours, 10_000).decode()
    os.close(ours)
    assert seen.count("\n") == 1, seen
    assert "log lines go to var/intake.log" in seen
    assert (tmp_path / "var/intake.log").stat().st_mode & 0o777 == 0o600


def test_an_address_that_is_taken_is_a_sentence(settings):
    with socket.create_server(("127.0.0.1", int(settings["PORT"]))):
        done = run(settings, "serve")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "name another address with --bind" in done.stderr


@pytest.fixture
def demo(settings, tmp_path):
    """Settings of a demo that has been set up before, without its crowd."""
    folder = tmp_path / "var/demo"
    furnish(demo_config(folder, "1").database_url, tmp_path)
    (folder / "ready").write_text("")
    return {name: text for name, text in settings.items() if not name.startswith("INTAKE_")}


def test_the_demo_shows_its_address_and_answers_at_every_name_of_this_machine(demo, tmp_path):
    out, err = tmp_path / "stdout", tmp_path / "stderr"
    with out.open("wb") as to, err.open("wb") as errors:
        process = start(demo, "demo", stdout=to, stderr=errors)
        port = demo["PORT"]
        try:
            assert answers(port)
            assert answers(port, "localhost")
            if socket.has_ipv6 and _has_address("::1"):
                assert answers(port, "[::1]")
            lines = wait_for(tmp_path / "var/demo/intake.log", "Booting worker")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    assert (process.returncode, err.read_text()) == (0, "")
    assert [line.strip() for line in out.read_text().splitlines() if line] == [
        f"Open http://localhost:{port} and choose who you want to be.",
        "Log lines go to var/demo/intake.log; Ctrl-C stops.",
    ]
    assert "alembic" in lines
    modes = {p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "var/demo").iterdir()}
    assert {modes["secret"], modes["intake.db"], modes["intake.log"]} == {0o600}
    assert not answers_now(port), "its parts end with it"


def _has_address(address):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def answers_now(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@pytest.mark.parametrize("port", ["taken", "0815x", "99999"])
def test_a_port_that_cannot_be_used_is_a_sentence_before_anything_is_set_up(settings, port):
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = str(server.getsockname()[1]) if port == "taken" else port
        done = run({**settings, "PORT": number}, "demo")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.endswith("choose another port: PORT=8080 make demo\n")
