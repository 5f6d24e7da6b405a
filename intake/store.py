"""Uploaded papers: outside the database, their kind told by their content, scanned if possible."""

import hashlib
import secrets
import socket
import struct
from pathlib import Path

from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from intake.config import Config
from models import private
from models.documents import ScanState

_SIGNATURES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)


class BadFile(Exception):
    """The file cannot be kept; the message says why and what to do."""


class Kept:
    """A file that was kept: key in the store, what it is, how large, what the scanner said."""

    def __init__(self, upload: FileStorage, config: Config) -> None:
        data = upload.stream.read(config.largest_file + 1)
        if not data:
            raise BadFile(gettext("Die Datei ist leer. Wählen Sie eine andere."))
        if len(data) > config.largest_file:
            megabytes = config.largest_file // (1024 * 1024)
            raise BadFile(gettext("Die Datei ist grösser als %(n)s MB.", n=megabytes))
        kind = next((k for k in _SIGNATURES if data.startswith(k[0])), None)
        if kind is None:
            raise BadFile(gettext("Nur PDF, PNG und JPEG können hinzugefügt werden."))
        self.media_type = kind[1]
        stem = Path(secure_filename(upload.filename or "")).stem or "dokument"
        self.filename = stem[:150] + kind[2]
        self.size, self.sha256 = len(data), hashlib.sha256(data).hexdigest()
        self.scan = _scan(data, config.clamd)
        self.key = secrets.token_hex(16)
        _write(path_of(config, self.key), data)


def path_of(config: Config, key: str) -> Path:
    """Where the bytes of a document lie."""
    return config.documents / key[:2] / key


def _write(path: Path, data: bytes) -> None:
    """All or nothing: a full disk leaves no half file."""
    part = path.with_suffix(".part")
    try:
        for folder in (path.parent.parent, path.parent):
            private.folder(folder)
        with private.overwrite(part) as file:
            file.write(data)
            private.settle(file)
        part.rename(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadFile(
            gettext("Die Datei konnte nicht abgelegt werden. Versuchen Sie es später.")
        ) from error


def _scan(data: bytes, clamd: str) -> ScanState:
    """Ask clamd (its INSTREAM command); without a scanner the file is marked as not scanned."""
    if not clamd:
        return ScanState.NOT_SCANNED
    host, _, port = clamd.partition(":")
    try:
        with socket.create_connection((host, int(port or 3310)), timeout=30) as line:
            line.sendall(
                b"zINSTREAM\0" + struct.pack("!L", len(data)) + data + struct.pack("!L", 0)
            )
            answer = line.recv(4096)
    except (OSError, ValueError):
        return ScanState.NOT_SCANNED
    if b"FOUND" in answer:
        raise BadFile(gettext("Der Virenscanner hat die Datei abgelehnt."))
    return ScanState.CLEAN if b"OK" in answer else ScanState.NOT_SCANNED
