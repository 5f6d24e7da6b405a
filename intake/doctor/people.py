"""Is there somebody for every part: offices, providers, the process, the administration?"""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from intake import wording
from intake.config import Config
from intake.doctor.lines import Finding, Where, missing, names, ok, page, warn
from models.base import now, today
from models.organisations import OrganisationKind, organisations
from models.people import OFFICE_ROLES, PROVIDER_ROLES, Role
from models.setup import awaited, expected, holders, not_come, staffed
from workflows.links import LINK_LASTS


def people(_config: Config) -> Iterator[Finding]:
    """Somebody who can sign in at every open office and provider, and for the whole."""
    findings = [*_places(), *_single_roles(), *_invited()]
    yield from findings or [
        ok(gettext("Bei jeder Stelle und jeder Anbieterin kann sich jemand anmelden."))
    ]


def _places() -> Iterator[Finding]:
    for kind, roles, first, words in (
        (
            OrganisationKind.OFFICE,
            OFFICE_ROLES,
            Role.CASE_MANAGER,
            gettext("Stellen, bei denen sich noch niemand anmelden kann"),
        ),
        (
            OrganisationKind.PROVIDER,
            PROVIDER_ROLES,
            Role.COORDINATOR,
            gettext("Anbieterinnen, bei denen sich noch niemand anmelden kann"),
        ),
    ):
        there, invited = staffed(roles), expected(roles)
        empty = [place for place in organisations(kind, on=today()) if place.id not in there]
        if empty:
            called = [
                gettext("%(place)s (jemand ist eingeladen)", place=place.name)
                if place.id in invited
                else place.name
                for place in empty
            ]
            yield missing(
                f"{words}: {names(called)}.",
                gettext("Laden Sie bei jeder jemanden ein, und fragen Sie nach, wer nicht kommt."),
                *(
                    page(place.name, "people.index", organisation=place.id, state="invited")
                    if place.id in invited
                    else page(place.name, "people.invite", organisation=place.id, role=first.value)
                    for place in empty
                ),
            )


def _single_roles() -> Iterator[Finding]:
    if not holders(Role.PROCESS_OWNER):
        yield missing(
            gettext("Niemand verantwortet den Prozess; Fristen und Zeichnungen ändert niemand."),
            *_ask_for(
                Role.PROCESS_OWNER,
                gettext(
                    "Laden Sie jemanden als Prozessverantwortliche oder -verantwortlichen ein."
                ),
            ),
        )
    administrators = holders(Role.ADMINISTRATOR)
    if not administrators:
        yield missing(
            gettext("Niemand administriert."),
            gettext("Fügen Sie auf dem Server jemanden hinzu."),
            Where(typed="intake user add … administrator"),
        )
    elif administrators == 1:
        yield warn(
            gettext("Nur eine Person administriert; fällt sie aus, lädt niemand Leute ein."),
            *_ask_for(Role.ADMINISTRATOR, gettext("Laden Sie eine zweite ein.")),
        )


def _invited() -> Iterator[Finding]:
    number, first, last = not_come()
    if not number:
        return
    text = ngettext(
        "%(num)s eingeladene Person ist noch nie gekommen.",
        "%(num)s eingeladene Personen sind noch nie gekommen.",
        number,
    )
    if first:
        since = wording.day(first - LINK_LASTS)
        text += " " + gettext("Die älteste Einladung ist vom %(day)s.", day=since)
    if last and last < now():
        text += " " + gettext("Ihre Links sind abgelaufen.")
    yield warn(
        text,
        gettext("Fragen Sie nach, oder laden Sie nochmals ein."),
        page(gettext("Wer noch nicht gekommen ist"), "people.index", state="invited"),
    )


def _ask_for(role: Role, invite: str) -> tuple[str, Where]:
    """Whom to ask who is invited and has not come, or to invite somebody."""
    if invited := awaited(role):
        who = invited[0]
        ask = gettext(
            "%(who)s ist eingeladen und noch nicht gekommen. Fragen Sie nach.", who=who.name
        )
        return ask, page(who.name, "people.show", user_id=who.id)
    return invite, page(gettext("Person einladen"), "people.invite", role=role.value)
