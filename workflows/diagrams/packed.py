"""ZIPs of drawings opened: sizes are believed only while they are counted."""

import io
import zipfile
import zlib

from workflows import bounds

ENDINGS = (".bpmn", ".dmn")
#: Other ways to pack answer one read with any amount.
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: How each entry of a ZIP's directory begins.
_ENTRY = b"PK\x01\x02"


class BadZip(Exception):
    """A ZIP that is not opened, or too much in all; the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Unpacking:
    """The files of a bundle, counted together over everything that is added."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._left = bounds.BUNDLE

    def add(self, name: str, data: bytes) -> None:
        """Take a file, or the drawings in a ZIP; what lies packed within a ZIP stays packed.

        Raises:
            BadZip
        """
        if not data.startswith(b"PK\x03\x04"):
            self._keep(printable(name), data)
            return
        if len(data) > bounds.ZIP or data.count(_ENTRY) > bounds.ZIP_ENTRIES:
            raise BadZip(
                "TOO_LARGE_ZIP",
                f"a ZIP has at most {bounds.ZIP // bounds.MB} MB and {bounds.ZIP_ENTRIES} entries; "
                "pack the drawings alone",
            )
        try:
            self._open(data)
        except (
            zipfile.BadZipFile,
            zlib.error,
            RuntimeError,
            NotImplementedError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            sentence = f"this ZIP cannot be opened ({error}); pack the files again"
            raise BadZip("BAD_ZIP", sentence) from None

    def _open(self, data: bytes) -> None:
        most = bounds.ZIP_RATIO * len(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                if not entry.filename.endswith(ENDINGS):
                    continue
                if entry.compress_type not in _WAYS:
                    raise ValueError("it is packed in a rare way")
                with archive.open(entry) as file:
                    found = file.read(min(bounds.XML, most) + 1)
                most -= len(found)
                if most < 0:
                    raise BadZip("TOO_LARGE_ZIP", "this ZIP unpacks to a multiple; pack it anew")
                self._keep(printable(entry.filename), found)

    def _keep(self, name: str, data: bytes) -> None:
        data = data[: bounds.XML + 1]  # what is larger is refused by itself
        self._left -= len(data)
        if self._left < 0:
            raise BadZip(
                "TOO_LARGE_BUNDLE",
                f"more than {bounds.BUNDLE // bounds.MB} MB in all files; leave files out",
            )
        if len(self.files) >= bounds.BUNDLE_FILES and name not in self.files:
            raise BadZip(
                "TOO_MANY_FILES", f"more than {bounds.BUNDLE_FILES} drawings; leave files out"
            )
        self.files[name] = data


def printable(name: str) -> str:
    """A file's name without what a terminal or a page would stumble over."""
    clean = "".join(c if c.isprintable() else "?" for c in name.replace("\\", "/"))
    return clean[-200:]
