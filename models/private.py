"""Files that hold people's data: for their owner only, whatever the umask of the process."""

import os
import stat
from pathlib import Path
from typing import IO

import sqlalchemy as sa

OWNER_ONLY = 0o600
FOLDER = 0o700


def create(path: Path) -> IO[bytes]:
    """A new file to write, for its owner only. Raises FileExistsError."""
    return _opened(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)


def overwrite(path: Path) -> IO[bytes]:
    """A file to write anew, for its owner only also where it was there already."""
    return _opened(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW)


def append(path: Path) -> IO[bytes]:
    """A file to add to, for its owner only also where it was there already."""
    return _opened(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)


def settle(file: IO[bytes]) -> None:
    """Wait until what was written lies on the disk."""
    file.flush()
    os.fsync(file.fileno())


def settle_folder(path: Path) -> None:
    """Wait until the names in a folder lie on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def folder(path: Path) -> Path:
    """A folder that only its owner enters; those above it that are missing are made so too."""
    missing = [part for part in (path, *path.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(FOLDER, exist_ok=True)
    _tighten(path, FOLDER)
    return path


def database(url: str) -> None:
    """The file of an SQLite database, before it is opened: its companions get what it has."""
    found = sa.engine.make_url(url)
    path = Path(found.database or ":memory:")
    if found.get_backend_name() != "sqlite" or found.database in (None, "", ":memory:"):
        return
    if str(path).startswith("file:") or not path.parent.is_dir():
        return
    if not path.exists():
        append(path).close()
    for part in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm", "-journal"))):
        _tighten(part, OWNER_ONLY)


def _opened(path: Path, flags: int) -> IO[bytes]:
    opened = os.fdopen(os.open(path, flags | os.O_CLOEXEC, OWNER_ONLY), "wb")
    if os.fstat(opened.fileno()).st_mode & 0o077:
        _tighten(path, OWNER_ONLY)
    return opened


def _tighten(path: Path, mode: int) -> None:
    """Take away what others may; what belongs to somebody else is theirs to mend."""
    try:
        found = path.stat().st_mode
        ours = stat.S_ISREG(found) or stat.S_ISDIR(found)  # not /dev/stdout
        if ours and found & 0o777 & ~mode:
            path.chmod(mode)
    except (FileNotFoundError, PermissionError):
        return
