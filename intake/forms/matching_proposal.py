"""Matching-Vorschlag: which mentor is proposed, and why (DOMAIN.md 2.5)."""

from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, LongText, Scale
from intake.matching import Suggestion, suggestions
from models.readers import BOTH, PROVIDER
from models.referrals import Referral


class MentorChoice(Choice):
    """A mentor, each with the reasons that speak for the pair."""

    kind = "suggestions"
    suggestions: list[Suggestion] = []  # noqa: RUF012  set for each form by prepare()
    barred: list[Suggestion] = []  # noqa: RUF012


class MatchingProposalForm(StepForm):
    """The four criteria of the RRB first, then our own three."""

    form_key = "matching_proposal"
    title = _("Vorschlag")
    readers = BOTH
    mentor_id = MentorChoice(
        _("Wen schlagen Sie vor?"),
        missing=_("Wählen Sie eine Mentorin oder einen Mentor."),
        hint=_("Die Gründe helfen beim Abwägen. Entscheiden tun Sie."),
        readers=PROVIDER,
    )
    fit_motivation = Scale(_("Passung: Motivation"), lists.FIT)
    fit_interests = Scale(_("Passung: Interessen"), lists.FIT)
    fit_life_situation = Scale(_("Passung: Lebenssituation"), lists.FIT, readers=PROVIDER)
    fit_personal = Scale(_("Passung: zwischenmenschlich"), lists.FIT, readers=PROVIDER)
    fit_language = Scale(_("Passung: Sprache"), lists.FIT, optional=True)
    fit_availability = Scale(_("Passung: Verfügbarkeit"), lists.FIT, optional=True)
    fit_distance = Scale(_("Passung: Wohnnähe"), lists.FIT, optional=True)
    reason = LongText(_("Begründung"), missing=_("Begründen Sie den Vorschlag."), readers=PROVIDER)

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """The mentors of the provider who have a place, the best reasons first."""
        super().prepare(referral, variant)
        found = suggestions(referral)
        self.mentor_id.suggestions = [s for s in found if not s.bar]
        self.mentor_id.barred = [s for s in found if s.bar]
        self.mentor_id.choices = [(str(s.mentor.id), s.mentor.name) for s in found if not s.bar]
