"""Probezeitgespräch (T9): a short talk with both sides, documented."""

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText
from models.base import today
from models.readers import BOTH, PROVIDER


class TrialReviewForm(StepForm):
    """How both see it, and whether it goes on."""

    form_key = "trial_review"
    title = _("Ende der Probezeit")
    readers = BOTH
    routes = ("result",)
    held_on = Day(_("Besprochen am"), not_after=today, starts_today=True)
    view_mentee = LongText(_("Wie es der oder dem Mentee geht"), 500, rows=2, readers=PROVIDER)
    view_mentor = LongText(
        _("Wie es der Mentorin oder dem Mentor geht"), 500, rows=2, readers=PROVIDER
    )
    result = Choice(
        _("Ergebnis"),
        (("continue", _("das Tandem geht weiter")), ("terminate", _("das Tandem endet hier"))),
    )
    note = LongText(_("Notiz"), optional=True, readers=PROVIDER)
