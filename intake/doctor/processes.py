"""Are the deadlines there, and a drawing that runs?"""

import functools
from collections.abc import Iterator

from flask_babel import gettext, ngettext

from intake import wording
from intake.config import Config
from intake.doctor.lines import Finding, Where, missing, names, ok, page, typed, warn
from intake.forms import vocabulary
from models.deadlines import common_terms
from models.processes import Diagram, latest_diagram
from models.programs import program_codes
from models.reference import DEADLINES
from models.setup import last_entry, was_published
from workflows.diagrams.check import check
from workflows.diagrams.files import texts_of
from workflows.diagrams.published import (
    REFERRAL,
    SHIPPED,
    came_along,
    checksum,
    files_of,
    shipped_bundle,
)


def deadlines(_config: Config) -> Iterator[Finding]:
    """Every deadline is there; whether its length is right only an office can say."""
    gone = sorted(DEADLINES.keys() - {term.code for term in common_terms()})
    if gone:
        yield missing(gettext("Es fehlen Fristen: %(codes)s.", codes=names(gone)), *_upgrade())
        return
    there = gettext("Alle %(n)s Fristen sind da.", n=len(DEADLINES))
    assumed = gettext("Sie sind Annahmen, bis das Amt sie bestätigt.")
    here = page(gettext("Fristen ansehen"), "deadlines.index")
    entries = [last_entry("deadline_set"), last_entry("deadlines_confirmed")]
    last = max((entry for entry in entries if entry), key=lambda entry: entry.at, default=None)
    if last is None:
        untouched = gettext("Noch niemand hat sie geprüft.")
        yield warn(
            f"{there} {assumed} {untouched}",
            gettext("Die Prozessverantwortlichen sehen sie durch und speichern, was gilt."),
            here,
        )
        return
    who = last.by.name if last.by else gettext("jemandem")
    told = gettext(
        "Zuletzt geprüft oder geändert von %(who)s am %(day)s.", who=who, day=wording.day(last.at)
    )
    yield ok(f"{there} {assumed} {told}", here)


def drawing(_config: Config) -> Iterator[Finding]:
    """The version in force, what stands against it, and whether a newer one came along."""
    diagram = latest_diagram(REFERRAL)
    here = page(gettext("Prozesse ansehen"), "processes.index")
    if diagram is None:
        yield missing(gettext("Es ist keine Zeichnung in Kraft."), *_upgrade())
        return
    forbidding = _forbidding(diagram.id, diagram.checksum, program_codes())
    if forbidding:
        yield missing(
            ngettext(
                "Gegen Version %(version)s spricht %(num)s Befund.",
                "Gegen Version %(version)s sprechen %(num)s Befunde.",
                forbidding,
                version=diagram.version,
            ),
            gettext("Die Prozessverantwortlichen beheben sie in der Werkbank und geben frei."),
            here,
        )
    else:
        yield ok(_in_force(diagram), here)
    yield from _newer(diagram, here)


def _in_force(diagram: Diagram) -> str:
    values = {"version": diagram.version, "day": wording.day(diagram.in_force_at)}
    if came_along(diagram):
        return gettext("Version %(version)s ist in Kraft seit %(day)s, wie mitgeliefert.", **values)
    return gettext("Version %(version)s ist in Kraft seit %(day)s, hier freigegeben.", **values)


def _newer(diagram: Diagram, here: Where) -> Iterator[Finding]:
    if was_published(checksum(texts_of(shipped_bundle()))):
        return
    text = gettext("Mit dem Programm kam eine neuere Zeichnung, die hier nie in Kraft war.")
    if came_along(diagram):
        yield warn(text, *_upgrade())
        return
    yield warn(
        text,
        gettext("Vergleichen Sie sie mit Ihrer, und übernehmen Sie, was passt."),
        typed(f"intake diff {SHIPPED}"),
        here,
    )


@functools.lru_cache(8)
def _forbidding(diagram_id: int, _checksum: str, _programs: tuple[str, ...]) -> int:
    """How many findings forbid a version; looked for once in a process while nothing changes."""
    files = {name: text.encode() for name, text in files_of(diagram_id).items()}
    return sum(finding.forbids for finding in check(files, REFERRAL, vocabulary()))


def _upgrade() -> tuple[str, Where]:
    return gettext("Führen Sie auf dem Server «intake upgrade» aus."), typed("intake upgrade")
