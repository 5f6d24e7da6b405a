"""Where the program reads which answer, beside the drawings: columns, lists, pages, mails, rules.

A test holds this against the source: who reads an answer anywhere adds it here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

#: What a drawing reads under another name than its question: a fact, or a route made of answers.
READ_AS: dict[str, tuple[str, ...]] = {
    "case.is_minor": ("referral.date_of_birth",),
    "case.comes_of_age_on": ("referral.date_of_birth",),
    "referral.consent": ("referral.consent_given_on",),
    "referral.exclusion_checked": ("referral.exclusion_check",),
    "referral.lives_in_canton": ("referral.municipality_id",),
    "referral.complete_on": ("completeness_check.complete_on",),
    "tandem.trial_until": ("tandem_agreement.trial_until", "tandem_agreement.start_date"),
    "tandem.end": ("tandem_agreement.planned_end_date", "extension.new_end"),
    "tandem.ended_on": ("early_termination.ended_on",),
    "proposal_answer.mentor": ("proposal_answer.answer",),
    "proposal_answer.mentee": ("proposal_answer.answer",),
    "first_meeting.both_agree": ("first_meeting.mentor_agrees", "first_meeting.mentee_agrees"),
}

#: Question to the column that keeps its answer for lists, by the column's own name.
COLUMNS: dict[str, str] = {
    "referral.urgency": "urgency",
    "referral.target_group": "target_group",
    "referral.consent_scope": "survey_consent",
    "completeness_check.complete_on": "complete_on",
    "triage.triage_date": "decided_on",
    "triage.urgency_confirmed": "urgency_confirmed",
    "triage.decline_reason": "decline_reason",
    "tandem_agreement.start_date": "start_on",
    "tandem_agreement.planned_end_date": "planned_end",
    "tandem_agreement.trial_until": "trial_until",
    "check_in.held_on": "held_on",
    "check_in.contact_with_office_needed": "contact_needed",
    "early_termination.reason": "termination_reason",
    "early_termination.waiting_date_reason": "waiting_since_reason",
    "first_meeting.first_meeting_date": "first_meeting_on",
}


@dataclass(frozen=True)
class Reader:
    """A place of the program that reads answers.

    Attributes:
        what: `column`, `list`, `page`, `mail`, `action`, `fact` or `proposal`.
        words: what people call the place.
        at: its source, from the project's root.
        reads: dotted questions; choices that the place tells apart follow after `=`.
    """

    what: str
    words: Any
    at: str
    reads: str

    def values(self, question: str) -> tuple[str, ...] | None:
        """The choices that the place tells apart; empty if it takes any, None if it reads another."""
        for one in self.reads.split():
            name, _sign, values = one.partition("=")
            if name == question:
                return tuple(values.split(",")) if values else ()
        return None


_PERSON = (
    "referral.last_name referral.first_name referral.date_of_birth referral.sex "
    "referral.nationality referral.zemis_number referral.ahv_number referral.native_language "
    "referral.permit referral.asylum_status referral.status_valid_from referral.household_members"
)
READERS = (
    Reader("column", _("Person und Haushalt"), "workflows/records/persons.py", _PERSON),
    Reader(
        "column",
        _("Ausweis und Status über die Zeit"),
        "workflows/records/persons.py",
        "status_change.participant_id status_change.valid_from status_change.permit "
        "status_change.asylum_status status_change.source",
    ),
    Reader(
        "column",
        _("Fall"),
        "workflows/records/referrals.py",
        "referral.municipality_id referral.target_group referral.urgency "
        "referral.consent_scope=survey referral.household_members referral.first_name "
        "referral.date_of_birth referral.sex completeness_check.outcome=complete "
        "completeness_check.complete_on triage.triage_date triage.urgency_confirmed "
        "triage.decline_reason triage.decision=admit,admit_direct "
        "intake_interview.result=decline,withdrawal waiting_list_review.still_wanted=no",
    ),
    Reader(
        "column",
        _("Vorschlag"),
        "workflows/records/matching.py",
        "matching_proposal.mentor_id matching_proposal.reason matching_proposal.fit_motivation "
        "matching_proposal.fit_interests matching_proposal.fit_life_situation "
        "matching_proposal.fit_personal matching_proposal.fit_language "
        "matching_proposal.fit_availability matching_proposal.fit_distance proposal_answer.answer "
        "proposal_answer.answered_on proposal_answer.reason first_meeting.first_meeting_date "
        "first_meeting.mentor_agrees=yes first_meeting.mentee_agrees=yes",
    ),
    Reader(
        "column",
        _("Tandem"),
        "workflows/records/tandems.py",
        "tandem_agreement.start_date tandem_agreement.planned_end_date "
        "tandem_agreement.trial_until tandem_agreement.goals "
        "tandem_agreement.copy_to_case_office trial_review.result=continue "
        "check_in.took_place=yes check_in.held_on check_in.meetings_count check_in.hours_total "
        "check_in.contact_with_office_needed check_in.shared_with_case_office "
        "early_termination.ended_on early_termination.reason=MENTOR_MOVED,MENTOR_TIME,HEALTH_MENTOR "
        "early_termination.next=rematch early_termination.waiting_date=today "
        "early_termination.waiting_date_reason final_report.goal_results final_report.end_date",
    ),
    Reader(
        "column",
        _("Register der Freiwilligen"),
        "workflows/register.py",
        "mentor.last_name mentor.first_name mentor.date_of_birth mentor.sex mentor.municipality_id "
        "mentor.status mentor.max_mentees mentor.extract_seen_on mentor.extract_valid_until "
        "mentor.agreement_signed_on",
    ),
    Reader(
        "column",
        _("Sozialregion der Anmeldung"),
        "workflows/desk/referrals.py",
        "referral.municipality_id",
    ),
    Reader(
        "column",
        _("Dringlichkeit der Aufgaben, Suche nach Namen"),
        "workflows/desk/moving.py",
        "referral.urgency referral.last_name referral.first_name",
    ),
    Reader(
        "fact",
        _("Tatsachen für Zeichnungen"),
        "workflows/facts.py",
        "referral.program_wish referral.permit referral.consent_given_on "
        "referral.exclusion_check=none referral.target_group referral.municipality_id "
        "referral.date_of_birth completeness_check.complete_on tandem_agreement.trial_until "
        "tandem_agreement.start_date tandem_agreement.planned_end_date",
    ),
    Reader(
        "action",
        _("Automatische Schritte"),
        "workflows/actions.py",
        "referral.program_wish triage.forward_to triage.decision_text_to_office extension.new_end "
        "tandem_agreement.start_date tandem_agreement.planned_end_date early_termination.reason",
    ),
    Reader(
        "mail",
        _("Mails auch an die Stellvertretung"),
        "workflows/notices.py",
        "referral.deputy_email",
    ),
    Reader(
        "mail",
        _("Nachbefragung nach dem Abschluss"),
        "workflows/rounds.py",
        "referral.consent_scope=survey",
    ),
    Reader(
        "list",
        _("Warteliste: Reihenfolge"),
        "models/referrals.py",
        "referral.urgency=DRINGEND triage.urgency_confirmed",
    ),
    Reader(
        "list",
        _("Warteliste"),
        "intake/views/waiting_list.py",
        "referral.urgency triage.urgency_confirmed early_termination.waiting_date_reason",
    ),
    Reader(
        "list",
        _("Warteliste: Spalten"),
        "intake/templates/waiting_list/index.html",
        "referral.urgency early_termination.waiting_date_reason",
    ),
    Reader(
        "list",
        _("Aufgabenliste: Filter und Kennzeichen"),
        "intake/templates/tasks/inbox.html",
        "referral.urgency",
    ),
    Reader("list", _("Aufgabenliste: Filter"), "models/tasks.py", "referral.urgency"),
    Reader(
        "list",
        _("Fälle: Suche nach Namen"),
        "intake/views/cases.py",
        "referral.last_name referral.first_name",
    ),
    Reader(
        "list",
        _("Freiwillige: Sprachen und Ort"),
        "intake/register.py",
        "mentor.town mentor.native_language mentor.languages",
    ),
    Reader("list", _("Freiwillige"), "intake/templates/mentors/index.html", "mentor.town"),
    Reader(
        "list",
        _("Angefangene Anmeldungen"),
        "intake/templates/referrals/drafts.html",
        "referral.last_name referral.first_name",
    ),
    Reader(
        "page",
        _("Fall: Angaben und Tandem"),
        "intake/templates/cases/show.html",
        "completeness_check.complete_on referral.urgency triage.urgency_confirmed "
        "tandem_agreement.start_date tandem_agreement.planned_end_date referral.household_members",
    ),
    Reader(
        "page",
        _("Freiwillige Person: ihre Tandems"),
        "intake/templates/mentors/form.html",
        "tandem_agreement.start_date tandem_agreement.planned_end_date",
    ),
    Reader(
        "page",
        _("Entscheid über die Aufnahme: Warnung zu Ausschlussgründen"),
        "intake/templates/steps/triage.html",
        "referral.exclusion_check=none",
    ),
    Reader(
        "page",
        _("Antworten: was die Stelle sieht"),
        "intake/forms/check_in.py",
        "check_in.shared_with_case_office",
    ),
    Reader(
        "page",
        _("Antworten: was die Stelle sieht"),
        "intake/forms/tandem_agreement.py",
        "tandem_agreement.copy_to_case_office",
    ),
    Reader(
        "page",
        _("Entscheid, den eine Anbieterin nach dem Ende noch sieht"),
        "workflows/desk/remainders.py",
        "triage.decision triage.decline_reason triage.decision_text_to_office "
        "intake_interview.result=decline",
    ),
    Reader(
        "page",
        _("Antworten: Namen hinter Nummern"),
        "intake/answers.py",
        "referral.municipality_id mentor.municipality_id "
        "matching_proposal.mentor_id triage.forward_to",
    ),
    Reader(
        "page",
        _("Anmeldung: ist die Person schon da?"),
        "intake/duplicates.py",
        "referral.zemis_number referral.ahv_number referral.last_name referral.first_name "
        "referral.date_of_birth",
    ),
    Reader(
        "proposal",
        _("Wer passt?"),
        "intake/matching.py",
        "referral.mentor_gender_wish referral.native_language referral.further_languages "
        "referral.availability referral.topics referral.municipality_id mentor.native_language "
        "mentor.languages mentor.availability mentor.skills_topics mentor.sex "
        "mentor.municipality_id mentor.max_mentees",
    ),
    Reader(
        "proposal",
        _("Gültiger Sonderprivatauszug"),
        "models/mentors.py",
        "mentor.extract_kind=special mentor.extract_valid_until",
    ),
)


def readers(question: str) -> Iterator[tuple[Reader, tuple[str, ...]]]:
    """The places that read a question, with the choices that they tell apart."""
    for reader in READERS:
        values = reader.values(question)
        if values is not None:
            yield reader, values


def names_of(question: str) -> list[str]:
    """The names under which drawings read a question."""
    return [question, *(name for name, made_of in READ_AS.items() if question in made_of)]
