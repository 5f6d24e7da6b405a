"""Typst in a process of its own: little time, little memory, an empty folder; what is too much is given up.

This file is also the program of that process. It then loads nothing of ours, so that it begins quickly.
"""

import json
import subprocess
import sys
import tempfile
from typing import Any

try:
    import resource
except ImportError:  # Windows has no such limits; the time is bounded all the same
    resource = None  # type: ignore[assignment]


#: How the process ends when Typst says that the source is wrong.
_WRONG = 3


class NotPrinted(Exception):
    """There is no PDF of this."""


class Refused(NotPrinted):
    """Typst does not take what the page is made of."""


class TooMuch(NotPrinted):
    """The page cannot be printed within its time and memory."""


def printed(source: str, options: dict[str, Any], *, seconds: int, wait: int, memory: int) -> bytes:
    """The PDF of a Typst source.

    Args:
        options: what `typst.compile` takes, as JSON.
        seconds: of one processor.
        wait: seconds until the process is ended from here.
        memory: bytes of the whole process.

    Raises:
        Refused, TooMuch
    """
    asked = {"source": source, "options": options, "seconds": seconds, "memory": memory}
    with tempfile.TemporaryDirectory(prefix="intake-print-") as folder:
        try:
            done = subprocess.run(  # noqa: S603  our own file
                [sys.executable, "-I", __file__],
                input=json.dumps({**asked, "folder": folder}).encode(),
                capture_output=True,
                cwd=folder,
                env={"TMPDIR": folder, "RAYON_NUM_THREADS": "1"},
                timeout=wait,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TooMuch(f"not done after {wait} seconds") from None
    if done.returncode == _WRONG:
        raise Refused
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise TooMuch(f"ended with {done.returncode}")
    return done.stdout


def _bound(seconds: int, memory: int) -> None:
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _main() -> int:
    asked = json.loads(sys.stdin.buffer.read())
    _bound(asked["seconds"], asked["memory"])
    import typst  # noqa: PLC0415  only here, and within the bounds

    try:
        pdf = typst.compile(
            asked["source"].encode(), format="pdf", root=asked["folder"], **asked["options"]
        )
    except typst.TypstError:
        return _WRONG
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
