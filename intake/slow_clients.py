"""Threads of the web server that do not wait for ever for the rest of a half-sent request."""

import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from workflows import bounds


class Worker(ThreadWorker):  # type: ignore[misc]
    """The library's, whose threads wait for the rest of a request without any end."""

    def enqueue_req(self, conn: Any) -> None:
        """Called for every connection that has something to say."""
        conn.__class__ = Timed
        super().enqueue_req(conn)


class Timed(TConn):  # type: ignore[misc]
    """A connection that has so long for each of its requests."""

    reading: "Deadline | None" = None

    def init(self) -> None:
        """Called before each request is read."""
        super().init()
        unreader = getattr(self.parser, "unreader", None)
        if unreader is not None:
            self.reading = unreader.sock = Deadline(self.sock)

    def close(self, graceful: bool = False) -> None:
        """For a goodbye the library waits two seconds, in the thread that takes all others in."""
        super().close(graceful and not (self.reading and self.reading.over))


class Deadline:
    """What a request is read from; once its time is over it ends, as if the other side had gone."""

    def __init__(self, sock: Any) -> None:
        self.over = False
        self._sock, self._until = sock, time.monotonic() + bounds.RECEIVE_SECONDS

    def recv(self, size: int) -> bytes:
        """What came, or nothing."""
        left = self._until - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            found: bytes = self._sock.recv(size)
        except TimeoutError:
            self.over = True
            return b""
        self._sock.settimeout(bounds.SEND_SECONDS)  # for the answer
        return found
