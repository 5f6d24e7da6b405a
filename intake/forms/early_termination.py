"""Abbruch: who ends a tandem, why, and whether the person is matched again."""

from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText
from models.base import today
from models.readers import BOTH, PROVIDER
from models.tandems import current_tandem


class EarlyTerminationForm(StepForm):
    """Within the trial period the first waiting date stays; later the coordinator chooses."""

    form_key = "early_termination"
    title = _("Tandem vorzeitig beenden")
    readers = BOTH
    routes = ("next",)
    ended_on = Day(_("Beendet am"), not_after=today, starts_today=True)
    ended_by = Choice(
        _("Beendet durch"),
        (
            ("mentee", _("Mentee")),
            ("mentor", _("Mentorin oder Mentor")),
            ("provider", _("Anbieterin")),
            ("case_office", _("fallführende Stelle")),
        ),
    )
    reason = Choice(_("Grund"), lists.TERMINATION_REASON)
    description = LongText(_("Was ist geschehen?"), 500, optional=True, readers=PROVIDER)
    next = Choice(
        _("Wie geht es weiter?"),
        (
            ("rematch", _("neu vermitteln, zurück auf die Warteliste")),
            ("close", _("abschliessen")),
        ),
    )
    waiting_date = Choice(
        _("Wartedatum bei neuer Vermittlung"),
        (
            ("original", _("das ursprüngliche behalten")),
            ("today", _("ab dem Ende des Tandems neu zählen")),
        ),
        by_rule=True,
        only_if=("next", ("rematch",)),
        hint=_("Nötig nach der Probezeit; vorher bleibt immer das ursprüngliche Datum."),
    )
    waiting_date_reason = LongText(
        _("Begründung zum Wartedatum"), 300, rows=2, by_rule=True, only_if=("next", ("rematch",))
    )

    def consistent(self) -> bool:
        """After the trial period the choice of the date needs a reason."""
        tandem = current_tandem(self.referral.id) if self.referral else None
        if tandem is None or self.next.data != "rematch":
            return True
        ended = date.fromisoformat(self.ended_on.data)
        if ended < tandem.start_on:
            self.ended_on.errors = [gettext("Das Tandem hat da noch nicht begonnen.")]
            return False
        in_trial = tandem.trial_until is not None and ended <= tandem.trial_until
        if in_trial or not (self.waiting_date.empty or self.waiting_date_reason.empty):
            return True
        self.waiting_date_reason.errors = [
            gettext("Die Probezeit ist vorbei: Wählen Sie das Wartedatum und begründen Sie es.")
        ]
        return False
