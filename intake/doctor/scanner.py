"""Does the virus scanner answer?"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from flask_babel import gettext, ngettext

from intake import wording
from intake.config import Config
from intake.doctor.lines import Finding, State, missing, ok, typed, warn
from intake.doctor.patience import SECONDS, within
from models.base import now
from models.documents import waiting_since

#: A scanner that is well answers the worker's next tries.
LATE = timedelta(minutes=15)


def scanner(config: Config) -> Iterator[Finding]:
    """clamd is asked its PING; without a scanner papers are marked as not scanned."""
    setting = typed("INTAKE_CLAMD")
    if not config.clamd and config.environment == "demo":
        words = gettext("Es ist kein Virenscanner gesetzt.")
        demo = gettext("In der Demo braucht es das nicht.")
        yield Finding(State.NOT_APPLICABLE, f"{words} {demo}")
    elif not config.clamd:
        yield warn(
            gettext("Es ist kein Virenscanner gesetzt; Dokumente gelten als nicht geprüft."),
            gettext("Setzen Sie den Virenscanner (clamd) als Name:Anschluss."),
            setting,
        )
    elif _answers(config.clamd):
        yield ok(gettext("%(place)s antwortet.", place=config.clamd))
    else:
        yield missing(
            gettext("%(place)s antwortet nicht als Virenscanner.", place=config.clamd),
            gettext("Starten Sie clamd, oder berichtigen Sie die Adresse."),
            setting,
        )


def unscanned(config: Config) -> Iterator[Finding]:
    """Papers that nobody can read because the scanner has not answered yet."""
    number, since = waiting_since()
    if not number or since is None:
        yield ok(gettext("Kein Dokument wartet auf den Virenscanner."))
        return
    text = ngettext(
        "%(num)s Dokument wartet seit dem %(when)s auf den Virenscanner; niemand kann es lesen.",
        "%(num)s Dokumente warten seit dem %(when)s auf den Virenscanner; niemand kann sie lesen.",
        number,
        when=wording.moment(since),
    )
    mend = gettext(
        "Prüfen Sie, ob clamd antwortet, der Worker läuft und StreamMaxLength von clamd grösser "
        "ist als INTAKE_LARGEST_FILE."
    )
    late = since < now() - LATE
    yield (missing if late else warn)(text, mend, typed("INTAKE_CLAMD, intake worker"))


def _answers(place: str) -> bool:
    host, _, port = place.partition(":")
    lines: list[socket.socket] = []

    def ping() -> bool:
        with socket.create_connection((host, int(port or 3310)), timeout=SECONDS) as line:
            lines.append(line)
            line.sendall(b"zPING\0")
            return line.recv(16).rstrip(b"\0\n") == b"PONG"

    def hang_up() -> None:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    try:
        return within(SECONDS, ping, hang_up)
    except (OSError, ValueError, OverflowError):
        return False
