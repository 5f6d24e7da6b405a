"""What changes a case's way from outside a step: withdrawal, revoked consent, reopening."""

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText
from models.base import today
from models.readers import BOTH, OFFICE


class WithdrawalForm(StepForm):
    """Rückzug before the tandem begins."""

    form_key = "withdrawal"
    title = _("Anmeldung zurückziehen")
    readers = BOTH
    on = Day(_("Rückzug am"), not_after=today, starts_today=True)
    who = Choice(
        _("Wer zieht zurück?"),
        (("mentee", _("Mentee")), ("case_office", _("fallführende Stelle"))),
    )
    reason = LongText(_("Grund"), 500, rows=2)


class ConsentRevocationForm(StepForm):
    """Widerruf der Einwilligung: nothing goes on without it."""

    form_key = "consent_revocation"
    title = _("Einwilligung widerrufen")
    readers = BOTH
    on = Day(_("Widerrufen am"), not_after=today, starts_today=True)
    who = Choice(
        _("Wer widerruft?"),
        (("mentee", _("Mentee")), ("representative", _("gesetzliche Vertretung"))),
    )
    note = LongText(_("Bemerkung"), 500, rows=2, optional=True, readers=OFFICE)


class ReopeningForm(StepForm):
    """Wiederaufnahme of a lapsed case; the date of receipt stays."""

    form_key = "reopening"
    title = _("Anmeldung wieder aufnehmen")
    readers = BOTH
    reason = LongText(_("Warum wird sie wieder aufgenommen?"), 500, rows=2)
