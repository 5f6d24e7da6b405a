"""Kennenlerntreffen: both meet, moderated by the coordinator (DOMAIN.md 2.6)."""

from typing import Any

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Day, LongText, Text, YesNo
from models.base import today
from models.readers import BOTH, PROVIDER


class FirstMeetingForm(StepForm):
    """When, where, and whether both want to begin."""

    form_key = "first_meeting"
    title = _("Kennenlerntreffen")
    readers = BOTH
    routes = ("both_agree",)
    first_meeting_date = Day(_("Datum des Treffens"), not_after=today, starts_today=True)
    place = Text(_("Ort"))
    moderated_by = Text(_("Moderiert von"))
    mentee_agrees = YesNo(_("Die oder der Mentee möchte beginnen"))
    mentor_agrees = YesNo(_("Die Mentorin oder der Mentor möchte beginnen"))
    note = LongText(_("Notiz"), optional=True, readers=PROVIDER)

    @classmethod
    def route_choices(cls) -> dict[str, tuple[Any, ...] | None]:
        """One route, drawn from both answers."""
        return {"both_agree": ("yes", "no")}

    @classmethod
    def routes_of(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """Yes only if both say yes."""
        both = answers.get("mentee_agrees") == answers.get("mentor_agrees") == "yes"
        return {"both_agree": "yes" if both else "no"}
