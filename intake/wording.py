"""Words for codes: states, roles, events, units of time. Fields carry their own words."""

from datetime import date, datetime
from typing import Any

from flask_babel import format_date, gettext, ngettext
from flask_babel import lazy_gettext as _

from models.base import OFFICE_ZONE, now, today
from models.calendars import Calendar
from models.deadlines import Unit
from models.documents import ScanState
from models.drawing_drafts import DraftState
from models.incidents import IncidentKind
from models.mentors import MentorStatus
from models.organisations import OfficeKind, Organisation, OrganisationKind
from models.outbox import MailState
from models.people import Role, User
from models.referrals import Channel, ReferralStatus, Urgency
from models.tasks import Task
from workflows.diagrams.published import CAME_ALONG

ROLE: dict[Role, Any] = {
    Role.CASE_MANAGER: _("Fallführende Person"),
    Role.OFFICE_LEAD: _("Leitung der Stelle"),
    Role.COORDINATOR: _("Koordinationsperson"),
    Role.PROGRAM_LEAD: _("Programmleitung"),
    Role.PROCESS_OWNER: _("Prozessverantwortliche Person"),
    Role.CONTROLLING: _("Controlling"),
    Role.FINANCE: _("Finanzen"),
    Role.CANTONAL_OFFICE: _("Fachperson des Kantons"),
    Role.STEERING_MEMBER: _("Mitglied des Steuerungsgremiums"),
    Role.ADMINISTRATOR: _("Administration"),
}

PERSON_STATE: dict[str, Any] = {
    "active": _("aktiv"),
    "invited": _("eingeladen"),
    "left": _("ausgetreten"),
    "without_factor": _("ohne zweiten Faktor, den die Rolle verlangt"),
}

STATUS: dict[ReferralStatus, Any] = {
    ReferralStatus.SUBMITTED: _("Eingereicht"),
    ReferralStatus.INCOMPLETE: _("Rückfrage offen"),
    ReferralStatus.IN_TRIAGE: _("In Triage"),
    ReferralStatus.ADMITTED: _("Aufgenommen"),
    ReferralStatus.WAITING: _("Auf Warteliste"),
    ReferralStatus.PROPOSED: _("Matching-Vorschlag"),
    ReferralStatus.FIRST_MEETING: _("Kennenlerntreffen"),
    ReferralStatus.MATCHED: _("Vermittelt"),
    ReferralStatus.TRIAL: _("Probezeit"),
    ReferralStatus.ACTIVE: _("Laufend"),
    ReferralStatus.EXTENDED: _("Verlängert"),
    ReferralStatus.CLOSING: _("Im Abschluss"),
    ReferralStatus.COMPLETED: _("Abgeschlossen"),
    ReferralStatus.TERMINATED: _("Abgebrochen"),
    ReferralStatus.DECLINED: _("Abgelehnt"),
    ReferralStatus.WITHDRAWN: _("Zurückgezogen"),
    ReferralStatus.LAPSED: _("Abgeschrieben"),
}

#: Where a case is, as a sentence; who acts next and until when follows it.
SENTENCE: dict[ReferralStatus, Any] = {
    ReferralStatus.SUBMITTED: _(
        "Die Anmeldung ist bei der Anbieterin und wird auf Vollständigkeit geprüft."
    ),
    ReferralStatus.INCOMPLETE: _("Es fehlen Angaben. Die fallführende Stelle reicht sie nach."),
    ReferralStatus.IN_TRIAGE: _("Die Anbieterin entscheidet über die Aufnahme."),
    ReferralStatus.ADMITTED: _("Die Person ist aufgenommen. Als Nächstes folgt das Erstgespräch."),
    ReferralStatus.WAITING: _("Die Person ist auf der Warteliste."),
    ReferralStatus.PROPOSED: _("Ein Vorschlag liegt vor. Beide Seiten antworten darauf."),
    ReferralStatus.FIRST_MEETING: _("Beide Seiten haben zugesagt. Sie lernen sich kennen."),
    ReferralStatus.MATCHED: _("Das Tandem steht. Die Vereinbarung wird abgeschlossen."),
    ReferralStatus.TRIAL: _("Das Tandem ist in der Probezeit."),
    ReferralStatus.ACTIVE: _("Das Tandem läuft."),
    ReferralStatus.EXTENDED: _("Das Tandem läuft in der Verlängerung."),
    ReferralStatus.CLOSING: _("Das Tandem ist zu Ende. Der Abschlussbericht wird verfasst."),
    ReferralStatus.COMPLETED: _("Das Tandem ist abgeschlossen."),
    ReferralStatus.TERMINATED: _("Das Tandem wurde vorzeitig beendet, der Fall ist abgeschlossen."),
    ReferralStatus.DECLINED: _("Die Anmeldung wurde abgelehnt."),
    ReferralStatus.WITHDRAWN: _("Die Anmeldung wurde zurückgezogen."),
    ReferralStatus.LAPSED: _(
        "Die Anmeldung wurde abgeschrieben. Sie kann wieder aufgenommen werden."
    ),
}

URGENCY: dict[Urgency, Any] = {
    Urgency.NORMAL: _("normal"),
    Urgency.ERHOEHT: _("erhöht"),
    Urgency.DRINGEND: _("dringend"),
}
CHANNEL: dict[Channel, Any] = {
    Channel.ONLINE: _("online"),
    Channel.EMAIL: _("E-Mail, nacherfasst"),
    Channel.PAPER: _("Papier, nacherfasst"),
}
KIND: dict[OrganisationKind, Any] = {
    OrganisationKind.OFFICE: _("Fallführende Stelle"),
    OrganisationKind.PROVIDER: _("Anbieterin"),
    OrganisationKind.ASSOCIATION: _("Verband"),
    OrganisationKind.CANTON: _("Kanton"),
    OrganisationKind.STEERING: _("Steuerungsgremium"),
}
#: The same for many.
KINDS: dict[OrganisationKind, Any] = {
    OrganisationKind.OFFICE: _("Stellen, die zuweisen"),
    OrganisationKind.PROVIDER: _("Anbieterinnen"),
    OrganisationKind.ASSOCIATION: _("Verband"),
    OrganisationKind.CANTON: _("Kanton"),
    OrganisationKind.STEERING: _("Steuerungsgremium"),
}
OFFICE_KIND: dict[OfficeKind, Any] = {
    OfficeKind.SOCIAL_REGION: _("Sozialregion"),
    OfficeKind.MUNICIPALITY: _("Gemeinde, die selbst zuweist"),
    OfficeKind.CHILD_PROTECTION: _("Kindes- und Erwachsenenschutzbehörde (KESB)"),
    OfficeKind.OTHER: _("andere Stelle"),
}
#: Why something that was given cannot be kept, and what to do.
REFUSED: dict[str, Any] = {
    "name_missing": _("Geben Sie einen Namen ein, der nicht zu lang ist."),
    "name_taken": _("Diesen Namen gibt es schon. Geben Sie einen anderen ein."),
    "address": _("Geben Sie eine E-Mail-Adresse ein, zum Beispiel post@example.org."),
    "gone": _("Das hat inzwischen jemand entfernt."),
    "source_missing": _("Geben Sie die Quelle an."),
    "office_kind_missing": _("Sagen Sie, was für eine Stelle es ist."),
    "municipality_missing": _("Wählen Sie die Gemeinde."),
    "one_region": _("Wählen Sie genau die Sozialregion, die es ist."),
    "ends_before": _("Das Ende liegt vor dem Anfang. Prüfen Sie beide Daten."),
    "no_provider": _("Nur Anbieterinnen haben Angebote."),
    "shorter": _("Das ist kürzer, als ein Tandem ohne Verlängerung dauert."),
    "rhythm": _("Ein Standortgespräch liegt spätestens am Ende des Tandems."),
    "places": _("Ein Vertrag hat mindestens einen Platz."),
    "begins_too": _("An diesem Tag beginnt schon ein Vertrag des Angebots. Ändern Sie jenen."),
    "region_in_use": _("Es gehören noch Gemeinden dazu. Teilen Sie diese zuerst anders zu."),
    "nothing_to_merge": _("Kreuzen Sie an, welche Gemeinden aufgehen."),
    "not_there": _("Eine dieser Gemeinden gibt es an diesem Tag nicht. Prüfen Sie den Tag."),
    "ends_too": _("Diese Gemeinde geht selbst auf. Tragen Sie Fusionen der Reihe nach ein."),
    "nothing_to_come": _("Diese Fusion gilt schon zu lange, oder sie ist schon zurückgenommen."),
    "no_region_then": _("Diese Sozialregion gibt es an diesem Tag nicht. Prüfen Sie den Tag."),
    "number_taken": _("Diese Nummer hat schon eine Gemeinde. Prüfen Sie sie."),
    "too_early": _("Seither hat sich schon etwas geändert. Wählen Sie einen späteren Tag."),
    "belongs_already": _("Die Gemeinde gehört schon zu dieser Sozialregion."),
    "unknown_number": _("Eine der BFS-Nummern gehört zu keiner Gemeinde, die hier bekannt ist."),
    "negative": _("Eine Einwohnerzahl ist nie kleiner als null."),
}
SCAN: dict[ScanState, Any] = {
    ScanState.CLEAN: _("auf Viren geprüft"),
    ScanState.NOT_SCANNED: _("nicht auf Viren geprüft"),
    ScanState.WAITING: _("wird noch auf Viren geprüft, noch nicht lesbar"),
    ScanState.INFECTED: _("vom Virenscanner abgelehnt"),
}
MAIL: dict[MailState, Any] = {
    MailState.WAITING: _("wartet"),
    MailState.SENDING: _("wird übergeben"),
    MailState.SENT: _("gesendet"),
    MailState.FAILED: _("abgelehnt"),
    MailState.UNKNOWN: _("Ende unbekannt"),
    MailState.DROPPED: _("verworfen"),
}
#: Why a server did not take a mail, by the code that the worker notes.
MAIL_REFUSED: dict[str, Any] = {
    "NoEncryption": _("Der Mailserver bietet keine Verschlüsselung an."),
    "SSLCertVerificationError": _("Das Zertifikat des Mailservers ist nicht gültig."),
    "SMTPAuthenticationError": _("Der Mailserver nimmt Name und Passwort nicht an."),
    "SMTPRecipientsRefused": _("Der Mailserver kennt die Adresse nicht."),
    "ConnectionRefusedError": _("Der Mailserver antwortet nicht."),
    "TimeoutError": _("Der Mailserver antwortet nicht."),
}
MENTOR_STATUS: dict[MentorStatus, Any] = {
    MentorStatus.PROSPECT: _("interessiert"),
    MentorStatus.INTERVIEW: _("Erstgespräch"),
    MentorStatus.IN_CHECK: _("in Abklärung"),
    MentorStatus.APPROVED: _("einsatzbereit"),
    MentorStatus.ASSIGNED: _("im Einsatz"),
    MentorStatus.ON_HOLD: _("pausiert"),
    MentorStatus.LEFT: _("ausgetreten"),
    MentorStatus.REJECTED: _("nicht aufgenommen"),
}

#: How it stands with something that an installation needs (`intake.doctor.lines.State`).
CHECKED: dict[str, Any] = {
    "ok": _("in Ordnung"),
    "not_applicable": _("nicht nötig"),
    "warn": _("ansehen"),
    "missing": _("fehlt"),
}
UNIT: dict[Unit, Any] = {
    Unit.WORKING_DAYS: _("Arbeitstage"),
    Unit.WEEKS: _("Wochen"),
    Unit.MONTHS: _("Monate"),
}
CALENDAR: dict[Calendar, Any] = {
    Calendar.LEGAL: _("gesetzlicher Kalender"),
    Calendar.OFFICE: _("Kalender der Verwaltung"),
}
#: The deadlines of DOMAIN.md 3.4 in words; B and C are the later steps of the same deadline.
DEADLINE: dict[str, Any] = {
    "T2": _("Vollständigkeit prüfen"),
    "T3": _("Nachreichen: Erinnerung an die Stelle"),
    "T3B": _("Nachreichen: zweite Erinnerung, auch an die Stellvertretung"),
    "T3C": _("Nachreichen: Anmeldung wird abgeschrieben"),
    "T4": _("Über die Aufnahme entscheiden, ab Vollständigkeit"),
    "T5": _("Erstgespräch führen, ab Aufnahme"),
    "T6": _("Antwort auf einen Vorschlag: Erinnerung"),
    "T6B": _("Antwort auf einen Vorschlag: der Vorschlag verfällt"),
    "T7": _("Kennenlerntreffen und Vereinbarung"),
    "T8": _("Warteliste: «Ist die Anmeldung noch aktuell?»"),
    "T8B": _("Warteliste: ohne Antwort entscheidet die Koordination"),
    "T9": _("Probezeit"),
    "T9B": _("Probezeit besprechen"),
    "T10": _("Standortgespräch, ab Termin"),
    "T10B": _("Standortgespräch überfällig: Programmleitung wird informiert"),
    "T11": _("Nach der Verlängerung fragen, vor dem vorgesehenen Ende"),
    "T12": _("Abschlussbericht, ab Ende"),
    "T12B": _("Abschlussbericht: Erinnerungen danach"),
    "T13": _("Nachbefragung, ab Ende"),
    "T14": _("Gültigkeit des Sonderprivatauszugs"),
    "T15": _("Kontrolle des Aufenthaltsstatus"),
}

INCIDENT: dict[IncidentKind, Any] = {
    IncidentKind.STEP: _("Schritt einer Person"),
    IncidentKind.MESSAGE: _("Eingriff einer Person"),
    IncidentKind.TIMER: _("Frist"),
    IncidentKind.STUCK: _("Fall ohne nächsten Schritt"),
}

DRAFT_STATE: dict[DraftState, Any] = {
    DraftState.EDITING: _("in Bearbeitung"),
    DraftState.IN_REVIEW: _("in Prüfung"),
    DraftState.RELEASED: _("freigegeben"),
    DraftState.DISCARDED: _("weggelegt"),
}

#: What an import has changed.
CONVERTED: dict[str, Any] = {
    "form": _("Formular"),
    "decision": _("Entscheidungstabelle"),
    "call": _("Aufgerufener Prozess"),
    "condition": _("Bedingung"),
    "timer": _("Zeit"),
    "task": _("Art der Tätigkeit"),
    "id": _("Id"),
    "executable": _("Ausführbar"),
    "role": _("Rolle"),
}

#: What a rehearsal finds, of running and of ended cases.
REHEARSED: dict[str, Any] = {
    "moves": _("gehen mit, wie sie sind"),
    "changes": _("gehen mit, mit anderer Rolle, Frist oder anderem Formular"),
    "blocked": _("gehen nicht mit"),
    "same": _("gingen denselben Weg"),
    "other": _("gingen einen anderen Weg"),
    "unanswered": _("blieben stehen, weil eine Antwort fehlt"),
    "unknown": _("lassen sich nicht nachspielen"),
}

#: What reads an answer.
#: How the program reads an answer.
READ: dict[str, Any] = {
    "column": _("Spalte"),
    "list": _("Liste"),
    "page": _("Seite"),
    "mail": _("Mail"),
    "action": _("Aktion"),
    "fact": _("Tatsache"),
    "proposal": _("Vorschlag"),
}

USED: dict[str, Any] = {
    "condition": _("Bedingung"),
    "timer": _("Zeit"),
    "cell": _("Tabelle"),
    "deadline": _("Frist"),
    "parameter": _("Aktion"),
}

EVENT: dict[str, Any] = {
    "app_added": _("hat eine App als zweiten Faktor eingerichtet"),
    "app_used": _("hat sich mit einem Code der App ausgewiesen"),
    "app_removed": _("hat die App als zweiten Faktor entfernt"),
    "passkey_added": _("hat einen Passkey eingerichtet"),
    "passkey_used": _("hat sich mit einem Passkey ausgewiesen"),
    "passkey_removed": _("hat einen Passkey entfernt"),
    "recovery_codes_made": _("hat neue Wiederherstellungscodes erstellt"),
    "recovery_code_used": _("hat einen Wiederherstellungscode gebraucht"),
    "factor_failed": _("hat sich mit dem zweiten Faktor nicht ausweisen können"),
    "factors_reset": _("hat den zweiten Faktor einer Person zurückgesetzt"),
    "diagram_published": _("hat Version %(version)s veröffentlicht"),
    "drawing_begun": _("hat Entwurf %(draft)s begonnen"),
    "drawing_imported": _("hat Entwurf %(draft)s aus Dateien begonnen"),
    "drawing_changed": _("hat Entwurf %(draft)s geändert"),
    "example_kept": _("hat in Entwurf %(draft)s das Beispiel %(example)s festgehalten"),
    "example_forgotten": _("hat aus Entwurf %(draft)s das Beispiel %(example)s entfernt"),
    "drawing_discarded": _("hat Entwurf %(draft)s weggelegt"),
    "drawing_taken_back": _("hat Entwurf %(draft)s zurückgeholt"),
    "drawing_handed_in": _("hat Entwurf %(draft)s zur Prüfung gegeben"),
    "drawing_released": _("hat Entwurf %(draft)s als Version %(version)s freigegeben"),
    "rehearsal_begun": _("hat einen Probelauf von Entwurf %(draft)s begonnen"),
    "move_begun": _("hat begonnen, Fälle auf Version %(version)s umzustellen"),
    "move_ended": _("hat %(moved)s Fälle auf Version %(version)s umgestellt, %(blocked)s nicht"),
    "stopped": _("Der Ablauf steht; die Administration ist informiert"),
    "retried": _("hat den Ablauf wieder in Gang gebracht"),
    "incident_closed": _("hat eine Störung weggelegt"),
    "mail_resent": _("hat eine Mail nochmals gesandt"),
    "mail_dropped": _("hat eine Mail weggelegt"),
    "received": _("hat die Anmeldung eingereicht"),
    "claimed": _("hat «%(step)s» übernommen"),
    "released": _("hat «%(step)s» freigegeben"),
    "assigned": _("hat «%(step)s» zugeteilt an %(to)s"),
    "done": _("hat «%(step)s» erledigt"),
    "undone": _("hat «%(step)s» rückgängig gemacht"),
    "rebound": _(
        "Der Fall folgt neu Version %(version)s der Zeichnungen, bisher Version %(before)s"
    ),
    "notified": _("Mail versandt"),
    "lapsed": _("Anmeldung abgeschrieben"),
    "ended": _("Fall beendet"),
    "timer": _("Frist erreicht: %(name)s"),
    "withdrawal": _("hat die Anmeldung zurückgezogen"),
    "early_termination": _("hat das Tandem vorzeitig beendet"),
    "consent_revocation": _("hat den Widerruf der Einwilligung festgehalten"),
    "reopening": _("hat die Anmeldung wieder aufgenommen"),
    "corrected": _("hat die Anmeldung korrigiert"),
    "handed_over": _("hat den Fall übergeben an %(to)s"),
    "status_change": _("hat einen Statuswechsel festgehalten"),
    "document_added": _("hat ein Dokument hinzugefügt"),
    "duplicates_asked": _("hat gefragt, ob eine Person schon angemeldet ist"),
    "draft_deleted": _("Ein Entwurf einer Anmeldung wurde gelöscht"),
    "document_infected": _("Ein Dokument enthielt Schadsoftware und wurde gelöscht"),
    "activity_log": _("hat einen Einsatzrapport festgehalten"),
    "status_control": _("Statuskontrolle fällig: Fallführung angefragt"),
    "follow_up_due": _("Nachbefragung fällig"),
}


def event(code: str, facts: dict[str, Any]) -> str:
    """A journal line in words; an unknown code says itself."""
    words = EVENT.get(code)
    facts = {
        key: drawn(value) if key in ("step", "name") else value for key, value in facts.items()
    }
    return str(words) % facts if words is not None else code


def person_state(user: User) -> str:
    """The code of whether somebody may sign in."""
    if not user.active:
        return "left"
    return "active" if user.password_hash else "invited"


def role(code: str) -> str:
    """A role, as a lane names it."""
    return str(ROLE[Role(code)]) if code in set(Role) else code


def note(text: str) -> str:
    """What a version changed, as somebody wrote it; the program's own in the reader's language."""
    return gettext("mit dem Programm gekommen") if text == CAME_ALONG else text


def drawn(words: str) -> str:
    """A name from a drawing in the reader's language, where the catalogue knows it."""
    return gettext(words) if words else ""


def area(organisation: Organisation) -> str:
    """Where an organisation works."""
    if organisation.municipality is not None:
        return organisation.municipality.called(today())
    return ", ".join(region.name for region in organisation.areas) or gettext("ganzer Kanton")


def period(dated: Any) -> str:
    """From when until when something holds, or will."""
    start, end = dated.valid_from, dated.valid_to
    if start and end:
        return gettext("%(start)s bis %(end)s", start=day(start), end=day(end))
    if start and start > today():
        return gettext("ab %(day)s", day=day(start))
    if start:
        return gettext("seit %(day)s", day=day(start))
    return gettext("bis %(day)s", day=day(end)) if end else gettext("unbefristet")


def number(value: int) -> str:
    """A whole number with Swiss thousands: 19'262."""
    return f"{value:,}".replace(",", "'")


def day(value: date | datetime | None) -> str:
    """21.11.2026"""
    if value is None:
        return ""
    local = value.astimezone(OFFICE_ZONE) if isinstance(value, datetime) else value
    return format_date(local, "dd.MM.yyyy", rebase=False)


def moment(value: datetime) -> str:
    """21.11.2026, 14:32"""
    local = value.astimezone(OFFICE_ZONE)
    return f"{day(value)}, {local:%H:%M}"


def last_day(value: datetime) -> date:
    """The day that a deadline's moment ends: midnight belongs to the day before."""
    return date.fromordinal((value.astimezone(OFFICE_ZONE)).date().toordinal() - 1)


def due(task: Task) -> str:
    """When a task is due, in words with the date."""
    if not task.has_deadline:
        return gettext("ohne Frist")
    end = last_day(task.due_at)
    left = (end - today()).days
    if left < 0:
        words = ngettext("überfällig seit %(num)s Tag", "überfällig seit %(num)s Tagen", -left)
    elif left == 0:
        words = gettext("heute")
    elif left == 1:
        words = gettext("morgen")
    else:
        words = ngettext("in %(num)s Tag", "in %(num)s Tagen", left)
    return f"{words} · {day(end)}"


def urgency_of_due(task: Task) -> str:
    """`late`, `today` or nothing: the class that goes with the sign."""
    if not task.has_deadline:
        return ""
    if task.overdue(now()):
        return "late"
    return "today" if last_day(task.due_at) == today() else ""


#: Steps as the process calls them, by form key; what the inbox filters by.
STEP: dict[str, Any] = {
    "completeness_check": _("Anmeldung auf Vollständigkeit prüfen"),
    "supply_items": _("Fehlende Angaben nachreichen"),
    "triage": _("Über die Aufnahme entscheiden"),
    "intake_interview": _("Erstgespräch führen"),
    "matching_proposal": _("Mentorin oder Mentor vorschlagen"),
    "waiting_list_review": _("Aktualität der Anmeldung bestätigen"),
    "proposal_answer": _("Antwort auf den Vorschlag festhalten"),
    "first_meeting": _("Kennenlerntreffen durchführen"),
    "tandem_agreement": _("Tandemvereinbarung abschliessen"),
    "trial_review": _("Probezeit besprechen"),
    "check_in": _("Standortgespräch führen"),
    "extension": _("Über die Verlängerung entscheiden"),
    "early_termination": _("Abbruch festhalten"),
    "final_report": _("Abschlussbericht verfassen"),
    "consent_renewal": _("Einwilligung durch Mentee erneuern"),
}
