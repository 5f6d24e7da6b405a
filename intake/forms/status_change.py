"""Statuswechsel of a person in the household; the past keeps the status it had (T15)."""

from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, Text
from models.mentees import participants_of
from models.readers import BOTH
from models.referrals import Referral


class StatusChangeForm(StepForm):
    """Whose status changes, to what, from when."""

    form_key = "status_change"
    title = _("Statuswechsel festhalten")
    readers = BOTH
    participant_id = Choice(_("Wessen Status ändert?"))
    permit = Choice(_("Neuer Ausweis"), lists.PERMIT)
    asylum_status = Choice(_("Neuer asylrechtlicher Status"), lists.ASYLUM_STATUS)
    valid_from = Day(_("Gültig ab"))
    source = Text(_("Quelle"), 60, optional=True, hint=_("Zum Beispiel Verfügung SEM."))

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """The people of this household."""
        super().prepare(referral, variant)
        people = participants_of(referral.mentee_id)
        self.participant_id.choices = [
            (str(p.id), f"{p.first_name} ({p.born[:4]})") for p in people
        ]
