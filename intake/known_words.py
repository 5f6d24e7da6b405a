"""What a drawing can say, in words: forms and their answers, roles, deadlines, actions, messages."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake import wording
from intake.forms import REGISTRY, StepForm
from models.deadlines import common_terms
from models.people import OFFICE_ROLES, PROVIDER_ROLES
from models.programs import programs
from models.referrals import ReferralStatus
from workflows.actions import ACTIONS, AS_WISHED
from workflows.facts import OPEN
from workflows.messages import MESSAGES
from workflows.notices import RECIPIENTS

#: Forms that no step of a drawing can ask: they stand before, beside or outside the process.
_OUTSIDE = frozenset(
    {"referral", "paper", "activity_log", "invitation", "mentor", "status_change", *MESSAGES}
)

ACTION: dict[str, Any] = {
    "assign_program": _("Angebot zuteilen und den Eingang bestätigen"),
    "notify": _("Mail senden"),
    "ask_for_items": _("Fehlende Angaben einfordern"),
    "lapse": _("Anmeldung abschreiben"),
    "reopen": _("Fall wieder aufnehmen"),
    "forward_referral": _("An die andere Anbieterin weiterleiten"),
    "decline": _("Ablehnung mitteilen"),
    "void_proposal": _("Vorschlag zurücknehmen"),
    "plan_check_in": _("Nächstes Standortgespräch planen"),
    "extend_tandem": _("Tandem verlängern"),
    "end_tandem": _("Tandem beenden"),
    "withdraw": _("Rückzug festhalten"),
    "revoke_consent": _("Nach dem Widerruf der Einwilligung aufräumen"),
}

FACT: dict[str, Any] = {
    "case.is_minor": _("Fall: Person ist minderjährig"),
    "case.comes_of_age_on": _("Fall: Tag der Volljährigkeit"),
    "case.interviewed": _("Fall: Erstgespräch hat stattgefunden"),
    "referral.program_wish": _("Anmeldung: gewünschtes Angebot"),
    "referral.target_group": _("Anmeldung: Zielgruppe"),
    "referral.permit": _("Anmeldung: Ausweis"),
    "referral.consent": _("Anmeldung: Einwilligung liegt vor"),
    "referral.exclusion_checked": _("Anmeldung: Ausschlussgründe geprüft"),
    "referral.lives_in_canton": _("Anmeldung: wohnt im Kanton"),
    "referral.complete_on": _("Anmeldung: vollständig seit"),
    "tandem.trial_until": _("Tandem: Probezeit bis"),
    "tandem.end": _("Tandem: vorgesehenes Ende"),
    "tandem.ended_on": _("Tandem: beendet am"),
}

RECIPIENT: dict[str, Any] = {
    "case_manager": _("fallführende Person"),
    "case_manager_and_deputy": _("fallführende Person und Stellvertretung"),
    "coordinator": _("Koordinationsperson"),
    "program_lead": _("Programmleitung"),
}

#: What a drawing may send, in the order of a case.
NOTICE: dict[str, Any] = {
    "acknowledgement": _("Eingang bestätigt"),
    "new_referral": _("neue Anmeldung"),
    "items_asked": _("es fehlen Angaben"),
    "items_reminder": _("Erinnerung: es fehlen Angaben"),
    "items_supplied": _("Angaben nachgereicht"),
    "lapsed": _("abgeschrieben"),
    "check_overdue": _("Prüfung überfällig"),
    "triage_overdue": _("Entscheid überfällig"),
    "admitted": _("aufgenommen"),
    "declined": _("abgelehnt"),
    "forwarded": _("weitergeleitet"),
    "interview_overdue": _("Erstgespräch überfällig"),
    "review_asked": _("Warteliste: noch aktuell?"),
    "answer_reminder": _("Antwort auf den Vorschlag ausstehend"),
    "meeting_reminder": _("Kennenlerntreffen überfällig"),
    "tandem_started": _("Tandem vereinbart"),
    "check_in_reminder": _("Standortgespräch ausstehend"),
    "check_in_overdue": _("Standortgespräch überfällig"),
    "report_reminder": _("Abschlussbericht überfällig"),
    "final_report": _("Abschlussbericht"),
    "withdrawn": _("zurückgezogen"),
    "consent_revoked": _("Einwilligung widerrufen"),
    "status_control": _("Status prüfen"),
    "follow_up_survey": _("Nachbefragung fällig"),
    "corrected": _("Anmeldung korrigiert"),
    "message": _("neue Nachricht"),
    "handed_over": _("Fall übergeben"),
}

MESSAGE: dict[str, Any] = {
    "referral_withdrawn": _("Anmeldung zurückgezogen"),
    "tandem_ended_early": _("Tandem vorzeitig beendet"),
    "consent_revoked": _("Einwilligung widerrufen"),
    "case_reopened": _("Wiederaufnahme verlangt"),
}


def all_of_it() -> dict[str, Any]:
    """Everything that the panel of the workbench offers, as JSON."""
    return {
        "forms": [_form(key, REGISTRY[key]) for key in sorted(set(REGISTRY) - _OUTSIDE)],
        "roles": [
            {"code": role.value, "words": str(words)}
            for role, words in wording.ROLE.items()
            if role in OFFICE_ROLES | PROVIDER_ROLES
        ],
        "deadlines": [
            {"code": t.code, "words": deadline(t.code, t.amount, t.unit), "unit": t.unit.value}
            for t in common_terms()
        ],
        "actions": [{"code": name, "words": action(name)} for name in ACTIONS],
        "messages": [{"code": name, "words": str(MESSAGE[name])} for name in MESSAGE],
        "statuses": [{"code": s.value, "words": str(wording.STATUS[s])} for s in ReferralStatus],
        "notices": [{"code": name, "words": str(NOTICE[name])} for name in NOTICE],
        "recipients": [{"code": name, "words": str(RECIPIENT[name])} for name in RECIPIENTS],
    }


def _form(key: str, form: type[StepForm]) -> dict[str, Any]:
    return {"code": key, "words": form_title(key), "variants": list(form.variants)}


def form_title(key: str) -> str:
    """What people call a form."""
    form = REGISTRY.get(key)
    return str(form.title) if form is not None and form.title else key


def action(name: str) -> str:
    """What an automatic step does."""
    return str(ACTION.get(name, name))


def deadline(code: str, amount: int, unit: Any) -> str:
    """T3: 10 Arbeitstage – Nachreichen: Erinnerung an die Stelle"""
    return f"{code}: {amount} {wording.UNIT[unit]} – {wording.DEADLINE.get(code, '')}".strip(" –")


def names(keys: Iterable[str], choices: dict[str, tuple[Any, ...] | None]) -> list[dict[str, Any]]:
    """Names that an expression can read: each with its words, and with its choices where it has some."""
    return [
        {
            "code": key,
            "words": name(key),
            "choices": [
                {"code": value, "words": choice(key, value)} for value in choices.get(key) or ()
            ],
        }
        for key in keys
    ]


def name(key: str) -> str:
    """What a dotted name means: the fact, or the form and its question."""
    if key in FACT:
        return str(FACT[key])
    room, _dot, route = key.partition(".")
    form = REGISTRY.get(room)
    if form is None:
        return key
    field = form()._fields.get(route)
    return f"{form_title(room)}: {field.label.text if field is not None else route}"


def _program(code: str) -> str:
    """What people call a programme, or what a table says in its place."""
    if code == AS_WISHED:
        return gettext("wie gewünscht")
    return next((program.name for program in programs() if program.code == code), code)


def choice(key: str, value: Any) -> str:
    """What one of the values of a name means."""
    if isinstance(value, bool):
        return gettext("Ja") if value else gettext("Nein")
    if key in ("referral.program_wish", "routing.program") and value != OPEN:
        return _program(str(value))
    room, _dot, route = key.partition(".")
    form = REGISTRY.get(room)
    field = form()._fields.get(route) if form is not None else None
    words = {str(code): str(label) for code, label in getattr(field, "choices", None) or ()}
    return words.get(str(value), str(value))
