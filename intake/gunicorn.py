"""Settings of the web server: logs like the rest, and figures of processes that are gone."""

from typing import Any

from prometheus_client import multiprocess

from intake.config import from_environment
from intake.logs import configure

worker_class = "gthread"
threads = 4
#: How long a process that is told to stop may finish what it is at.
graceful_timeout = 30
#: Kept short, because a proxy stands in front.
keepalive = 5


def post_fork(_server: Any, _worker: Any) -> None:
    """A new process logs as the settings say."""
    configure(as_json=from_environment().log_json)


def child_exit(_server: Any, worker: Any) -> None:
    """Drop the figures that only a living process has."""
    multiprocess.mark_process_dead(worker.pid)
