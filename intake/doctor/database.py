"""For the shell: the database's version, its clock, and whether a commit outlives a power cut."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from intake import wording
from intake.config import Config
from intake.doctor.lines import Finding, missing, ok, typed, warn
from models.base import OFFICE_ZONE, now
from models.database import DURABLE, clock, durability, revision
from models.migrations import newest
from models.setup import newest_moment

#: Seconds by which two clocks may differ.
CLOSE = 5.0


def version(_config: Config) -> Iterator[Finding]:
    """The tables are those of this program."""
    found, wanted = revision(_engine()), newest()
    how = gettext("Führen Sie auf dem Server «intake upgrade» aus."), typed("intake upgrade")
    if not found:
        yield missing(gettext("Die Datenbank hat noch keine Tabellen."), *how)
    elif found != wanted:
        text = gettext("Die Tabellen sind von Version %(found)s, das Programm will %(wanted)s.")
        yield missing(text % {"found": found, "wanted": wanted}, *how)
    else:
        yield ok(gettext("Die Tabellen sind von Version %(found)s, wie das Programm.", found=found))


def durable(_config: Config) -> Iterator[Finding]:
    """What was confirmed is on the disk."""
    engine = _engine()
    found, wanted = durability(engine), DURABLE[engine.dialect.name]
    weak = {name: value for name, value in found.items() if value not in wanted[name]}
    if weak:
        yield missing(
            gettext(
                "Nach einem Stromausfall könnte Bestätigtes fehlen: %(weak)s.", weak=_set(weak)
            ),
            gettext(
                "Stellen Sie die Datenbank so ein, dass sie wartet, bis alles geschrieben ist."
            ),
            typed(_set({name: wanted[name][0] for name in weak})),
        )
        return
    yield ok(gettext("Was bestätigt ist, ist geschrieben: %(told)s.", told=_set(found)))


def clocks(_config: Config) -> Iterator[Finding]:
    """This machine's clock, the database's, and the newest line of the journal agree."""
    here, there, newest_line = now(), clock(_engine()), newest_moment()
    apart = abs((there - here).total_seconds()) if there else 0.0
    mend = (
        gettext("Lassen Sie beide Maschinen ihre Uhr nach einem Zeitserver stellen."),
        typed("NTP"),
    )
    if newest_line and (newest_line - here).total_seconds() > CLOSE:
        when = wording.moment(newest_line)
        text = gettext("Die Uhr geht nach: im Journal steht schon etwas vom %(when)s.", when=when)
        yield missing(text, *mend)
    if apart > CLOSE:
        text = gettext("Die Uhr der Datenbank weicht um %(n)s Sekunden ab.", n=round(apart))
        yield warn(text, *mend)
    elif not newest_line or (newest_line - here).total_seconds() <= CLOSE:
        yield ok(gettext("Die Uhren stimmen überein."))


def zones(_config: Config) -> Iterator[Finding]:
    """The time zones of this machine know Zurich."""
    ZoneInfo.no_cache(OFFICE_ZONE.key)
    yield ok(gettext("Die Zeitzone %(name)s ist bekannt.", name=OFFICE_ZONE.key))


def _set(values: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _engine() -> sa.Engine:
    engine: sa.Engine = current_app.extensions["engine"]
    return engine
