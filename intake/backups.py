"""A backup is one ZIP: rows, documents and a list of both with their digests; for its owner only."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from intake.config import Config, UnsafeSetting
from intake.store import path_of
from models import private
from models.backup import rows
from models.migrations import newest

FORMAT = 1
#: How files in the folder of backups are called, by the moment of their rows; no other is touched.
NAME = "intake-%Y%m%dT%H%M%SZ.zip"
_NAMED = re.compile(r"intake-\d{8}T\d{6}Z\.zip", re.ASCII)
UNFINISHED = ".unfinished"
#: What a backup into the folder leaves there if it is killed.
_LEFT = re.compile(_NAMED.pattern + r"\.\w+\.unfinished", re.ASCII)
KEPT = 30


@dataclass
class Counts:
    """What a backup holds; and the keys of documents that rows name but that are not whole there."""

    rows: int = 0
    documents: int = 0
    missing: list[str] = field(default_factory=list)


def back_up(config: Config, engine: sa.Engine, target: Path) -> Counts:
    """Write a backup while the office runs; the target is there only once it is complete.

    The rows come first and are one moment. Documents are never changed once they are there, so
    those that the rows name are there too; a newer one is left out.

    Raises:
        FileExistsError: the target is there already; a backup never overwrites another.
        UnsafeSetting: there is no folder for it.
    """
    if target.exists():
        raise FileExistsError(target)
    if not target.parent.is_dir():
        raise UnsafeSetting(f"there is no folder {target.parent}; make it first")
    number, name = tempfile.mkstemp(UNFINISHED, f"{target.name}.", target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            with zipfile.ZipFile(
                file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False
            ) as archive:
                counts = _fill(config, engine, archive)
            private.settle(file)
        _name(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return counts


def _name(unfinished: Path, target: Path) -> None:
    """Give a whole file its name. Raises FileExistsError."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        private.create(target).close()
        unfinished.replace(target)
    private.settle_folder(target.parent)


def _fill(config: Config, engine: sa.Engine, archive: zipfile.ZipFile) -> Counts:
    counts, digest, digests = Counts(), hashlib.sha256(), {}
    with archive.open("rows.jsonl", "w", force_zip64=True) as out:
        for table, line in rows(engine):
            data = f"{table}\t{line}\n".encode()
            digest.update(data)
            out.write(data)
            counts.rows += 1
            if table == "documents":
                row = json.loads(line)
                digests[row["key"]] = row["sha256"]
    for key, sha256 in digests.items():
        if _whole(path_of(config, key), sha256):
            archive.write(path_of(config, key), f"documents/{key}", zipfile.ZIP_STORED)
            counts.documents += 1
        else:
            counts.missing.append(key)
    summary = {
        "format": FORMAT,
        "revision": newest(),
        "made_at": datetime.now(UTC).isoformat(),
        "rows_sha256": digest.hexdigest(),
        "digests": digests,
        "missing": counts.missing,
        "rows": counts.rows,
        "documents": counts.documents,
    }
    archive.writestr("backup.json", json.dumps(summary, indent=1))
    return counts


def _whole(path: Path, sha256: str) -> bool:
    """Whether a document is there with the bytes that its row names."""
    with contextlib.suppress(FileNotFoundError):
        return digest_of(path) == sha256
    return False


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def back_up_in_turn(config: Config, engine: sa.Engine, keep: int) -> tuple[Path, Counts, int]:
    """Write a dated backup into the folder of backups; its file, what it holds, how many went.

    The oldest beyond `keep` go only after the new one is complete and lacks nothing.

    Raises:
        UnsafeSetting: no folder is set.
        FileExistsError: there is one of the same second.
    """
    if config.backups is None:
        raise UnsafeSetting("INTAKE_BACKUPS is missing: name the folder for backups, or a FILE.")
    folder = private.folder(config.backups)
    with _alone(folder):
        target = folder / datetime.now(UTC).strftime(NAME)
        counts = back_up(config, engine, target)
        gone = [] if counts.missing else _in_turn(folder)[keep:]
        for old in gone:
            old.unlink()
        for left in folder.glob(f"*{UNFINISHED}"):
            if _LEFT.fullmatch(left.name):
                left.unlink()
    return target, counts, len(gone)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _in_turn(folder: Path) -> list[Path]:
    """The dated backups of a folder, newest first; nothing else that lies there."""
    found = [path for path in folder.iterdir() if _NAMED.fullmatch(path.name)]
    return sorted((p for p in found if p.is_file() and not p.is_symlink()), reverse=True)


def newest_backup(config: Config) -> datetime | None:
    """The moment of the newest complete backup in the folder of backups; None: there is none."""
    if config.backups is None or not config.backups.is_dir():
        return None
    for path in _in_turn(config.backups):
        if _complete(path):
            return datetime.strptime(path.name, NAME).replace(tzinfo=UTC)
    return None


def _complete(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            summary: Any = json.loads(archive.read("backup.json"))
        return bool(summary["format"] == FORMAT and summary["missing"] == [])
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError):
        return False
