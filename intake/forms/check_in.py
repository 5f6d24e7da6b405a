"""Standortgespräch and Verlaufsbericht (DOMAIN.md 2.7)."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import Group, StepForm
from intake.forms.fields import (
    Choice,
    Day,
    LongText,
    Many,
    ManyChoices,
    Number,
    Scale,
    Text,
    Tick,
    YesNo,
)
from models.base import today
from models.readers import BOTH, PROVIDER
from models.referrals import Referral
from models.tandems import current_tandem

HELD = ("took_place", ("yes",))


class GoalProgress(Group):
    """How far one goal is."""

    goal = Text(_("Ziel"), 500)
    progress = Scale(_("Stand"), lists.GOAL_ATTAINMENT)
    note = Text(_("Bemerkung"), 300, optional=True)


class CheckInForm(StepForm):
    """What happened since the last one, and how it goes on."""

    form_key = "check_in"
    title = _("Standortgespräch")
    readers = BOTH
    shared_if = "shared_with_case_office"
    routes = ("outcome",)
    sections = (
        (
            "meeting",
            _("Das Gespräch"),
            ("took_place", "reason_not_held", "held_on", "form", "participants"),
        ),
        (
            "period",
            _("Seit dem letzten Gespräch"),
            (
                "period_from",
                "period_to",
                "meetings_count",
                "hours_total",
                "meetings_cancelled",
                "topics_worked_on",
            ),
        ),
        (
            "state",
            _("Wie es geht"),
            (
                "goals_progress",
                "relationship_quality_mentee",
                "relationship_quality_mentor",
                "wellbeing",
                "language_level_now",
                "language_evidence",
                "contact_with_office_needed",
                "incidents",
                "support_needed",
            ),
        ),
        (
            "onward",
            _("Wie es weitergeht"),
            (
                "outcome",
                "adjusted_goals",
                "next_check_in_on",
                "shared_with_case_office",
                "signature_mentor",
                "signature_coordinator",
            ),
        ),
    )
    took_place = YesNo(_("Hat das Gespräch stattgefunden?"))
    reason_not_held = Text(_("Warum nicht?"), 300, only_if=("took_place", ("no",)))
    held_on = Day(_("Datum"), not_after=today, starts_today=True, only_if=HELD)
    form = Choice(
        _("Form"),
        (
            ("in_person", _("persönlich")),
            ("phone", _("Telefon")),
            ("video", _("Video")),
            ("written", _("schriftlich")),
        ),
        only_if=HELD,
    )
    participants = ManyChoices(
        _("Wer war dabei?"),
        (
            ("mentee", _("Mentee")),
            ("mentor", _("Mentorin oder Mentor")),
            ("coordinator", _("Koordination")),
            ("case_manager", _("Fallführung")),
            ("interpreter", _("Dolmetschen")),
        ),
        only_if=HELD,
    )
    period_from = Day(_("Zeitraum von"), optional=True, only_if=HELD)
    period_to = Day(_("Zeitraum bis"), optional=True, only_if=HELD)
    meetings_count = Number(_("Anzahl Treffen"), 0, 200, only_if=HELD)
    hours_total = Number(_("Stunden insgesamt"), 0, 1000, decimals=True, only_if=HELD)
    meetings_cancelled = Number(_("Ausgefallene Treffen"), 0, 200, optional=True, only_if=HELD)
    topics_worked_on = ManyChoices(_("Themen"), lists.TOPICS, optional=True, only_if=HELD)
    goals_progress = Many(_("Stand der Ziele"), GoalProgress, one=_("Ziel"), most=3, only_if=HELD)
    relationship_quality_mentee = Scale(
        _("Wie gut ist die Beziehung, aus Sicht Mentee?"), lists.FIT, only_if=HELD, readers=PROVIDER
    )
    relationship_quality_mentor = Scale(
        _("Wie gut ist die Beziehung, aus Sicht Mentorin oder Mentor?"),
        lists.FIT,
        only_if=HELD,
        readers=PROVIDER,
    )
    wellbeing = Scale(_("Wohlbefinden"), lists.FIT, optional=True, only_if=HELD, readers=PROVIDER)
    language_level_now = Choice(
        _("Deutsch heute"), lists.LANGUAGE_LEVEL, optional=True, only_if=HELD
    )
    language_evidence = Choice(_("Nachweis"), lists.LANGUAGE_EVIDENCE, optional=True, only_if=HELD)
    contact_with_office_needed = Tick(_("Die fallführende Stelle soll sich melden"), optional=True)
    incidents = LongText(
        _("Vorfälle"),
        optional=True,
        hint=_("Nur Ihre Organisation sieht sie."),
        only_if=HELD,
        readers=PROVIDER,
    )
    support_needed = ManyChoices(
        _("Unterstützung für die Mentorin oder den Mentor"),
        (
            ("training", _("Schulung")),
            ("exchange", _("Austausch")),
            ("intervision", _("Intervision")),
            ("counselling", _("Beratung")),
        ),
        optional=True,
        only_if=HELD,
        readers=PROVIDER,
    )
    outcome = Choice(
        _("Geht das Tandem weiter?"),
        (
            ("yes", _("ja")),
            ("adjusted", _("ja, mit Anpassung")),
            ("extension", _("ja, Verlängerung gewünscht")),
            ("terminate", _("nein, Abbruch")),
        ),
    )
    adjusted_goals = LongText(
        _("Angepasste Ziele"), 500, rows=2, only_if=("outcome", ("adjusted",))
    )
    next_check_in_on = Day(_("Nächstes Gespräch am"), optional=True)
    shared_with_case_office = Tick(
        _("Kurzbericht für die fallführende Stelle freigeben"),
        optional=True,
        default=True,
        hint=_("Treffen, Stunden, Themen und Stand der Ziele; keine Vorfälle, keine Beziehung."),
    )
    signature_mentor = Tick(_("Von Mentorin oder Mentor bestätigt"), optional=True)
    signature_coordinator = Tick(_("Von der Koordination bestätigt"), optional=True)

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """One entry for every agreed goal."""
        super().prepare(referral, variant)
        tandem = current_tandem(referral.id)
        if tandem is not None and not self.goals_progress.entries:
            for goal in tandem.goals:
                self.goals_progress.append_entry({"goal": goal.words})

    def consistent(self) -> bool:
        """Volunteers give six hours a week at most, on yearly average (Benevol)."""
        if (
            self.took_place.data == "yes"
            and self.meetings_count.data == 0
            and self.hours_total.data
        ):
            self.hours_total.errors = [gettext("Ohne Treffen keine Stunden. Prüfen Sie beides.")]
            return False
        return True
