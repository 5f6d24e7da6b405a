"""eCH-0158's conventions in words: what each rule asks for."""

from typing import Any

from flask_babel import lazy_gettext as _

CONVENTIONS: dict[str, Any] = {
    "GEN-1": _("Der Fluss geht von links nach rechts."),
    "GEN-2": _("Gleiche Elemente sind gleich gross."),
    "GEN-3": _("Farben nur mit einem klaren Farbkonzept."),
    "GEN-4": _("Keine Zeilenumbrüche von Hand in Namen."),
    "GEN-6": _("Mehr als zwei Verzweigungen hintereinander sind eine Regel für eine Tabelle."),
    "NUM-1": _("Der Name beginnt mit einer laufenden Nummer, die nie ändert, zum Beispiel «0001»."),
    "DIA-1": _(
        "Der Prozess heisst nach Substantiv und Infinitiv, zum Beispiel «Anmeldung prüfen»."
    ),
    "DIA-2": _("Eine Zeichnung hat höchstens 15 Tätigkeiten."),
    "DIA-3": _("Jede Zeichnung hat einen Namen."),
    "DIA-4": _("Die Zeichnung liegt quer und passt auf ein Blatt A3."),
    "POOL-1": _("Ein Pool zeigt genau einen Prozess."),
    "POOL-2": _("Ein zugeklappter Pool ist leer."),
    "POOL-3": _("Ein zugeklappter Pool hat mindestens einen Nachrichtenfluss."),
    "POOL-5": _("Pools liegen untereinander und sind gleich breit."),
    "POOL-4": _("Jede Beteiligte kommt nur einmal vor."),
    "POOL-6": _("Der Pool hat einen Namen: die Organisation als Substantiv."),
    "LANE-1": _("Bahnen sind höchstens dreifach geschachtelt."),
    "LANE-2": _("Bahnen sind so breit wie der Pool."),
    "LANE-3": _("Eine Bahn heisst nach der Rolle, nicht wie der Pool."),
    "EVT-2": _("Mehrere Starts führen sogleich in ein Gateway zusammen."),
    "EVT-4": _("Ein Zeitereignis heisst nach seiner Zeit, zum Beispiel «10 Tage»."),
    "EVT-6": _("Nachrichten sendet eine Tätigkeit, kein Zwischenereignis."),
    "EVT-7": _("Ein Ende heisst nach dem Ergebnis, zum Beispiel «Anmeldung abgelehnt»."),
    "ACT-1": _("Eine Tätigkeit heisst nach Substantiv und Infinitiv."),
    "ACT-3": _("Nach einer prüfenden Tätigkeit folgt eine Verzweigung."),
    "ACT-4": _("Ein Teilprozess hat seine eigene Zeichnung."),
    "ACT-5": _("Jede Tätigkeit hat einen Namen."),
    "GW-1": _("Vor einer Verzweigung steht eine Tätigkeit, die entscheidet."),
    "GW-3": _("Nur Verzweigungen mit Wahl haben einen Namen."),
    "SEQ-1": _("Wege nach einer Wahl sind beschriftet, andere nicht."),
    "SEQ-2": _("Nur Gateways verzweigen."),
    "MSG-1": _("Nachrichten fliessen nur zwischen Pools."),
    "MSG-2": _("Nachrichten gehen von Tätigkeiten aus."),
    "CMT-1": _("Eine Anmerkung hängt an ihrem Element."),
    "PAL-1": _("Dieses Element gehört nicht zur beschreibenden Palette von eCH-0158."),
}
