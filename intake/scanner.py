"""The virus scanner: clamd is sent the bytes (its command INSTREAM), and only a whole answer counts."""

import socket
import struct
import time

from intake import store
from intake.config import Config
from models.documents import ScanState
from workflows.papers import Papers, ScannerSilent

#: How long a person waits for the scanner; the worker has more patience.
AT_UPLOAD, LATER = 10.0, 120.0
_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096


def scan(data: bytes, place: str, seconds: float) -> ScanState:
    """What clamd at `host:port` says of some bytes: clean or infected.

    Raises:
        ScannerSilent: it is not there, does not end in time, or says neither.
    """
    host, _, port = place.partition(":")
    until = time.monotonic() + seconds
    try:
        with socket.create_connection((host, int(port or 3310)), timeout=seconds) as line:
            _send(line, data, until)
            return _verdict(_heard(line, until))
    except (OSError, ValueError, OverflowError) as error:
        raise ScannerSilent(type(error).__name__) from error


def at_upload(data: bytes, config: Config) -> ScanState:
    """The state of a new paper; without a scanner it is said that nobody looked."""
    if not config.clamd:
        return ScanState.NOT_SCANNED
    try:
        return scan(data, config.clamd, AT_UPLOAD)
    except ScannerSilent:
        return ScanState.WAITING


def papers(config: Config) -> Papers:
    """What the worker can do with the files of papers, by their keys."""

    def look_at(key: str) -> ScanState:
        if not config.clamd:
            return ScanState.NOT_SCANNED
        return scan(store.path_of(config, key).read_bytes(), config.clamd, LATER)

    return Papers(look_at, lambda key: store.remove(config, key))


def _send(line: socket.socket, data: bytes, until: float) -> None:
    """All of it in pieces. A scanner that has had enough closes the line, and has said why."""
    try:
        line.sendall(b"zINSTREAM\0")
        for begin in range(0, len(data), _PIECE):
            piece = data[begin : begin + _PIECE]
            line.settimeout(_left(until))
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _heard(line: socket.socket, until: float) -> bytes:
    """Its answer up to the zero that ends it, or what came until it hung up."""
    heard = b""
    while not heard.endswith(b"\0") and len(heard) < _LONGEST_ANSWER:
        line.settimeout(_left(until))
        piece = line.recv(_LONGEST_ANSWER)
        if not piece:
            break
        heard += piece
    return heard


def _verdict(answer: bytes) -> ScanState:
    if answer == b"stream: OK\0":
        return ScanState.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND\0"):
        return ScanState.INFECTED
    if b"size limit exceeded" in answer:
        raise ScannerSilent("size limit exceeded")
    raise ScannerSilent("no whole answer")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
