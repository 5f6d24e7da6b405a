"""Wartelistenbereinigung (T8): is the referral still wanted?"""

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import LongText, YesNo
from models.readers import BOTH


class WaitingListReviewForm(StepForm):
    """Asked every three months; without an answer the coordinator decides, never a clock."""

    form_key = "waiting_list_review"
    title = _("Warteliste nachfragen")
    readers = BOTH
    routes = ("still_wanted",)
    still_wanted = YesNo(_("Ist die Anmeldung noch aktuell?"))
    changes = LongText(_("Was hat sich geändert?"), 500, rows=3, optional=True)
    reason = LongText(_("Warum nicht mehr?"), 500, rows=2, only_if=("still_wanted", ("no",)))
