"""Changes between two versions of a process, and what they mean for a case, in German or English."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake import times
from intake.known_words import form_title
from intake.wording import STATUS
from models.referrals import ReferralStatus
from workflows.diagrams.differences import Change
from workflows.engine.rebind import Blocker

KINDS = {
    "process": _("Prozess"),
    "table": _("Entscheidungstabelle"),
    "userTask": _("Aufgabe"),
    "manualTask": _("Aufgabe"),
    "serviceTask": _("Automatischer Schritt"),
    "businessRuleTask": _("Entscheidung nach Tabelle"),
    "callActivity": _("Teilprozess"),
    "exclusiveGateway": _("Verzweigung mit einem Weg"),
    "parallelGateway": _("Verzweigung mit allen Wegen"),
    "inclusiveGateway": _("Verzweigung mit mehreren Wegen"),
    "eventBasedGateway": _("Verzweigung nach Ereignis"),
    "startEvent": _("Startereignis"),
    "endEvent": _("Endereignis"),
    "intermediateCatchEvent": _("Zwischenereignis"),
    "boundaryEvent": _("Ereignis an einer Tätigkeit"),
    "sequenceFlow": _("Weg"),
}

FACETS = {
    "documentation": _("Beschreibung"),
    "instructions": _("Anleitung"),
    "role": _("zuständige Rolle"),
    "calls": _("aufgerufener Prozess"),
    "host": _("Tätigkeit, an der es hängt"),
    "from": _("Anfang des Wegs"),
    "to": _("Ende des Wegs"),
    "condition": _("Bedingung"),
    "default": _("Standardweg"),
    "table": _("Entscheidungstabelle"),
    "action": _("Aktion"),
    "time": _("Zeit"),
    "message": _("Nachricht"),
    "policy": _("Trefferregel"),
    "columns": _("Spalten"),
    "property form": _("Formular"),
    "property due": _("Frist"),
    "property due_from": _("Beginn der Frist"),
    "property due_on": _("Tag der Frist"),
    "property status": _("Status"),
    "property code": _("Code des Endes"),
    "property variant": _("Variante des Formulars"),
    "property owner": _("Prozessverantwortung"),
    "property service": _("Leistung"),
}


_BLOCKED = {
    "gone": _("«%(name)s» ist nicht mehr gezeichnet, und der Fall wartet dort."),
    "past_gone": _("«%(name)s» ist nicht mehr gezeichnet, und der Fall steht in den Wegen danach."),
    "kind": _("«%(name)s» ist eine andere Art Element, und der Fall wartet dort."),
    "process_gone": _("Der Prozess «%(name)s» fehlt, und der Fall steht darin."),
    "busy": _("Der Fall wurde eben bearbeitet; versuchen Sie es noch einmal."),
    "gone_on": _("Der Fall ist seither weitergegangen."),
    "failed": _("«%(element)s» lässt sich für diesen Fall nicht berechnen: %(name)s."),
}


#: What would let a case go on with other drawings.
_REMEDY = {
    "gone": _("Lassen Sie «%(name)s» in der Zeichnung, bis dieser Fall dort vorbei ist."),
    "past_gone": _("Lassen Sie «%(name)s» in der Zeichnung, bis dieser Fall dort vorbei ist."),
    "kind": _("Zeichnen Sie neben «%(name)s» ein neues Element, statt seine Art zu ändern."),
    "process_gone": _("Nehmen Sie die Datei des Prozesses «%(name)s» wieder dazu."),
    "busy": _("Stellen Sie den Fall nochmals um."),
    "gone_on": _("Dieser Fall bleibt auf seiner Version."),
    "failed": _("Prüfen Sie die Zeit, die dort gezeichnet ist."),
}


def remedy(blocker: Blocker) -> str:
    """What would unblock a case."""
    return str(_REMEDY[blocker.reason]) % {"name": blocker.name, "element": blocker.element}


def hindrance(blocker: Blocker) -> str:
    """Why a case cannot go on with other drawings."""
    return str(_BLOCKED[blocker.reason]) % {"name": blocker.name, "element": blocker.element}


def by_place(changes: list[Change]) -> dict[str, list[str]]:
    """Changes in words, by the process or table that they are in."""
    told: dict[str, list[str]] = {}
    for change in changes:
        told.setdefault(change.inside, []).append(sentence(change))
    return told


def sentence(change: Change) -> str:
    """What changed, to be read by people who draw."""
    if change.kind == "case":
        words = {"b": change.before or "–", "a": change.after or "–"}
        return gettext("Von selbst geht es weiter am %(a)s statt am %(b)s.", **words)
    told = _of_rule(change) if change.kind == "rule" else _of_whole(change)
    return told or _of_facet(change)


def _of_rule(change: Change) -> str:
    words = {"table": change.name, "n": change.element, "b": change.before, "a": change.after}
    if change.what == "added":
        return gettext("«%(table)s»: Regel %(n)s ist neu: %(a)s.", **words)
    if change.what == "removed":
        return gettext("«%(table)s»: Regel %(n)s fällt weg: %(b)s.", **words)
    return gettext("«%(table)s»: Regel %(n)s lautete %(b)s und lautet neu %(a)s.", **words)


def _of_whole(change: Change) -> str:
    kind = KINDS.get(change.kind, change.kind)
    words = {"kind": kind, "name": change.name, "b": change.before, "a": change.after}
    if change.what == "added":
        return gettext("%(kind)s «%(name)s» ist neu.", **words)
    if change.what == "removed":
        return gettext("%(kind)s «%(name)s» fällt weg.", **words)
    if change.what == "name" and change.before and change.after:
        return gettext("%(kind)s «%(b)s» heisst neu «%(a)s».", **words)
    if change.what == "kind":
        was, now = KINDS.get(change.before, ""), KINDS.get(change.after, "")
        return gettext(
            "«%(name)s» war %(was)s und ist neu %(now)s.", name=change.name, was=was, now=now
        )
    if change.what == "interrupts":
        if change.after == "false":
            return gettext("«%(name)s» unterbricht die Tätigkeit nicht mehr.", **words)
        return gettext("«%(name)s» unterbricht neu die Tätigkeit.", **words)
    if change.what == "terminates":
        if change.after:
            return gettext("«%(name)s» beendet neu alles, was im Prozess noch läuft.", **words)
        return gettext("«%(name)s» beendet nicht mehr alles, was im Prozess noch läuft.", **words)
    return ""


def _of_facet(change: Change) -> str:
    facet = FACETS.get(change.what, change.what.removeprefix("property "))
    before, after = (_said(change.what, value) for value in (change.before, change.after))
    words = {"name": change.name, "facet": facet, "b": before, "a": after}
    if not change.before:
        return gettext("«%(name)s»: %(facet)s ist neu «%(a)s».", **words)
    if not change.after:
        return gettext("«%(name)s»: %(facet)s «%(b)s» fällt weg.", **words)
    return gettext("«%(name)s»: %(facet)s von «%(b)s» auf «%(a)s» geändert.", **words)


def _said(what: str, value: str) -> str:
    """A value as people say it: deadlines in days, forms and statuses by their names."""
    if what == "property due":
        return times.term(value)
    if what == "time":
        return times.said(value)
    if what == "property form":
        return form_title(value)
    if what == "property status" and value in set(ReferralStatus):
        return str(STATUS[ReferralStatus(value)])
    return value
