"""What people read when what they sent cannot be kept: unreadable, incomplete, too long, too late."""

import logging
from typing import Any

from flask import Flask, render_template
from flask_babel import gettext
from sqlalchemy import exc

from intake import arriving
from intake.errors import safely, typed_again, unexpected
from intake.keeping import typed
from models.fits import DoesNotFit

log = logging.getLogger(__name__)

#: Serialisation, deadlock, lock not available, as PostgreSQL numbers them.
_BUSY = frozenset({"40001", "40P01", "55P03"})


def register(app: Flask) -> None:
    """Attach the pages for what no view has a sentence of its own for."""
    app.register_error_handler(arriving.Unreadable, safely(_unreadable))
    app.register_error_handler(arriving.Incomplete, safely(_incomplete))
    app.register_error_handler(DoesNotFit, safely(_does_not_fit))
    app.register_error_handler(exc.DataError, safely(_does_not_fit))
    app.register_error_handler(exc.IntegrityError, safely(_at_once))
    app.register_error_handler(exc.OperationalError, safely(_database))


def _unreadable(_error: arriving.Unreadable) -> Any:
    sentence = gettext(
        "Darunter waren Zeichen, die sich nicht speichern lassen. Sie sind entfernt, Ihre übrigen "
        "Angaben sind noch da: Senden Sie sie nochmals."
    )
    return typed_again(422, sentence)


def _incomplete(_error: arriving.Incomplete) -> Any:
    """What is missing is not empty; sending the same again would help nobody."""
    sentence = gettext(
        "Die Seite war unvollständig, als sie ankam, und es wurde nichts gespeichert. Öffnen Sie "
        "sie nochmals. Was angekommen ist, steht unten."
    )
    return render_template("errors/lost.html", sentence=sentence, typed=typed()), 422


def _does_not_fit(error: DoesNotFit | exc.DataError) -> Any:
    """Of the row nothing is logged: it is somebody's."""
    log.warning("does not fit: %s", error.column if isinstance(error, DoesNotFit) else "a value")
    sentence = gettext(
        "Das lässt sich so nicht speichern: Eine Angabe ist zu lang oder zu gross. Gehen Sie "
        "zurück, und kürzen Sie sie."
    )
    return typed_again(422, sentence)


def _at_once(error: exc.IntegrityError) -> Any:
    """Two people at once, of whom the database has let one through."""
    log.warning("two at once: %s", type(error.orig).__name__)
    sentence = gettext(
        "Jemand anders hat im selben Augenblick dasselbe eingetragen, oder worauf es sich bezieht, "
        "gibt es nicht mehr. Ihre Angaben sind noch da: Prüfen Sie, was jetzt gilt, und senden Sie "
        "sie nochmals, wenn es nötig ist."
    )
    return typed_again(409, sentence)


def _database(error: exc.OperationalError) -> Any:
    """Rows that others hold for a moment; or the database does not answer, which is no odd input."""
    if getattr(error.orig, "sqlstate", None) not in _BUSY and "locked" not in str(error.orig):
        return unexpected(error)
    log.warning("the database is busy: %s", type(error.orig).__name__)
    sentence = gettext(
        "Es wird gerade viel gespeichert. Ihre Angaben sind noch da: Senden Sie sie nochmals."
    )
    return typed_again(409, sentence)
