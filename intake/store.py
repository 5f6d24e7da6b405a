"""Uploaded papers: outside the database, their kind told by their content, scanned if possible."""

import hashlib
import secrets
from pathlib import Path

from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from intake.config import Config
from intake.pictures import pixels
from models import private
from models.documents import Document
from workflows import bounds

_SIGNATURES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)


class BadFile(Exception):
    """The file cannot be kept; the message says why and what to do."""


class NotReadable(Exception):
    """The bytes are given to nobody: the virus scanner has not said that they are clean."""


class Kept:
    """A file that can be kept: its key in the store, what it is, how large."""

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
        if pixels(data) > bounds.PIXELS:
            millions = bounds.PIXELS // 1_000_000
            raise BadFile(
                gettext("Das Bild hat mehr als %(n)s Millionen Bildpunkte.", n=millions)
                + " "
                + gettext("Verkleinern Sie es oder scannen Sie gröber.")
            )
        self.media_type = kind[1]
        stem = Path(secure_filename(upload.filename or "")).stem or "dokument"
        self.filename = stem[:150] + kind[2]
        self.size, self.sha256 = len(data), hashlib.sha256(data).hexdigest()
        self.key, self.data = secrets.token_hex(16), data

    def write(self, config: Config) -> None:
        """Lay the bytes where their key says. Raises BadFile."""
        _write(path_of(config, self.key), self.data)


def readable(config: Config, document: Document) -> Path:
    """The one way to the bytes of a paper for whoever serves or attaches it. Raises NotReadable."""
    if not document.readable:
        raise NotReadable
    return path_of(config, document.key)


def path_of(config: Config, key: str) -> Path:
    """Where the bytes of a document lie: for backups, the scanner and removal."""
    return config.documents / key[:2] / key


def remove(config: Config, key: str) -> None:
    """Take the bytes of a document from the disk, also half written ones; none there is good too."""
    path = path_of(config, key)
    for file in (path, path.with_suffix(".part")):
        file.unlink(missing_ok=True)
    if path.parent.is_dir():
        private.settle_folder(path.parent)


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
