"""A backup brought back: everything in it is looked at before anything is written.

What stands in an archive never decides where something is written: a document lies where its key
says, and a key counts only if it is 32 hexadecimal digits and a row of the same backup names it.
"""

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from intake.backups import FORMAT, digest_of
from intake.config import Config
from intake.store import path_of
from models import private
from models.backup import BadRows, Row, checked, none_there, put_back
from models.migrations import newest, upgrade

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_AT_ONCE = 1024 * 1024
#: Bytes of one row and of the summary; no more of either is held at once.
LARGEST_PART = 64 * 1024 * 1024


class BadBackup(Exception):
    """The file is no backup of this version, or it is damaged; the message says which."""


class NotRestored(Exception):
    """The backup is good, but could not be written; the message says why. Nothing of it stays."""


@dataclass(frozen=True)
class Paper:
    """A document as its row describes it."""

    key: str
    size: int
    sha256: str


def restore(config: Config, engine: sa.Engine, source: Path) -> dict[str, int]:
    """Bring a backup into an empty database; the documents into the folder of the settings.

    Raises:
        BadBackup: damaged, of another version of the tables, or not made by `back_up`.
        NotEmpty: the database holds rows already.
        NotRestored: it could not be written, such as onto a full disk.
    """
    if not source.is_file():
        raise BadBackup(f"there is no file {source}")
    with _readable(source), zipfile.ZipFile(source) as archive:
        papers = _looked_over(archive)
        none_there(engine)
        _not_in_the_way(config, papers)
        return _bring_in(config, engine, archive, papers)


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    """Whatever an archive can be wrong in is a sentence."""
    unreadable = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
    try:
        yield
    except (*unreadable, KeyError, TypeError, ValueError) as error:
        raise BadBackup(
            f"{source} is no backup that intake made, or it is damaged; nothing was changed. "
            f"Take another one, or copy it again ({error})"
        ) from error
    except BadRows as error:
        raise BadBackup(str(error)) from None


def _looked_over(archive: zipfile.ZipFile) -> list[Paper]:
    """The papers of a backup of which everything is as it must be; nothing is written."""
    _no_strange_parts(archive)
    summary = _summary(archive)
    digest, papers = hashlib.sha256(), []
    for row in checked(_lines(archive, digest)):
        if row.table == "documents":
            papers.append(_paper(row))
    if digest.hexdigest() != summary["rows_sha256"]:
        raise BadBackup("the rows are damaged: their digest is another one")
    _all_there(archive, papers, summary["missing"])
    held = set(archive.namelist())
    for paper in papers:
        if f"documents/{paper.key}" in held:
            for _data in _bytes_of(archive, paper):
                pass
    return papers


def _no_strange_parts(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if len(set(names)) != len(names):
        raise BadBackup("the backup holds a part twice")
    for part in archive.infolist():
        folder, _, key = part.filename.partition("/")
        known = part.filename in ("backup.json", "rows.jsonl")
        known = known or (folder == "documents" and bool(_KEY.fullmatch(key)))
        kind = stat.S_IFMT(part.external_attr >> 16)
        if not known or part.orig_filename != part.filename or kind not in (0, stat.S_IFREG):
            raise BadBackup(f"the backup holds {part.orig_filename!r}, which no backup has")


def _summary(archive: zipfile.ZipFile) -> dict[str, Any]:
    if archive.getinfo("backup.json").file_size > LARGEST_PART:
        raise BadBackup("the summary of the backup is too large")
    found: dict[str, Any] = json.loads(archive.read("backup.json"))
    if found["format"] != FORMAT or found["revision"] != newest():
        raise BadBackup(
            f"the backup has tables of version {found['revision']}, this program {newest()}; "
            "restore it with the program it was made with, then upgrade"
        )
    return found


def _lines(archive: zipfile.ZipFile, digest: Any = None) -> Iterator[tuple[str, str]]:
    with archive.open("rows.jsonl") as lines:
        while line := lines.readline(LARGEST_PART + 1):
            if len(line) > LARGEST_PART:
                raise BadBackup("a row of the backup is too large")
            if digest is not None:
                digest.update(line)
            table, _, row = line.decode().rstrip("\n").partition("\t")
            yield table, row


def _paper(row: Row) -> Paper:
    key, size, sha256 = (row.values[name] for name in ("key", "size", "sha256"))
    if not _KEY.fullmatch(str(key)) or not _DIGEST.fullmatch(str(sha256)):
        raise BadBackup("a document of the backup has a key or a digest that no document has")
    return Paper(key, int(size), sha256)


def _all_there(archive: zipfile.ZipFile, papers: list[Paper], missing: list[str]) -> None:
    sizes = {p.filename: p.file_size for p in archive.infolist() if "/" in p.filename}
    named = {f"documents/{paper.key}": paper for paper in papers}
    if strange := sizes.keys() - named.keys():
        raise BadBackup(f"no row of the backup names {min(strange)}")
    for name, paper in named.items():
        if name not in sizes and paper.key not in missing:
            raise BadBackup(f"document {paper.key} is not in the backup")
        if sizes.get(name, paper.size) != paper.size:
            raise BadBackup(f"document {paper.key} is damaged: its size is another one")


def _bytes_of(archive: zipfile.ZipFile, paper: Paper) -> Iterator[bytes]:
    """A document piece by piece; no more than its row names. Raises BadBackup at the end."""
    digest = hashlib.sha256()
    with archive.open(f"documents/{paper.key}") as file:
        while data := file.read(_AT_ONCE):
            digest.update(data)
            yield data
    if digest.hexdigest() != paper.sha256:
        raise BadBackup(f"document {paper.key} is damaged: its digest is another one")


def _not_in_the_way(config: Config, papers: list[Paper]) -> None:
    for paper in papers:
        path = path_of(config, paper.key)
        if path.is_symlink() or (path.exists() and digest_of(path) != paper.sha256):
            raise BadBackup(
                f"{path} is there already with other bytes; name another folder in INTAKE_DOCUMENTS"
            )


def _bring_in(
    config: Config, engine: sa.Engine, archive: zipfile.ZipFile, papers: list[Paper]
) -> dict[str, int]:
    """Documents, then all rows in one transaction; if either fails, both are as before."""
    written: list[Path] = []
    held = set(archive.namelist())
    try:
        upgrade(config.database_url)
        for paper in papers:
            path = path_of(config, paper.key)
            if not path.exists() and f"documents/{paper.key}" in held:
                for folder in (path.parent.parent, path.parent):
                    private.folder(folder)
                with _new(path, written) as file:
                    for data in _bytes_of(archive, paper):
                        file.write(data)
        return put_back(engine, checked(_lines(archive)))
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            why = error.strerror or type(error).__name__
        elif isinstance(error, sa.exc.SQLAlchemyError):
            # Only the kind of trouble: the message would hold the values of a row.
            why = f"the database refused it: {type(getattr(error, 'orig', error)).__name__}"
        else:
            raise
        raise NotRestored(f"nothing was restored ({why})") from None


@contextmanager
def _new(path: Path, written: list[Path]) -> Iterator[IO[bytes]]:
    with private.create(path) as file:
        written.append(path)
        yield file
        private.settle(file)
