"""Nachreichung: the office answers what the provider asked for."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Day, LongText, ManyChoices
from models.base import today
from models.readers import BOTH
from models.referrals import Referral
from models.submissions import latest_answers


class SupplyItemsForm(StepForm):
    """What is supplied, and a text to the provider; papers are added on the same page."""

    form_key = "supply_items"
    title = _("Nachreichung")
    readers = BOTH
    supplied_items = ManyChoices(_("Was reichen Sie nach?"), lists.MISSING_ITEMS)
    supplied_on = Day(_("Nachgereicht am"), not_after=today, starts_today=True)
    consent_given_on = Day(
        _("Einwilligung erteilt am"), not_after=today, only_if=("supplied_items", ("consent",))
    )
    answer_text = LongText(_("Antwort an die Anbieterin"))

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """Show what was asked for."""
        super().prepare(referral, variant)
        asked = latest_answers(referral.id, "completeness_check")
        labels = {code: str(label) for code, label in lists.MISSING_ITEMS}
        items = ", ".join(labels.get(code, code) for code in asked.get("missing_items", []))
        if items:
            self.supplied_items.description = gettext("Gefragt wurde: %(items)s.", items=items)
