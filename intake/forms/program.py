"""Angebot: a programme of a provider, and its contracts."""

from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Day, Number, Numbers, Text
from intake.forms.organisation import ends_after
from models.readers import NO_CASE
from workflows.programs import LONGEST_MONTHS


class ProgramForm(StepForm):
    """What makes a programme differ from the others; deadlines have a page of their own."""

    readers = NO_CASE
    name = Text(
        _("Name des Angebots"),
        80,
        hint=_("So erscheint es in der Anmeldung unter «Gewünschtes Angebot»."),
    )
    duration_months = Number(_("Ein Tandem dauert so viele Monate"), 1, LONGEST_MONTHS)
    longest_months = Number(_("Mit Verlängerung höchstens so viele Monate"), 1, LONGEST_MONTHS)
    check_in_months = Numbers(
        _("Standortgespräche nach so vielen Monaten"),
        1,
        LONGEST_MONTHS,
        optional=True,
        hint=_("Zum Beispiel 3, 6, 9. Leer heisst: keine. Eine Verlängerung wiederholt sie."),
    )
    mentor_age_from = Number(
        _("Mentorinnen und Mentoren sind mindestens so alt"),
        16,
        99,
        hint=_("Wer jünger ist, wird nicht vorgeschlagen."),
    )
    valid_from = Day(_("Anmeldungen ab"), optional=True, hint=_("Leer heisst: schon immer."))
    valid_to = Day(
        _("Anmeldungen bis und mit"),
        optional=True,
        hint=_("Was dann läuft, geht weiter. Leer heisst: unbefristet."),
    )

    def consistent(self) -> bool:
        """The rules over several answers; the verb has the same."""
        good = ends_after(self)
        if self.longest_months.data < self.duration_months.data:
            self.longest_months.errors = [
                gettext("Das ist kürzer, als ein Tandem ohne Verlängerung dauert.")
            ]
            good = False
        if any(month > self.duration_months.data for month in self.check_in_months.data or []):
            self.check_in_months.errors = [
                gettext("Ein Standortgespräch liegt spätestens am Ende des Tandems.")
            ]
            good = False
        return good


class ContractForm(StepForm):
    """From when until when a programme may have how many tandems at a time."""

    readers = NO_CASE
    valid_from = Day(_("Vertrag gilt ab"))
    valid_to = Day(_("Vertrag gilt bis und mit"))
    places = Number(_("Plätze (Tandems gleichzeitig)"), 1, 9999)

    def consistent(self) -> bool:
        """It ends after it begins."""
        return ends_after(self)

    @property
    def period(self) -> tuple[date, date]:
        """From, until. Only of a form that validated."""
        return date.fromisoformat(self.valid_from.data), date.fromisoformat(self.valid_to.data)
