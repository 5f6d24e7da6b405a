"""Einsatzrapport: what a volunteer did in a month, as the coordinator enters it (DOMAIN.md 2.7)."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, LongText, ManyChoices, Money, Number
from models.base import today
from models.readers import BOTH, PROVIDER
from models.referrals import Referral


class ActivityLogForm(StepForm):
    """One month of a tandem; feeds hours and expenses."""

    form_key = "activity_log"
    title = _("Einsatzrapport festhalten")
    readers = BOTH
    month = Choice(_("Monat"))
    meetings = Number(_("Anzahl Treffen"), 0, 31)
    hours = Number(_("Stunden insgesamt"), 0, 200, decimals=True)
    topics = ManyChoices(_("Themen"), lists.TOPICS, optional=True)
    expenses = Money(_("Spesen in CHF"), optional=True)
    remarks = LongText(_("Bemerkungen"), 500, rows=2, optional=True, readers=PROVIDER)

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """The twelve months up to this one."""
        super().prepare(referral, variant)
        year, month, found = today().year, today().month, []
        for _back in range(12):
            found.append((f"{year}-{month:02d}", f"{month:02d}.{year}"))
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        self.month.choices = found

    def consistent(self) -> bool:
        """No hours without a meeting."""
        if self.meetings.data == 0 and self.hours.data:
            self.hours.errors = [gettext("Ohne Treffen keine Stunden. Prüfen Sie beides.")]
            return False
        return True
