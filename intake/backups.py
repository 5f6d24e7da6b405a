"""A backup is one ZIP: rows, documents and a list of both with their digests."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from intake.config import Config
from intake.store import path_of
from models.backup import put_back, rows
from models.migrations import newest, upgrade

FORMAT = 1


class BadBackup(Exception):
    """The file is no backup of this version, or it is damaged; the message says which."""


def back_up(config: Config, engine: sa.Engine, target: Path) -> dict[str, int]:
    """Write a backup while the office runs; how many rows and documents it holds.

    The rows come first and are one moment. Documents are never changed once they are there, so
    those that the rows name are there too; a newer one is left out.

    Raises:
        FileExistsError: the target is there already; a backup never overwrites another.
    """
    unfinished = target.with_suffix(".unfinished")
    counts = {"rows": 0, "documents": 0}
    with (
        target.open("xb"),  # claims the name
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        digest, keys = hashlib.sha256(), []
        with archive.open("rows.jsonl", "w", force_zip64=True) as out:
            for table, line in rows(engine):
                data = f"{table}\t{line}\n".encode()
                digest.update(data)
                out.write(data)
                counts["rows"] += 1
                if table == "documents":
                    keys.append((json.loads(line)["key"], json.loads(line)["sha256"]))
        missing = []
        for key, _sha256 in keys:
            path = path_of(config, key)
            if path.exists():
                archive.write(path, f"documents/{key}", zipfile.ZIP_STORED)
                counts["documents"] += 1
            else:
                missing.append(key)
        summary = {
            "format": FORMAT,
            "revision": newest(),
            "made_at": datetime.now(UTC).isoformat(),
            "rows_sha256": digest.hexdigest(),
            "digests": dict(keys),
            "missing": missing,
            **counts,
        }
        archive.writestr("backup.json", json.dumps(summary, indent=1))
    unfinished.replace(target)
    return {**counts, "missing": len(missing)}


def restore(config: Config, engine: sa.Engine, source: Path) -> dict[str, int]:
    """Bring a backup into an empty database; the documents into the folder of the settings.

    Raises:
        BadBackup: damaged, or of another version of the tables.
        NotEmpty: the database holds rows already.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            summary = _checked(archive)
            upgrade(config.database_url)
            counts = put_back(engine, _lines(archive))
            _documents(config, archive, summary["digests"])
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise BadBackup(f"{source} is no readable backup ({error})") from error
    return counts


def _checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(archive.read("backup.json"))
    if summary["format"] != FORMAT or summary["revision"] != newest():
        raise BadBackup(
            f"the backup has tables of version {summary['revision']}, this program {newest()}; "
            "restore it with the program it was made with, then upgrade"
        )
    digest = hashlib.sha256()
    with archive.open("rows.jsonl") as lines:
        for line in lines:
            digest.update(line)
    if digest.hexdigest() != summary["rows_sha256"]:
        raise BadBackup("the rows are damaged: their digest is another one")
    return summary


def _lines(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    with archive.open("rows.jsonl") as lines:
        for line in lines:
            table, _, row = line.decode().rstrip("\n").partition("\t")
            yield table, row


def _documents(config: Config, archive: zipfile.ZipFile, digests: dict[str, str]) -> None:
    for name in archive.namelist():
        folder, _, key = name.partition("/")
        if folder != "documents" or key not in digests:
            continue
        data = archive.read(name)
        if hashlib.sha256(data).hexdigest() != digests[key]:
            raise BadBackup(f"document {key} is damaged: its digest is another one")
        path = path_of(config, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
