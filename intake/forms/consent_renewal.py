"""Einwilligung erneuern: at 18 the representative's consent ends, the person decides."""

from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText
from models.base import today
from models.readers import BOTH


class ConsentRenewalForm(StepForm):
    """Renewed, or not."""

    form_key = "consent_renewal"
    title = _("Einwilligung erneuern")
    readers = BOTH
    routes = ("decision",)
    decision = Choice(
        _("Willigt die Person selbst ein?"),
        (("renewed", _("ja, Einwilligung erneuert")), ("revoked", _("nein, nicht erneuert"))),
    )
    consent_given_on = Day(
        _("Einwilligung erteilt am"),
        not_after=today,
        starts_today=True,
        only_if=("decision", ("renewed",)),
    )
    consent_language = Choice(
        _("Sprache, in der informiert wurde"), only_if=("decision", ("renewed",))
    )
    note = LongText(_("Bemerkung"), 500, rows=2, optional=True)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.consent_language.choices = list(lists.languages())
