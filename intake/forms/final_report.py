"""Abschlussbericht (DOMAIN.md 2.8)."""

from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import Group, StepForm
from intake.forms.fields import Choice, Day, LongText, Many, ManyChoices, Number, Scale, Text, YesNo
from models.base import today
from models.check_ins import check_ins_of
from models.readers import BOTH
from models.referrals import Referral
from models.tandems import TandemStatus, current_tandem

EARLY = (
    "early_mentee",
    "early_mentor",
    "early_provider",
    "early_office",
    "moved",
    "death",
    "other",
)


class GoalResult(Group):
    """What became of one goal."""

    goal = Text(_("Ziel"), 500)
    result = Scale(_("Zielerreichung"), lists.GOAL_ATTAINMENT)


class FinalReportForm(StepForm):
    """Goes to the case-managing office."""

    form_key = "final_report"
    title = _("Abschlussbericht")
    readers = BOTH
    sections = (
        (
            "end",
            _("Ende"),
            (
                "end_date",
                "end_type",
                "early_termination_reason",
                "duration_weeks",
                "meetings_total",
                "hours_total",
            ),
        ),
        (
            "results",
            _("Wirkung"),
            (
                "goal_results",
                "overall_goal_attainment",
                "german_oral_end",
                "german_written_end",
                "outcomes",
                "contacts_continue",
            ),
        ),
        (
            "views",
            _("Rückmeldungen"),
            (
                "satisfaction_mentee",
                "satisfaction_mentor",
                "satisfaction_office",
                "relief_case_office",
                "relief_text",
                "feedback_mentee",
                "recommendation",
                "recommendation_text",
            ),
        ),
        (
            "closing",
            _("Abschluss"),
            ("closing_meeting_on", "certificate_issued", "report_to_office_on"),
        ),
    )
    end_date = Day(_("Ende"), not_after=today)
    end_type = Choice(
        _("Art des Endes"),
        (
            ("planned", _("planmässig")),
            ("early_mentee", _("vorzeitig durch Mentee")),
            ("early_mentor", _("vorzeitig durch Mentorin oder Mentor")),
            ("early_provider", _("durch die Anbieterin")),
            ("early_office", _("durch die fallführende Stelle")),
            ("moved", _("Wegzug")),
            ("death", _("Tod")),
            ("other", _("anderes")),
        ),
    )
    early_termination_reason = Choice(
        _("Abbruchgrund"), lists.TERMINATION_REASON, only_if=("end_type", EARLY)
    )
    duration_weeks = Number(_("Dauer in Wochen"), 0, 300)
    meetings_total = Number(_("Treffen insgesamt"), 0, 1000)
    hours_total = Number(_("Stunden insgesamt"), 0, 5000, decimals=True)
    goal_results = Many(_("Zielerreichung je Ziel"), GoalResult, one=_("Ziel"), most=3)
    overall_goal_attainment = Scale(_("Zielerreichung gesamt"), lists.GOAL_ATTAINMENT)
    german_oral_end = Choice(_("Deutsch mündlich am Ende"), lists.LANGUAGE_LEVEL, optional=True)
    german_written_end = Choice(
        _("Deutsch schriftlich am Ende"), lists.LANGUAGE_LEVEL, optional=True
    )
    outcomes = ManyChoices(
        _("Wirkungen"),
        (
            ("everyday", _("Alltagskompetenz")),
            ("language", _("Sprache")),
            ("education", _("Schule, Ausbildung")),
            ("work", _("Arbeit, Praktikum")),
            ("housing", _("Wohnen")),
            ("contacts", _("soziale Kontakte")),
            ("independence", _("Selbständigkeit")),
            ("none", _("keine feststellbare")),
            ("other", _("andere")),
        ),
        optional=True,
    )
    contacts_continue = YesNo(_("Der Kontakt geht privat weiter"), optional=True)
    satisfaction_mentee = Scale(_("Zufriedenheit: Mentee"), lists.SATISFACTION)
    satisfaction_mentor = Scale(_("Zufriedenheit: Mentorin oder Mentor"), lists.SATISFACTION)
    satisfaction_office = Scale(_("Zufriedenheit: fallführende Stelle"), lists.SATISFACTION)
    relief_case_office = Scale(_("Entlastung der fallführenden Stelle"), lists.FIT, optional=True)
    relief_text = Text(_("Worin bestand die Entlastung?"), 300, optional=True)
    feedback_mentee = LongText(_("Rückmeldung der oder des Mentee"), optional=True)
    recommendation = Choice(
        _("Empfehlung"),
        (
            ("further_measure", _("weitere Massnahme")),
            ("mentoring_again", _("erneutes Mentoring")),
            ("none", _("keine")),
        ),
    )
    recommendation_text = Text(_("Mehr zur Empfehlung"), 300, optional=True)
    closing_meeting_on = Day(_("Abschlussgespräch am"), optional=True, not_after=today)
    certificate_issued = YesNo(_("Bestätigung für die Freiwilligen ausgestellt"), optional=True)
    report_to_office_on = Day(_("Bericht an die fallführende Stelle am"), not_after=today)

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """What the tandem already knows: end, weeks, meetings and hours of the check-ins, goals."""
        super().prepare(referral, variant)
        tandem = current_tandem(referral.id)
        if tandem is None or self.end_date.typed or not self.end_date.empty:
            return
        end = tandem.ended_on or tandem.planned_end
        self.end_date.data = end.isoformat()
        early = tandem.status is TandemStatus.TERMINATED
        self.end_type.data = None if early else "planned"
        self.early_termination_reason.data = tandem.termination_reason
        self.duration_weeks.data = max(0, (end - tandem.start_on).days // 7)
        held = check_ins_of(tandem.id)
        self.meetings_total.data = sum(c.meetings or 0 for c in held)
        self.hours_total.data = float(sum(c.hours or 0 for c in held))
        self.report_to_office_on.data = today().isoformat()
        if not self.goal_results.entries:
            for goal in tandem.goals:
                self.goal_results.append_entry({"goal": goal.words})
