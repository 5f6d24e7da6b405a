"""Does a worker run? It leaves no heartbeat; what it takes, and what comes again, tells."""

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext

from intake import wording
from intake.config import Config
from intake.doctor.lines import Finding, missing, ok, typed, warn
from models.base import now
from models.setup import due_since, next_of
from workflows.incidents import WATCH_EVERY, WATCHDOG

#: A worker that runs takes what is due within seconds.
LATE = timedelta(minutes=15)


def worker(_config: Config) -> Iterator[Finding]:
    """Nothing that is due waits, and the hourly watch has been."""
    start = gettext("Starten Sie den Worker auf dem Server."), typed("intake worker")
    waiting, watch = due_since(now() - LATE), next_of(WATCHDOG)
    if watch is None:
        yield missing(
            gettext("Es ist keine Arbeit eingetragen, die ein Worker nehmen könnte."),
            gettext("Führen Sie auf dem Server «intake upgrade» aus."),
            typed("intake upgrade"),
        )
    elif waiting is not None:
        since = wording.moment(waiting)
        yield missing(
            gettext("Es läuft kein Worker: seit %(when)s wartet Arbeit.", when=since), *start
        )
    elif watch <= now():
        yield warn(gettext("Der Worker war noch nicht da, oder er kommt gerade."), *start)
    else:
        last = wording.moment(watch - WATCH_EVERY)
        yield ok(gettext("Nichts wartet; der stündliche Rundgang war am %(when)s.", when=last))
