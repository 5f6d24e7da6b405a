"""A day that goes against the rule of a calendar, such as a local holiday (DOMAIN.md 3.5)."""

from datetime import date

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, Text
from models.readers import NO_CASE


class ExtraDayForm(StepForm):
    """Outside of any case: which calendar, which day, free or not."""

    readers = NO_CASE
    day = Day(_("Tag"))
    name = Text(_("Bezeichnung"), 60, hint=_("Zum Beispiel: Patronatsfest."))
    calendar = Choice(
        _("Kalender"),
        (("legal", _("gesetzlicher Kalender")), ("office", _("Kalender der Verwaltung"))),
    )
    free = Choice(
        _("An diesem Tag"),
        (("yes", _("wird nicht gearbeitet")), ("no", _("wird gearbeitet"))),
    )

    @property
    def chosen_day(self) -> date:
        """The day, of a form that validated."""
        return date.fromisoformat(self.day.data)
