"""Verlängerung (T11): at most once, with a reason, new goals and the consent of both."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText, Tick
from models.readers import BOTH
from models.referrals import Referral, waiting_list
from models.tandems import current_tandem

EXTEND = ("decision", ("extend",))


class ExtensionForm(StepForm):
    """Whether a tandem goes on beyond its planned end."""

    form_key = "extension"
    title = _("Verlängerung")
    readers = BOTH
    routes = ("decision",)
    decision = Choice(
        _("Wird das Tandem verlängert?"),
        (("extend", _("ja, verlängern")), ("end", _("nein, es endet wie vorgesehen"))),
    )
    mentee_agrees = Tick(_("Mentee möchte verlängern"), optional=True)
    mentor_agrees = Tick(_("Mentorin oder Mentor möchte verlängern"), optional=True)
    reason = LongText(_("Begründung"), 500)
    new_goals = LongText(_("Neue Ziele"), 500, only_if=EXTEND)
    new_end = Day(_("Neues Ende"), only_if=EXTEND)

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """Say how many wait: an extension must not lengthen the list unnoticed."""
        super().prepare(referral, variant)
        waiting = len(waiting_list({referral.provider_id}))
        self.decision.description = gettext(
            "%(n)s Personen warten bei Ihnen auf eine Vermittlung.", n=waiting
        )
        tandem = current_tandem(referral.id)
        if tandem is not None and self.new_end.empty and not self.new_end.typed:
            longest = tandem.start_on + relativedelta(months=referral.program.longest_months)
            self.new_end.data = (longest - timedelta(1)).isoformat()

    def consistent(self) -> bool:
        """Both must want it, and it stays within the programme's longest duration."""
        if self.decision.data != "extend" or self.referral is None:
            return True
        if not (self.mentee_agrees.data and self.mentor_agrees.data):
            self.decision.errors = [gettext("Verlängert wird nur, wenn beide Seiten es möchten.")]
            return False
        tandem = current_tandem(self.referral.id)
        if tandem is None:
            return True
        longest = tandem.start_on + relativedelta(months=self.referral.program.longest_months)
        new_end = date.fromisoformat(self.new_end.data)
        if not tandem.planned_end < new_end <= longest:
            self.new_end.errors = [
                gettext(
                    "Das neue Ende liegt nach dem %(first)s und spätestens am %(last)s.",
                    first=tandem.planned_end.strftime("%d.%m.%Y"),
                    last=longest.strftime("%d.%m.%Y"),
                )
            ]
            return False
        return True
