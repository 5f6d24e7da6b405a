"""A line on what each persona does, as the demo's sign-in page says it."""

from typing import Any

from flask_babel import lazy_gettext as _

WHAT: dict[str, Any] = {
    "petra": _("Sozialarbeiterin: meldet Personen an, reicht Angaben nach, verfolgt ihre Fälle."),
    "urs": _("Leitet die Sozialregion: sieht alle Fälle der Stelle, teilt Aufgaben zu."),
    "reto": _("Sozialarbeiter einer anderen Sozialregion: sieht nichts von Olten."),
    "monika": _("Koordiniert Co-Pilot: prüft, entscheidet, vermittelt, begleitet."),
    "thomas": _("Leitet Co-Pilot: sieht, was überfällig ist, pausiert die Aufnahme."),
    "lea": _("Koordiniert Seite an Seite: der andere Anbieter, mit eigenen Fällen."),
    "eva": _("Controlling beim VSEG: sieht die Prozesse, keine Personen."),
    "patrick": _("Verantwortet die Prozesse: sieht die veröffentlichten Zeichnungen."),
    "nora": _(
        "Arbeitet an zwei Orten: handelt für die Sozialregion oder für den Anbieter, und wechselt."
    ),
    "anna": _("Administriert: lädt Personen ein, sieht Mails mit Problemen."),
}
