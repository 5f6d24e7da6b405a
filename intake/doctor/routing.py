"""Does every registration get to the programme that it wishes for?"""

from collections.abc import Iterator

from flask_babel import gettext

from intake.config import Config
from intake.doctor.lines import Finding, State, Where, missing, names, ok, page, typed, warn
from intake.forms.choices import TARGET_GROUP
from models.base import today
from models.places import social_regions
from models.processes import latest_diagram
from models.programs import programs
from workflows.decisions import Table
from workflows.diagrams.published import REFERRAL
from workflows.diagrams.routed import CannotTell, routing_tables, sent_to
from workflows.facts import OPEN


def routing(_config: Config) -> Iterator[Finding]:
    """What the tables of the version in force answer, for every programme and target group."""
    yield from _routes()


def _routes() -> Iterator[Finding]:
    diagram = latest_diagram(REFERRAL)
    if diagram is None:
        yield missing(
            gettext("Es ist keine Zeichnung in Kraft, die Anmeldungen zuteilt."),
            gettext("Führen Sie auf dem Server «intake upgrade» aus."),
            typed("intake upgrade"),
        )
        return
    deciding = routing_tables(diagram.id)
    findings = [finding for table in deciding for finding in _of(table)]
    yield from findings or [_nothing_said(decided=bool(deciding))]


def faults() -> set[str]:
    """In sentences what is wrong now; the pages that change offers say what became wrong by it."""
    return {f"{f.found} {f.mend}" for f in _routes() if f.state is not State.OK}


def _nothing_said(*, decided: bool) -> Finding:
    """What to say where no table has a fault: all is well, or there is no table at all."""
    if decided:
        return ok(
            gettext(
                "Jede Anmeldung kommt zum gewünschten Angebot, und ohne Wunsch zu einem offenen."
            )
        )
    return warn(
        gettext("Keine Tabelle der Zeichnung bestimmt das Angebot."),
        gettext("Lassen Sie die Prozessverantwortlichen prüfen, wie es bestimmt wird."),
        _drawing(),
    )


def _of(table: Table) -> Iterator[Finding]:
    offered = {program.code: program.name for program in programs(on=today())}
    try:
        for code, name in offered.items():
            astray = [group for group, program in sent_to(table, code) if program != code]
            if astray:
                yield _astray(table, name, astray)
        unwished = list(sent_to(table, OPEN))
        lost = [group for group, program in unwished if program not in offered]
        if lost:
            yield _lost(table, lost)
        yield from _elsewhere(table, {program for _group, program in unwished})
    except CannotTell:
        yield warn(
            gettext(
                "Die Tabelle «%(table)s» lässt sich nicht im Voraus beurteilen.", table=table.name
            ),
            gettext("Lassen Sie die Prozessverantwortlichen sie in der Werkbank ausprobieren."),
            _drawing(),
        )


def _elsewhere(table: Table, led_to: set[str]) -> Iterator[Finding]:
    """Programmes to which people are led without a wish though they do not work everywhere."""
    for program in programs(on=today()):
        regions = [r.name for r in social_regions(today()) if not program.provider.serves(r.id)]
        if program.code in led_to and regions:
            yield missing(
                gettext(
                    "Ohne Wunsch führt die Tabelle «%(table)s» zu «%(name)s», das in diesen "
                    "Sozialregionen niemanden aufnimmt: %(regions)s.",
                    table=table.name,
                    name=program.name,
                    regions=names(regions),
                ),
                _change(table),
                _drawing(),
            )


def _astray(table: Table, name: str, groups: list[str]) -> Finding:
    return missing(
        gettext(
            "Wer «%(name)s» wünscht, kommt nicht dorthin: %(groups)s.",
            name=name,
            groups=_words(groups),
        ),
        _change(table),
        _drawing(),
    )


def _lost(table: Table, groups: list[str]) -> Finding:
    return missing(
        gettext(
            "Ohne Wunsch führt die Tabelle «%(table)s» zu keinem offenen Angebot: %(groups)s.",
            table=table.name,
            groups=_words(groups),
        ),
        _change(table),
        _drawing(),
    )


def _change(table: Table) -> str:
    return gettext(
        "Die Prozessverantwortlichen müssen die Tabelle «%(table)s» ändern und freigeben.",
        table=table.name,
    )


def _words(groups: list[str]) -> str:
    called = dict(TARGET_GROUP)
    return names([str(called.get(group, group)) for group in groups])


def _drawing() -> Where:
    return page(gettext("Prozesse ansehen"), "processes.index")
