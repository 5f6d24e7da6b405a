"""What the check finds, in words: what to do at an element, and why it matters."""

from typing import Any

from flask_babel import lazy_gettext as _

from workflows.diagrams.findings import Finding

_READ = _("Was nicht gelesen werden kann, kann nicht laufen.")
_STILL = _("Ein Fall bliebe hier stehen, ohne dass jemand davon erfährt.")
_WAY = _("Der Fall nähme einen anderen Weg, als die Zeichnung zeigt.")
_UNKNOWN = _(
    "Die Zeichnung beruft sich auf etwas, das das Programm nicht kennt; "
    "der Schritt liesse sich nicht ausführen."
)
_HOLD = _("Laufende Fälle hängen an den Ids; sie müssen eindeutig sein und bleiben.")
_PEOPLE = _("Die Leute lesen diesen Namen in ihrer Aufgabenliste.")
_SIZE = _("Was zu gross ist, lässt sich nicht in Sekunden prüfen und hält Fälle auf.")
_NEVER = _("Was nie erreicht wird, sieht aus, als geschähe es.")
_TABLE = _("Für diese Werte gäbe die Tabelle keine oder eine falsche Antwort.")
_TIME = _("Die Frist liefe nie oder sofort ab.")
_RUN = _("Gezeichnet ist nur, was auch läuft: Die Engine führt das nicht aus.")
_LANE = _("Wer einen Schritt macht, sieht, was er zeigt.")
_EXAMPLE = _("Beispiele sagen, was auch nach der Änderung noch gelten soll.")
_TWICE = _("Dieselbe Aufgabe stünde zweimal in der Liste, oder ohne Ende immer wieder.")

#: Code of a finding to what to do, and why.
WORDS: dict[str, tuple[Any, Any]] = {
    "EMPTY": (_("Die Datei ist leer; speichern Sie die Zeichnung nochmals."), _READ),
    "TOO_LARGE": (_("Grösser als 1 MB; teilen Sie die Zeichnung."), _SIZE),
    "TOO_LARGE_ZIP": (
        _("Das ZIP ist zu gross oder packt zu viel aus; packen Sie nur die Zeichnungen."),
        _SIZE,
    ),
    "TOO_LARGE_BUNDLE": (_("Mehr als 8 MB in allen Dateien; lassen Sie Dateien weg."), _SIZE),
    "TOO_LARGE_ATTRIBUTE": (
        _("Mehr als 100 Attribute oder eines mit mehr als 8'000 Zeichen; kürzen Sie es."),
        _SIZE,
    ),
    "TOO_MANY_FILES": (_("Mehr als 60 Dateien; lassen Sie welche weg."), _SIZE),
    "TOO_MANY_ELEMENTS": (
        _("Mehr als 4'000 Elemente in einer Datei oder 12'000 in allen; teilen Sie sie."),
        _SIZE,
    ),
    "TOO_DEEP": (_("Die Elemente sind zu tief verschachtelt."), _SIZE),
    "WRONG_ENCODING": (
        _("Andere Zeichen, als die Kodierung sagt; speichern Sie als UTF-8."),
        _READ,
    ),
    "DOCTYPE": (
        _("Dokumenttypen und Entitäten werden nicht gelesen; löschen Sie den DOCTYPE."),
        _READ,
    ),
    "NOT_XML": (_("Keine lesbare XML-Datei."), _READ),
    "NOT_BPMN": (_("Eine andere Art Datei; exportieren Sie BPMN 2.0 oder DMN."), _READ),
    "BAD_ZIP": (_("Das ZIP lässt sich nicht öffnen; packen Sie es nochmals."), _READ),
    "NO_FILES": (_("Es ist keine Zeichnung da."), _READ),
    "NO_PROCESS": (_("Der Prozess, mit dem ein Fall beginnt, fehlt."), _READ),
    "NO_START": (_("Zeichnen Sie ein Startereignis."), _UNKNOWN),
    "SEVERAL_STARTS": (_("Zeichnen Sie nur ein Startereignis."), _WAY),
    "NO_END": (_("Zeichnen Sie ein Endereignis."), _STILL),
    "NO_ID": (_("Geben Sie dem Element eine Id, die nie ändert."), _HOLD),
    "DUPLICATE_ID": (_("Zweimal dieselbe Id; vergeben Sie eine neue."), _HOLD),
    "BAD_ID": (
        _("Diese Id können andere Werkzeuge nicht lesen; beginnen Sie sie mit einem Buchstaben."),
        _HOLD,
    ),
    "NO_NAME": (_("Benennen Sie die Tätigkeit: Substantiv und Infinitiv."), _PEOPLE),
    "DEAD_END": (_("Der Weg hört auf; führen Sie ihn zu einem Endereignis."), _STILL),
    "AFTER_THE_END": (_("Nach einem Endereignis kommt nichts."), _WAY),
    "INTO_THE_START": (_("In dieses Ereignis führt kein Fluss."), _WAY),
    "NEVER_REACHED": (_("Kein Weg führt hierher."), _NEVER),
    "NO_WAY_OUT": (_("Von hier führt kein Weg zu einem Ende."), _STILL),
    "DANGLING_FLOW": (_("Ein Fluss führt ins Leere."), _STILL),
    "SEVERAL_WAYS": (_("Nur Gateways verzweigen."), _WAY),
    "TOO_MANY_WAYS": (
        _(
            "Mehr als 40 Wege in ein oder aus einem Gateway, das mehrere zugleich öffnet; "
            "teilen Sie den Prozess."
        ),
        _SIZE,
    ),
    "NO_CONDITION": (
        _("Ein Weg aus einer Entscheidung hat keine Bedingung und ist nicht der Standard."),
        _STILL,
    ),
    "BAD_DEFAULT": (_("Der Standard ist kein Fluss dieses Gateways."), _STILL),
    "NOT_COVERED": (
        _("Für manche Antworten ist kein Weg offen; bezeichnen Sie einen Standard."),
        _STILL,
    ),
    "CONDITION_IGNORED": (_("Eine Bedingung zählt nur hinter einem Gateway mit Wahl."), _WAY),
    "CONSTANT_CONDITION": (_("Die Bedingung liest keine Antwort."), _WAY),
    "BAD_EXPRESSION": (_("Kein Ausdruck der Sprache."), _READ),
    "UNKNOWN_NAME": (
        _("Kein Formular, keine Aktion, Tabelle oder Tatsache setzt diesen Namen."),
        _UNKNOWN,
    ),
    "UNKNOWN_CHOICE": (_("Das Formular gibt diese Antwort nie."), _WAY),
    "UNKNOWN_FORM": (_("Dieses Formular gibt es nicht."), _UNKNOWN),
    "UNKNOWN_ROLE": (
        _("Die Id der Lane ist keine Rolle, die an einer Anmeldung beteiligt ist."),
        _UNKNOWN,
    ),
    "UNKNOWN_STATUS": (_("Diesen Status gibt es nicht."), _UNKNOWN),
    "UNKNOWN_DEADLINE": (_("Die Fristentabelle kennt diesen Code nicht."), _UNKNOWN),
    "UNKNOWN_ACTION": (_("Diese Aktion gibt es nicht."), _UNKNOWN),
    "UNKNOWN_DECISION": (_("Die Entscheidungstabelle fehlt im Bündel."), _UNKNOWN),
    "UNKNOWN_PROCESS": (_("Der aufgerufene Prozess fehlt im Bündel."), _UNKNOWN),
    "UNKNOWN_MESSAGE": (_("Diese Nachricht sendet niemand."), _STILL),
    "NO_MESSAGE": (_("Sagen Sie, auf welche Nachricht gewartet wird."), _STILL),
    "NO_EVENT": (_("Sagen Sie, worauf das Ereignis wartet."), _STILL),
    "NO_HOST": (_("Heften Sie das Ereignis an eine Tätigkeit."), _WAY),
    "NOT_AN_EVENT": (_("Ein Ereignis-Gateway führt nur zu Zwischenereignissen."), _WAY),
    "WRONG_LANE": (
        _(
            "Das Formular fragt, was die Rolle dieser Lane nicht lesen darf; nehmen Sie eine andere."
        ),
        _LANE,
    ),
    "NO_LANE": (_("Legen Sie die Aufgabe in eine Lane."), _UNKNOWN),
    "LANE_WITHOUT_NODE": (_("Eine Lane nennt etwas, das nicht gezeichnet ist."), _HOLD),
    "NO_TIME": (_("Sagen Sie genau einmal, wann der Timer auslöst."), _TIME),
    "BAD_TIME": (_("Die Zeit ist nicht verständlich."), _TIME),
    "ABSURD_TIME": (_("Diese Zeit kann niemand gemeint haben."), _TIME),
    "NOT_SUPPORTED": (_("Das Element gehört nicht zu dem, was eine Zeichnung darf."), _RUN),
    "NOT_EXECUTABLE": (_("Setzen Sie isExecutable auf true."), _RUN),
    "CALL_CYCLE": (_("Prozesse rufen einander im Kreis auf."), _TWICE),
    "RESTLESS_LOOP": (_("In dieser Schleife wird auf nichts gewartet."), _TWICE),
    "CLOSED_LOOP": (_("Eine Schleife braucht ein Gateway."), _TWICE),
    "DEADLOCK": (
        _(
            "Eine Zusammenführung wartet auf einen Weg, der nicht genommen wird; "
            "der kürzeste Weg dahin steht unten."
        ),
        _STILL,
    ),
    "PILES_UP": (_("Ein Fall kommt immer wieder gleichzeitig hierher."), _TWICE),
    "RUNS_TWICE": (_("Ein Fall kann gleichzeitig zweimal hier sein."), _TWICE),
    "NEVER_ENDS": (_("Von hier kann ein Fall nicht enden."), _STILL),
    "EXAMPLE_FAILED": (
        _("Dieses Beispiel geht einen anderen Weg; ändern Sie die Zeichnung oder das Beispiel."),
        _EXAMPLE,
    ),
    "LARGE": (_("Zu viel, um alles zu probieren."), _SIZE),
    "UNUSED": (_("Kein Prozess ruft diesen auf."), _NEVER),
    "EMPTY_TABLE": (_("Eine Tabelle braucht Eingabe, Ausgabe und Regel."), _TABLE),
    "TOO_MANY_RULES": (_("Mehr als 1'000 Regeln."), _SIZE),
    "HIT_POLICY": (_("Die Trefferregel wird nicht unterstützt."), _READ),
    "NO_INPUT": (_("Sagen Sie, was die Eingabe liest."), _UNKNOWN),
    "NO_OUTPUT": (_("Benennen Sie die Ausgabe."), _UNKNOWN),
    "MISSING_CELLS": (_("Eine Regel hat nicht so viele Zellen wie Spalten."), _READ),
    "BAD_CELL": (_("Die Zelle ist nicht lesbar; der Satz sagt, was zu schreiben ist."), _READ),
    "WRONG_TYPE": (_("Der Wert passt nicht zum Typ der Spalte."), _TABLE),
    "OVERLAP": (_("Regeln treffen zusammen, wo nur eine darf."), _TABLE),
    "GAP": (_("Keine Regel trifft für diese Werte; die Antwort ist null."), _TABLE),
    "NOT_BUILT": (_("Die Engine kann den Prozess nicht bauen."), _READ),
    "TRIAL_FAILED": (_("Ein Probefall kam hier nicht weiter."), _STILL),
}


def told(finding: Finding) -> dict[str, Any]:
    """A finding for the page: what to do, why, and the exact sentence of the check."""
    sentence, reason = WORDS[finding.code]
    return {**finding.as_dict(), "words": str(sentence), "reason": str(reason)}
