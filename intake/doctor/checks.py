"""The one list of checks, in the order in which an office is set up, and its two faces."""

import time

from flask import Flask, current_app
from flask_babel import lazy_gettext as _

from intake.doctor.database import clocks, durable, version, zones
from intake.doctor.disk import backup, modes, papers, room
from intake.doctor.factors import second_factors
from intake.doctor.lines import Check, Line, Needs, State, look_at
from intake.doctor.mail import mail
from intake.doctor.offices import offices, programmes
from intake.doctor.people import people
from intake.doctor.processes import deadlines, drawing
from intake.doctor.routing import routing
from intake.doctor.scanner import scanner, unscanned
from intake.doctor.settings import address, cookies, proxies, secret
from intake.doctor.work import worker

#: What an administrator is led through.
PAGE = (
    Check("offices", _("Stellen"), offices),
    Check("programs", _("Anbieterinnen und Angebote"), programmes),
    Check("routing", _("Zuteilung der Anmeldungen"), routing),
    Check("deadlines", _("Fristen"), deadlines),
    Check("people", _("Personen"), people),
    Check("factors", _("Zweiter Faktor"), second_factors),
    Check("mail", _("Mail"), mail, cheap=False),
    Check("papers", _("Dokumente"), papers, needs=Needs.NOTHING),
    Check("scanner", _("Virenscanner"), scanner, cheap=False, needs=Needs.NOTHING),
    Check("unscanned", _("Ungeprüfte Dokumente"), unscanned),
    Check("backup", _("Sicherung"), backup, needs=Needs.NOTHING),
    Check("drawing", _("Zeichnung"), drawing, cheap=False),
    Check("worker", _("Worker"), worker),
)

#: What only who runs the server can mend.
SERVER = (
    Check("version", _("Datenbank"), version, needs=Needs.DATABASE),
    Check("durability", _("Dauerhaftigkeit"), durable),
    Check("clock", _("Uhr"), clocks),
    Check("zones", _("Zeitzone"), zones, needs=Needs.NOTHING),
    Check("address", _("Adresse"), address, needs=Needs.NOTHING),
    Check("proxies", _("Proxy"), proxies, needs=Needs.NOTHING),
    Check("secret", _("Schlüssel"), secret, needs=Needs.NOTHING),
    Check("cookies", _("Cookies"), cookies, needs=Needs.NOTHING),
    Check("modes", _("Dateirechte"), modes, needs=Needs.NOTHING),
    Check("room", _("Speicherplatz"), room, needs=Needs.NOTHING),
)

#: So many seconds a process remembers how much is missing.
REMEMBERED = 60
_REMEMBERED, _DEAR = "missing", "missing_dear"


def everything(app: Flask) -> list[Line]:
    """All that the page shows, with the network asked; the next page looks anew at what is cheap."""
    lines = [look_at(check, app.extensions["intake"]) for check in PAGE]
    dear = [line for line, check in zip(lines, PAGE, strict=True) if not check.cheap]
    app.extensions[_DEAR] = count(dear)
    app.extensions.pop(_REMEMBERED, None)
    return lines


def missing_count(app: Flask | None = None) -> int:
    """How much is missing: what is cheap up to a minute ago, the rest when the page last looked."""
    app = app or current_app
    until, number = app.extensions.get(_REMEMBERED, (0.0, 0))
    if time.monotonic() >= until:
        number = count([look_at(c, app.extensions["intake"]) for c in PAGE if c.cheap])
        app.extensions[_REMEMBERED] = (time.monotonic() + REMEMBERED, number)
    return int(number + app.extensions.get(_DEAR, 0))


def count(lines: list[Line]) -> int:
    """How many of these are missing."""
    return sum(line.state is State.MISSING for line in lines)
