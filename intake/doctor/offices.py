"""Is there anybody who refers, and anything to be referred to?"""

from collections.abc import Iterator
from datetime import date, timedelta

from flask_babel import gettext, ngettext

from intake import wording
from intake.config import Config
from intake.doctor.lines import Finding, Where, missing, names, ok, page, warn
from models.base import today
from models.organisations import (
    Organisation,
    OrganisationKind,
    organisations,
    without_office,
)
from models.places import SocialRegion, social_regions
from models.programs import Program, places_on, programs

#: So many days before a contract ends it is time to talk about the next one.
ENDS_SOON = timedelta(days=60)


def offices(_config: Config) -> Iterator[Finding]:
    """Every Sozialregion has an open office, and every office an address."""
    open_offices = organisations(OrganisationKind.OFFICE, on=today())
    if open_offices:
        text = ngettext(
            "%(num)s Stelle ist offen.", "%(num)s Stellen sind offen.", len(open_offices)
        )
        yield ok(text)
    else:
        yield missing(
            gettext("Keine Stelle ist offen; niemand kann jemanden anmelden."),
            gettext("Erfassen Sie die Stellen, die Personen anmelden."),
            page(gettext("Stelle hinzufügen"), "organisations.new", kind="office"),
        )
    yield from _unserved()
    yield from _silent(open_offices)
    yield from _of_gone_municipalities(open_offices)


def _unserved() -> Iterator[Finding]:
    if unserved := without_office(today()):
        yield warn(
            gettext(
                "%(n)s von %(all)s Sozialregionen haben keine offene Stelle.",
                n=len(unserved),
                all=len(social_regions(today())),
            ),
            gettext(
                "Erfassen Sie für jede die Stelle, die dort anmeldet. Hatte eine schon eine Stelle, "
                "ändern Sie, bis wann diese anmeldet."
            ),
            *(_office_for(region, ended) for region, ended in unserved),
        )


def _office_for(region: SocialRegion, ended: Organisation | None) -> Where:
    """Where a Sozialregion gets its office: the one it had, or a new one."""
    if ended:
        return page(region.name, "organisations.edit", organisation_id=ended.id)
    return page(region.name, "organisations.new", kind="office", region=region.id)


def _silent(open_offices: list[Organisation]) -> Iterator[Finding]:
    silent = [office for office in open_offices if not office.email]
    if silent:
        yield warn(
            gettext("Ohne E-Mail-Adresse: %(names)s.", names=names(_called(silent))),
            gettext("Geben Sie jeder Stelle eine Adresse, die jemand liest."),
            *map(_of, silent),
        )


def _of_gone_municipalities(open_offices: list[Organisation]) -> Iterator[Finding]:
    lost = [o for o in open_offices if o.municipality and not o.municipality.holds(today())]
    if lost:
        yield warn(
            gettext("Ihre Gemeinde gibt es nicht mehr: %(names)s.", names=names(_called(lost))),
            gettext(
                "Sagen Sie, für welche Gemeinde die Stelle jetzt da ist, oder beenden Sie sie."
            ),
            *map(_of, lost),
        )


def programmes(_config: Config) -> Iterator[Finding]:
    """Every provider has a programme that takes people, and every programme a contract."""
    day = today()
    offered = programs(on=day)
    providers = organisations(OrganisationKind.PROVIDER, on=day)
    if offered:
        yield ok(
            gettext("Anmelden kann man für %(names)s.", names=names([p.name for p in offered]))
        )
    else:
        yield missing(
            gettext("Kein Angebot nimmt Personen auf."),
            gettext("Erfassen Sie eine Anbieterin und ihr Angebot, oder öffnen Sie eines wieder."),
            page(gettext("Anbieterinnen ansehen"), "organisations.index"),
        )
    busy = {program.provider_id for program in offered}
    idle = [provider for provider in providers if provider.id not in busy]
    if idle:
        yield warn(
            gettext("Ohne offenes Angebot: %(names)s.", names=names(_called(idle))),
            gettext("Erfassen Sie das Angebot, oder schliessen Sie die Anbieterin."),
            *map(_of, idle),
        )
    yield from _contracts(offered, day)


def _contracts(offered: list[Program], day: date) -> Iterator[Finding]:
    places = places_on(day)
    bare = [p for p in offered if p.id not in places and not p.next_contract(day)]
    if bare:
        yield missing(
            gettext(
                "Ohne Vertrag, der heute gilt: %(names)s.", names=names([p.name for p in bare])
            ),
            gettext("Tragen Sie ein, von wann bis wann wie viele Plätze vereinbart sind."),
            *(page(p.name, "programs.show", program_id=p.id) for p in bare),
        )
    for program in offered:
        if program.id not in places and (coming := program.next_contract(day)):
            yield warn(
                gettext(
                    "Der Vertrag von %(name)s gilt erst ab %(day)s.",
                    name=program.name,
                    day=wording.day(coming.valid_from),
                ),
                gettext(
                    "Bis dann hat das Angebot keinen Platz. Läuft es schon, berichtigen Sie ihn."
                ),
                page(program.name, "programs.show", program_id=program.id),
            )
        last = max((c.valid_to for c in program.contracts), default=None)
        if program.id in places and last and last <= day + ENDS_SOON:
            yield warn(
                gettext(
                    "Der Vertrag von %(name)s endet am %(day)s.",
                    name=program.name,
                    day=wording.day(last),
                ),
                gettext("Tragen Sie den nächsten ein, sobald er vereinbart ist."),
                page(program.name, "programs.show", program_id=program.id),
            )


def _called(found: list[Organisation]) -> list[str]:
    return [organisation.name for organisation in found]


def _of(organisation: Organisation) -> Where:
    return page(organisation.name, "organisations.show", organisation_id=organisation.id)
