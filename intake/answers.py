"""Submitted answers as people read them; what a side may not read is not even looked up."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from intake.forms import REGISTRY
from intake.forms.base import StepForm
from intake.forms.fields import Many
from intake.forms.mentor import MentorForm
from intake.forms.referral import ReferralForm
from intake.wording import STEP
from models.base import today
from models.journal import Audience
from models.mentors import Mentor
from models.places import Municipality
from models.programs import Program, programs
from models.session import db

#: Answers that stay with the provider, by form; the office never gets them (DOMAIN.md 2.2, 2.7).
PROVIDER_ONLY: dict[str, frozenset[str]] = {
    "activity_log": frozenset({"remarks"}),
    "triage": frozenset({"internal_note"}),
    "intake_interview": frozenset({"note"}),
    "matching_proposal": frozenset({"mentor_id", "reason", "fit_personal", "fit_life_situation"}),
    "proposal_answer": frozenset({"reason"}),
    "first_meeting": frozenset({"note"}),
    "trial_review": frozenset({"note", "view_mentee", "view_mentor"}),
    "check_in": frozenset(
        {
            "incidents",
            "relationship_quality_mentee",
            "relationship_quality_mentor",
            "wellbeing",
            "support_needed",
        }
    ),
    "early_termination": frozenset({"description"}),
}


@dataclass(frozen=True)
class Sheet:
    """A form's answers in sections of (question, answer)."""

    title: str
    sections: list[tuple[str, list[tuple[str, str]]]]


def sheet(
    form_key: str, answers: dict[str, Any], sides: frozenset[Audience], on: date | None = None
) -> Sheet:
    """The answers that these sides may read.

    Args:
        on: the day they were given, by which places are called; today if left out.
    """
    form = _filled(form_key, answers, on or today())
    hidden = set() if Audience.PROVIDER in sides else set(PROVIDER_ONLY.get(form_key, ()))
    if form_key == "check_in" and not answers.get("shared_with_case_office"):
        hidden |= set() if Audience.PROVIDER in sides else set(form._fields)
    sections = []
    for _code, heading, fields in form.in_sections():
        rows: list[tuple[str, str]] = []
        for field in fields:
            if field.name in hidden or field.empty:
                continue
            if field.office_only and Audience.OFFICE not in sides:
                continue
            rows += _rows(field)
        if rows:
            sections.append((str(heading), rows))
    return Sheet(str(form.title or STEP.get(form_key, form_key)), sections)


def _filled(form_key: str, answers: dict[str, Any], on: date) -> StepForm:
    form = REGISTRY[form_key](data=answers)
    if isinstance(form, ReferralForm | MentorForm) and answers.get("municipality_id"):
        home = db.get(Municipality, int(answers["municipality_id"]))
        form.municipality_id.choices = [
            (answers["municipality_id"], home.called(on) if home else "?")
        ]
    if isinstance(form, ReferralForm):
        form.program_wish.choices += [(p.code, p.name) for p in programs()]
    if "mentor_id" in answers and "mentor_id" in form._fields:
        mentor = db.get(Mentor, int(answers["mentor_id"]))
        form.mentor_id.choices = [(answers["mentor_id"], mentor.name if mentor else "?")]
    if "forward_to" in answers:
        program = db.get(Program, int(answers["forward_to"]))
        form.forward_to.choices = [(answers["forward_to"], program.name if program else "?")]
    return form


def _rows(field: Any) -> list[tuple[str, str]]:
    if not isinstance(field, Many):
        return [(str(field.label.text), field.shown())]
    rows = []
    for number, entry in enumerate(field.entries, 1):
        words = [f"{q.label.text}: {q.shown()}" for q in entry.form if not q.empty]
        rows.append((f"{field.one or field.label.text} {number}", "\n".join(words)))
    return rows
