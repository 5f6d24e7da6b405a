"""Vollständigkeitsprüfung: is everything there that the decision needs?"""

from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText, ManyChoices
from models.base import today
from models.readers import BOTH
from models.referrals import Referral
from models.submissions import latest_answers


class CompletenessCheckForm(StepForm):
    """Complete, or what is missing and a text to the office."""

    form_key = "completeness_check"
    title = _("Vollständigkeit der Anmeldung")
    readers = BOTH
    routes = ("outcome",)
    outcome = Choice(
        _("Ist die Anmeldung vollständig?"),
        (("complete", _("ja, vollständig")), ("incomplete", _("nein, es fehlt etwas"))),
    )
    complete_on = Day(
        _("Vollständig seit"),
        not_after=today,
        only_if=("outcome", ("complete",)),
        hint=_("Dieses Datum zählt für die Warteliste."),
    )
    missing_items = ManyChoices(
        _("Was fehlt?"), lists.MISSING_ITEMS, only_if=("outcome", ("incomplete",))
    )
    missing_text = LongText(
        _("Text an die Stelle"),
        only_if=("outcome", ("incomplete",)),
        hint=_("Die fallführende Person liest ihn bei ihrer Aufgabe."),
    )

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """Complete since the office supplied what was missing, else since today."""
        super().prepare(referral, variant)
        if not self.complete_on.typed:
            supplied = latest_answers(referral.id, "supply_items").get("supplied_on")
            self.suggest(self.complete_on, supplied or today().isoformat())
