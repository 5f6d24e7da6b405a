"""The words of the drawing board, for its script."""

from typing import Any

from flask_babel import lazy_gettext as _

from intake.findings import WORDS

TEXTS: dict[str, Any] = {
    "name": _("Bezeichnung"),
    "nameHint": _("Substantiv und Infinitiv, zum Beispiel «Anmeldung prüfen»."),
    "role": _("Zuständige Rolle"),
    "laneHint": _("Die Bahn gehört einer Rolle; ihre Leute finden die Aufgaben in ihrer Liste."),
    "form": _("Formular"),
    "variant": _("Wessen Antwort"),
    "variants": {"mentor": _("Mentorin oder Mentor"), "mentee": _("Mentee")},
    "preview": _("Formular ansehen"),
    "due": _("Frist"),
    "noDue": _("keine Frist"),
    "dueFrom": _("Die Frist beginnt"),
    "dueFromToday": _("wenn die Aufgabe kommt"),
    "remind": _("Erinnerung anfügen"),
    "reminderDue": _("Frist"),
    "reminderMail": _("Erinnern"),
    "reminderSent": _("Erinnert"),
    "instructions": _("Anleitung"),
    "instructionsHint": _("Ein Satz, der über dem Formular steht."),
    "documentation": _("Beschreibung"),
    "owner": _("Prozessverantwortung"),
    "service": _("Erbrachte Leistung"),
    "sheetStatus": _("Status des Prozesses"),
    "sheetStates": ["In Bearbeitung", "In Prüfung", "Freigegeben"],
    "action": _("Was geschieht"),
    "notice": _("Welche Mail"),
    "to": _("An wen"),
    "table": _("Entscheidungstabelle"),
    "openTable": _("Tabelle öffnen"),
    "calls": _("Aufgerufener Prozess"),
    "openProcess": _("Prozess öffnen"),
    "default": _("Standardweg, wenn keine Bedingung gilt"),
    "condition": _("Bedingung"),
    "expression": _("Als Ausdruck"),
    "waitsFor": _("Wartet auf"),
    "heard": {"Timer": _("eine Zeit"), "Message": _("eine Nachricht")},
    "message": _("Nachricht"),
    "interrupts": _("Unterbricht die Tätigkeit"),
    "code": _("Code des Endes"),
    "codeHint": _("Danach richtet sich der Prozess, der diesen aufruft."),
    "status": _("Status des Falls"),
    "sameStatus": _("bleibt, wie er ist"),
    "kinds": {
        "Process": _("Prozess"),
        "Collaboration": _("Zeichnung"),
        "Lane": _("Rolle"),
        "UserTask": _("Aufgabe"),
        "ServiceTask": _("Automatischer Schritt"),
        "BusinessRuleTask": _("Entscheidung nach Tabelle"),
        "CallActivity": _("Teilprozess"),
        "ExclusiveGateway": _("Verzweigung mit einem Weg"),
        "ParallelGateway": _("Verzweigung mit allen Wegen"),
        "InclusiveGateway": _("Verzweigung mit mehreren Wegen"),
        "EventBasedGateway": _("Verzweigung nach Ereignis"),
        "StartEvent": _("Startereignis"),
        "EndEvent": _("Endereignis"),
        "IntermediateCatchEvent": _("Zwischenereignis"),
        "BoundaryEvent": _("Ereignis an einer Tätigkeit"),
        "SequenceFlow": _("Weg"),
        "TextAnnotation": _("Anmerkung"),
    },
    "conditions": {
        "answer": _("Antwort"),
        "compare": _("Vergleich"),
        "value": _("Wert"),
        "join": _("Verbunden durch"),
        "and": _("alle gelten"),
        "or": _("eine davon gilt"),
        "addRow": _("Bedingung hinzufügen"),
        "dropRow": _("Bedingung entfernen"),
        "tooRich": _("Dieser Ausdruck sagt mehr, als Zeilen können. Ändern Sie ihn unten."),
        "signs": {
            "==": _("ist"),
            "!=": _("ist nicht"),
            ">": _("ist grösser als"),
            ">=": _("ist mindestens"),
            "<": _("ist kleiner als"),
            "<=": _("ist höchstens"),
        },
    },
    "timers": {
        "when": _("Wann"),
        "deadline": _("Frist"),
        "days": _("Tage"),
        "thenDays": _("dann alle … Tage (7 heisst wöchentlich)"),
        "months": _("Monate"),
        "from": _("Datum"),
        "expression": _("Ausdruck"),
        "kinds": {
            "working_days": _("nach einer Frist der Tabelle, ab jetzt"),
            "deadline_after": _("nach einer Frist ab einem Datum"),
            "deadline_before": _("um eine Frist vor einem Datum"),
            "months_after": _("Monate nach einem Datum"),
            "morning_of": _("am Morgen eines Datums"),
            "end_of_day": _("am Ende eines Datums"),
            "then_every": _("nach einer Frist, dann immer wieder im Abstand von Tagen"),
            "every": _("immer wieder, im Abstand einer Frist"),
            "days": _("nach so vielen Tagen"),
            "own": _("als Ausdruck"),
        },
    },
    "found": _("{errors} Fehler, {hints} Hinweise"),
    "nothingFound": _("Nichts gefunden: So kann veröffentlicht werden."),
    "exactly": _("Genau"),
    "severities": {"error": _("Fehler"), "warning": _("Hinweis")},
    "repairs": {
        "NOT_EXECUTABLE": _("Ausführbar machen"),
        "CONDITION_IGNORED": _("Bedingung entfernen"),
        "NO_CONDITION": _("Zum Standardweg machen"),
        "BAD_DEFAULT": _("Standardweg aufheben"),
        "NOT_COVERED": _("Letzten Weg zum Standardweg machen"),
        "AFTER_THE_END": _("Wege danach entfernen"),
        "INTO_THE_START": _("Wege dorthin entfernen"),
        "UNKNOWN_STATUS": _("Status entfernen"),
        "BAD_EXPRESSION": _("In unsere Schreibweise bringen"),
        "NOT_SUPPORTED": _("Entfernen, was nicht läuft"),
    },
    "notSaved": _("Nicht gespeichert. Es wird wieder versucht; lassen Sie diese Seite offen."),
    "notReadWhole": _(
        "Der Browser kann nicht alles lesen, was in dieser Datei steht. Damit nichts davon verloren geht, "
        "wird hier nichts gespeichert. Bessern Sie die Datei im Werkzeug aus, das sie schrieb, und "
        "importieren Sie sie nochmals."
    ),
    "keepOwn": _("Als eigenen Entwurf weiterführen"),
    "loadTheirs": _("Den anderen Stand laden"),
    "noPdf": _("Das PDF liess sich nicht machen."),
    "bench": _("Tabelle ausprobieren"),
    "fires": _("Es trifft Regel {rules}."),
    "firesNone": _("Keine Regel trifft; die Antwort ist leer."),
}


def plain(words: Any) -> Any:
    """Texts in the reader's language, ready for JSON."""
    if isinstance(words, dict):
        return {key: plain(value) for key, value in words.items()}
    return [str(one) for one in words] if isinstance(words, list) else str(words)


def findings() -> dict[str, dict[str, str]]:
    """Code of a finding to its words, for what the browser finds itself."""
    return {
        code: {"words": str(sentence), "reason": str(reason)}
        for code, (sentence, reason) in WORDS.items()
    }
