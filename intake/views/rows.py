"""What every page does that changes one row: say why it was refused, or that it is another by now."""

from typing import Any

from flask import flash
from flask_babel import gettext

from intake import wording
from intake.doctor.routing import faults
from intake.forms.base import StepForm
from intake.keeping import sent
from workflows.errors import NotAccepted
from workflows.organisations import stamp


def seen_of(before: dict[str, Any]) -> str:
    """The stamp of what the page showed: of now when it is opened, then as the form sends it back.

    A request without one comes from no page of ours and fits nothing: what is missing in it is not
    empty.
    """
    typed = sent()
    return stamp(before) if typed is None else typed.get("seen") or "none"


def refused(form: StepForm, error: NotAccepted) -> None:
    """Put the reason of a verb at the question that is meant."""
    field: Any = form._fields.get(error.field) or next(iter(form._fields.values()))
    field.errors = [*field.errors, str(wording.REFUSED[error.reason])]


def say_new_faults(before: set[str]) -> None:
    """Say at once what a change has done to the way of registrations; see «Was noch fehlt»."""
    for sentence in sorted(faults() - before):
        flash(sentence, "bad")


def stale(form: StepForm) -> int:
    """Say that somebody else has changed the row meanwhile; what was typed stays in the form."""
    flash(
        gettext(
            "Jemand anders hat dies inzwischen geändert. Ihre Angaben stehen noch im Formular: "
            "Prüfen Sie sie, und speichern Sie nochmals, wenn sie gelten sollen."
        ),
        "bad",
    )
    return 409
