"""Submitted answers as people read them; what a person may not read is left out."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext

from intake.forms.base import StepForm
from intake.forms.fields import Many
from intake.forms.mentor import MentorForm
from intake.forms.referral import ReferralForm
from intake.reading import filled, masking, may_read
from intake.wording import STEP
from models.base import today
from models.documents import Document
from models.mentors import Mentor
from models.people import User
from models.places import Municipality
from models.programs import Program, programs
from models.referrals import Referral
from models.session import db


@dataclass(frozen=True)
class Sheet:
    """A form's answers in sections of (question, answer)."""

    title: str
    sections: list[tuple[str, list[tuple[str, str]]]]


def sheet(
    user: User,
    case: Referral,
    form_key: str,
    answers: dict[str, Any],
    on: date | None = None,
    *,
    given: frozenset[str] = frozenset(),
) -> Sheet:
    """The answers that a person may read.

    Args:
        on: the day they were given, by which places are called; today if left out.
        given: what the person has written for others: it says that it was given, not what.
    """
    form = _filled(form_key, answers, on or today())
    clean = masking(user, case)
    sections = []
    for _code, heading, fields in form.in_sections():
        rows: list[tuple[str, str]] = []
        for field in fields:
            if field.empty:
                continue
            if may_read(user, case, form, field.name):
                rows += [(label, clean(text)) for label, text in _rows(field)]
            elif field.name in given:
                said = gettext("angegeben; nur die Koordination liest es")
                rows.append((str(field.label.text), said))
        if rows:
            sections.append((str(heading), rows))
    return Sheet(str(form.title or STEP.get(form_key, form_key)), sections)


def _filled(form_key: str, answers: dict[str, Any], on: date) -> StepForm:
    form = filled(form_key, answers)
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
    if "papers_along" in answers:
        papers = [db.get(Document, int(key)) for key in answers["papers_along"] if key.isdigit()]
        form.papers_along.choices = [(str(p.id), p.filename) for p in papers if p is not None]
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
