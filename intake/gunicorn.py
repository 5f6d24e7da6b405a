"""Settings of the web server: logs like the rest, and figures of processes that are gone."""

import os
import shutil
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from intake.config import from_environment
from intake.logs import configure

worker_class = "gthread"
threads = 4
#: How long a process that is told to stop may finish what it is at.
graceful_timeout = 30
#: Kept short, because a proxy stands in front.
keepalive = 5
#: How the folder of figures is called that `intake serve` makes for itself.
FIGURES = "intake-figures-"


class Lines(Logger):  # type: ignore[misc]
    """The server's own lines go where all others go, in the same format."""

    def setup(self, cfg: Any) -> None:
        """Called at the start, and again when the settings are read anew."""
        super().setup(cfg)
        configure(from_environment(), lasting=True)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def access(self, *_told: Any) -> None:
        """Nothing, whatever GUNICORN_CMD_ARGS says: addresses hold names that were searched."""


logger_class = Lines


def post_fork(_server: Any, _worker: Any) -> None:
    """A new process logs as the settings say."""
    configure(from_environment(), lasting=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Drop the figures that only a living process has."""
    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove the folder of figures, unless the office has named one."""
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""))
    if folder.name.startswith(FIGURES):
        shutil.rmtree(folder, ignore_errors=True)
