"""The words of the page of security events."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake import wording
from models.journal import Entry, Group
from models.organisations import Organisation
from models.people import User
from models.session import db

GROUP: dict[Group, Any] = {
    Group.SIGN_IN: _("Anmelden und Abmelden"),
    Group.PASSWORD: _("Passwörter und Links"),
    Group.FACTOR: _("Zweiter Faktor"),
    Group.RIGHTS: _("Personen und Rollen"),
    Group.PROTECTION: _("Schutz"),
    Group.EXPORT: _("Daten nach aussen"),
}

#: What happened; who did it and whom it is about stand in columns of their own.
EVENT: dict[str, Any] = {
    "signed_in": _("angemeldet"),
    "signed_out": _("abgemeldet"),
    "sign_in_failed": _("Anmeldung misslungen"),
    "sign_in_slowed": _("Anmeldung gebremst: zu viele Versuche"),
    "sessions_ended": _("andere Sitzungen beendet"),
    "password_set": _("Passwort gesetzt"),
    "link_asked": _("Link für ein neues Passwort verlangt"),
    "link_slowed": _("Link verlangt, gebremst: zu viele Versuche"),
    "app_used": _("Code der App angenommen"),
    "passkey_used": _("Passkey angenommen"),
    "recovery_code_used": _("Wiederherstellungscode gebraucht"),
    "factor_failed": _("zweiter Faktor misslungen"),
    "app_added": _("App hinzugefügt"),
    "app_removed": _("App entfernt"),
    "passkey_added": _("Passkey hinzugefügt"),
    "passkey_removed": _("Passkey entfernt"),
    "recovery_codes_made": _("neue Wiederherstellungscodes"),
    "factors_reset": _("zweiten Faktor zurückgesetzt"),
    "invited": _("eingeladen"),
    "user_added": _("auf dem Server hinzugefügt"),
    "role_given": _("Rolle gegeben: %(role)s, %(place)s"),
    "role_taken": _("Rolle weggenommen: %(role)s, %(place)s"),
    "role_asked": _("Rolle verlangt: %(role)s, %(place)s"),
    "role_refused": _("Rolle abgelehnt: %(role)s, %(place)s"),
    "role_taken_back": _("Rolle nicht mehr verlangt: %(role)s, %(place)s"),
    "role_lapsed": _("Rolle verfallen, niemand hat zugestimmt: %(role)s, %(place)s"),
    "deactivated": _("deaktiviert"),
    "reactivated": _("wieder zugelassen"),
    "diagram_published": _("Prozess freigegeben: Version %(version)s"),
    "release_refused": _("Freigabe abgelehnt: wer gezeichnet hat, gibt nicht frei"),
    "document_infected": _("Schadsoftware in einem Dokument"),
    "backup_made": _("Sicherung geschrieben"),
}


def happened(entry: Entry) -> str:
    """What happened, in words."""
    words = EVENT.get(entry.event)
    return str(words) % _facts(entry) if words is not None else entry.event


def about(entry: Entry) -> str:
    """Whom it is about, where that is somebody else than who did it."""
    key = entry.facts.get("user")
    if key is None or key == entry.by_id:
        return ""
    user = db.get(User, key)
    return user.name if user else gettext("Person %(n)s", n=key)


def who(entry: Entry) -> str:
    """Who did it; without anybody it was the system, or somebody whom nobody knows."""
    if entry.by:
        return entry.by.name
    if entry.event in ("sign_in_failed", "sign_in_slowed", "link_asked", "link_slowed"):
        return gettext("unbekannt")
    return gettext("System")


def _facts(entry: Entry) -> dict[str, Any]:
    facts = dict(entry.facts)
    place = db.get(Organisation, facts["organisation"]) if "organisation" in facts else None
    facts["place"] = place.name if place else ""
    facts["role"] = wording.role(facts["role"]) if "role" in facts else ""
    facts.setdefault("version", "")
    return facts
