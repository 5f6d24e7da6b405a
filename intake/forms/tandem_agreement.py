"""Tandemvereinbarung: dates, goals and rules of a tandem (DOMAIN.md 2.6)."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import Group, StepForm
from intake.forms.fields import Choice, Day, LongText, Many, Number, Text, Tick
from models.base import today
from models.deadlines import deadlines_of
from models.readers import BOTH
from models.referrals import Referral


class GoalGroup(Group):
    """One agreed goal."""

    topic = Choice(_("Thema"), lists.TOPICS)
    words = Text(_("Ziel in Worten"), 500)
    target = Text(_("Woran man sieht, dass es erreicht ist"), 500, optional=True)
    due_on = Day(_("Bis wann"), optional=True)


class TandemAgreementForm(StepForm):
    """What both sides and the organisation sign."""

    form_key = "tandem_agreement"
    title = _("Vereinbarung")
    readers = BOTH
    shared_if = "copy_to_case_office"
    start_date = Day(_("Beginn"))
    planned_end_date = Day(_("Vorgesehenes Ende"))
    trial_until = Day(_("Probezeit bis"))
    meetings_per_month = Number(_("Treffen pro Monat"), 1, 20)
    hours_per_meeting = Number(_("Stunden pro Treffen"), 0, 8, decimals=True)
    meeting_place = Text(_("Treffpunkt"))
    meeting_time = Text(_("Zeit"))
    goals = Many(_("Vereinbarte Ziele"), GoalGroup, one=_("Ziel"), least=1, most=3)
    not_agreed = LongText(
        _("Nicht Teil des Einsatzes"),
        hint=_("Zum Beispiel: kein Geld, kein Schlüssel, keine private Nummer nach dem Abschluss."),
    )
    contact_rule = Text(_("Kontakt ausserhalb der Treffen"), 300, optional=True)
    confidentiality_mentee = Tick(_("Schweigepflicht bestätigt: Mentee"))
    confidentiality_mentor = Tick(_("Schweigepflicht bestätigt: Mentorin oder Mentor"))
    expenses = Text(_("Spesen"), 200)
    emergency_contact = LongText(_("Notfallkontakt und Vorgehen bei Gefährdung"), 500, rows=2)
    signed_mentee = Tick(_("Unterschrieben: Mentee"))
    signed_mentor = Tick(_("Unterschrieben: Mentorin oder Mentor"))
    signed_organisation = Tick(_("Unterschrieben: Organisation"))
    signed_on = Day(_("Unterschrieben am"), not_after=today)
    copy_to_case_office = Tick(
        _("Kopie an die fallführende Stelle"),
        hint=_("Sie bekommt eine Mail mit dem Weg zur Vereinbarung."),
        optional=True,
        default=True,
    )

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """Start today, end after the programme's months, trial by deadline T9."""
        super().prepare(referral, variant)
        if self.start_date.typed or not self.start_date.empty:
            return
        start = today()
        self.start_date.data = start.isoformat()
        self.planned_end_date.data = _last_day(start, referral.program.duration_months)
        self.trial_until.data = deadlines_of(referral.program_id).after("T9", start).isoformat()
        self.signed_on.data = start.isoformat()

    def consistent(self) -> bool:
        """The end follows the start, within what the programme allows."""
        start, end = (date.fromisoformat(f.data) for f in (self.start_date, self.planned_end_date))
        trial = date.fromisoformat(self.trial_until.data)
        if end <= start:
            self.planned_end_date.errors = [gettext("Das Ende liegt nicht nach dem Beginn.")]
            return False
        longest = self.referral.program.longest_months if self.referral else 24
        if end > start + relativedelta(months=longest):
            self.planned_end_date.errors = [
                gettext("Das Angebot dauert höchstens %(n)s Monate.", n=longest)
            ]
            return False
        if not start <= trial <= end:
            self.trial_until.errors = [gettext("Die Probezeit liegt zwischen Beginn und Ende.")]
            return False
        return True


def _last_day(start: date, months: int) -> str:
    return (start + relativedelta(months=months) - timedelta(1)).isoformat()
