"""Triage: the provider decides on admission (DOMAIN.md 2.2)."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText, ManyChoices, Tick, YesNo
from models.base import today
from models.programs import programs
from models.readers import BOTH, PROVIDER
from models.referrals import Referral, Urgency
from workflows.desk import own_papers


class TriageForm(StepForm):
    """The decision, with its reason and the text that goes to the office."""

    form_key = "triage"
    title = _("Entscheid über die Aufnahme")
    readers = BOTH
    routes = ("decision",)
    triage_date = Day(_("Datum des Entscheids"), not_after=today, starts_today=True)
    target_group_ok = YesNo(_("Gehört zur Zielgruppe"))
    region_ok = YesNo(_("Wohnt im Einzugsgebiet"))
    voluntary_ok = YesNo(_("Nimmt freiwillig teil"))
    language_sufficient = YesNo(_("Verständigung genügt für ein Tandem"))
    urgency_confirmed = Tick(_("Dringlichkeit bestätigt"), optional=True)
    decision = Choice(
        _("Entscheid"),
        (
            ("admit", _("aufnehmen, auf die Warteliste")),
            ("admit_direct", _("aufnehmen, gleich vermitteln")),
            ("forward", _("an ein anderes Angebot weiterleiten")),
            ("decline", _("ablehnen")),
            ("ask_back", _("bei der Stelle zurückfragen")),
        ),
    )
    forward_to = Choice(_("Weiterleiten an"), only_if=("decision", ("forward",)))
    decline_reason = Choice(
        _("Hauptgrund der Ablehnung"), lists.DECLINE_REASON, only_if=("decision", ("decline",))
    )
    further_reasons = ManyChoices(
        _("Weitere Gründe"),
        lists.DECLINE_REASON,
        optional=True,
        only_if=("decision", ("decline",)),
    )
    missing_items = ManyChoices(
        _("Was fehlt?"), lists.MISSING_ITEMS, only_if=("decision", ("ask_back",))
    )
    decision_text_to_office = LongText(
        _("Text an die Stelle"),
        2000,
        by_rule=True,
        hint=_("Nötig ausser bei einer Aufnahme. Die Stelle liest ihn im Fall, nicht in der Mail."),
    )
    papers_along = ManyChoices(
        _("Eigene Unterlagen mitgeben"),
        optional=True,
        only_if=("decision", ("forward",)),
        hint=_(
            "Was Sie nicht ankreuzen, liest die andere Anbieterin nicht. "
            "Die Unterlagen der Stelle gehen immer mit."
        ),
        readers=PROVIDER,
    )
    internal_note = LongText(
        _("Interne Notiz"),
        optional=True,
        hint=_("Nur Ihre Organisation sieht sie."),
        readers=PROVIDER,
    )

    def prepare(self, referral: Referral, variant: str = "") -> None:
        """Other providers' programmes that work there; urgency only where the office claims it."""
        super().prepare(referral, variant)
        others = [
            program
            for program in programs(on=today())
            if program.provider_id != referral.provider_id
            and program.provider.serves(referral.social_region_id)
        ]
        self.forward_to.choices = [(str(p.id), f"{p.name} ({p.provider.name})") for p in others]
        own = own_papers(referral)
        self.papers_along.choices = [(str(paper.id), paper.filename) for paper in own]
        if not own:
            del self._fields["papers_along"]
        if referral.urgency is Urgency.NORMAL:
            del self._fields["urgency_confirmed"]

    def consistent(self) -> bool:
        """A decision that is not an admission needs words for the office."""
        needs_text = self.decision.data in ("forward", "decline", "ask_back")
        if needs_text and self.decision_text_to_office.empty:
            self.decision_text_to_office.errors = [
                gettext("Schreiben Sie der Stelle, wie es zu diesem Entscheid kommt.")
            ]
            return False
        return True
