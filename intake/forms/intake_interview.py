"""Erstgespräch with the mentee (DOMAIN.md 2.3)."""

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText, Number, Ranked, Text, YesNo
from models.base import today
from models.readers import BOTH, PROVIDER

CRITERIA = (
    ("language", _("Sprache")),
    ("age", _("Alter")),
    ("gender", _("Geschlecht")),
    ("interest", _("Interesse")),
    ("family", _("Familienkonstellation")),
    ("distance", _("Wohnnähe")),
    ("occupation", _("Beruf")),
)


class IntakeInterviewForm(StepForm):
    """What was said and agreed."""

    form_key = "intake_interview"
    title = _("Erstgespräch")
    readers = BOTH
    routes = ("result",)
    date = Day(_("Datum des Gesprächs"), not_after=today, starts_today=True)
    place = Text(_("Ort"))
    participants = Text(_("Wer war dabei?"), 300)
    interpreter_used = YesNo(_("Mit Dolmetschen"))
    corrections = LongText(
        _("Korrekturen an der Anmeldung"),
        optional=True,
        hint=_("Was die Person anders sagt, als es in der Anmeldung steht."),
    )
    expectations_mentee = LongText(_("Erwartungen der oder des Mentee"))
    expectations_not_possible = LongText(
        _("Was Mentoring nicht leistet"),
        500,
        optional=True,
        hint=_("Besprochen: kein Geld, keine Rechtsvertretung, keine Therapie, kein Fahrdienst."),
    )
    contact_hours_wish = Number(
        _("Gewünschte Stunden pro Woche"), 0, 20, decimals=True, optional=True
    )
    previous_volunteer_experience = LongText(
        _("Erfahrung mit Freiwilligen"), 500, rows=2, optional=True
    )
    matching_criteria = Ranked(_("Was zählt beim Matching?"), CRITERIA)
    wish_time_to_start = Text(_("Wunsch zum Beginn"), optional=True)
    result = Choice(
        _("Ergebnis"),
        (
            ("waiting_list", _("auf die Warteliste")),
            ("match_now", _("sofort vermitteln")),
            ("decline", _("nicht aufnehmen")),
            ("withdrawal", _("Person zieht sich zurück")),
        ),
    )
    note = LongText(_("Notiz"), optional=True, readers=PROVIDER)
