"""Organisation: what an office, a provider or a body is, where it works, where its mail goes."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake import wording
from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, Email, ManyChoices, Text
from models.base import today
from models.organisations import OfficeKind, Organisation, OrganisationKind
from models.places import municipality_choices, regions_to_come
from models.readers import NO_CASE

#: The choice that leaves it to the table of deadlines.
AS_IN_TABLE = "table"
#: Offices that are there for any number of Sozialregionen.
_OF_ANY_REGIONS = tuple(
    kind.value
    for kind in OfficeKind
    if kind not in (OfficeKind.SOCIAL_REGION, OfficeKind.MUNICIPALITY)
)
OFFICE, PROVIDER = OrganisationKind.OFFICE.value, OrganisationKind.PROVIDER.value


def _any_regions(label: Any, *only_if: Any) -> ManyChoices:
    """Some Sozialregionen, or by none of them the whole canton."""
    hint = _("Nichts angekreuzt heisst: der ganze Kanton.")
    return ManyChoices(label, optional=True, only_if=only_if, hint=hint)


class OrganisationForm(StepForm):
    """One organisation; of what kind it is is said once, when it is added."""

    readers = NO_CASE
    kind = Choice(_("Art"), [(kind.value, wording.KIND[kind]) for kind in OrganisationKind])
    name = Text(
        _("Name der Organisation"),
        120,
        hint=_("So steht sie in Listen und Mails, zum Beispiel «Sozialregion Olten»."),
    )
    office_kind = Choice(
        _("Was für eine Stelle ist es?"),
        [(kind.value, wording.OFFICE_KIND[kind]) for kind in OfficeKind],
        only_if=("kind", (OFFICE,)),
    )
    municipality_id = Choice(
        _("Gemeinde"), only_if=("office_kind", (OfficeKind.MUNICIPALITY.value,))
    )
    region = Choice(
        _("Welche Sozialregion ist es?"), only_if=("office_kind", (OfficeKind.SOCIAL_REGION.value,))
    )
    areas = _any_regions(_("Zuständig für die Sozialregionen"), "office_kind", _OF_ANY_REGIONS)
    served = _any_regions(_("Arbeitet in den Sozialregionen"), "kind", (PROVIDER,))
    email = Email(
        _("E-Mail der Organisation"),
        optional=True,
        hint=_("Dorthin geht Post, wenn gerade niemand von ihr sie erhalten kann."),
    )
    deputy_email = Email(
        _("E-Mail der Stellvertretung"),
        optional=True,
        only_if=("kind", (OFFICE,)),
        hint=_("Erhält die zweite Erinnerung, wenn eine Anmeldung keine Stellvertretung nennt."),
    )
    calendar = Choice(
        _("Nach welchem Kalender zählen ihre Fristen?"),
        [
            (AS_IN_TABLE, _("wie es in der Tabelle der Fristen steht")),
            *((code.value, wording.CALENDAR[code]) for code in wording.CALENDAR),
        ],
        only_if=("kind", (PROVIDER,)),
    )
    valid_from = Day(
        _("Dabei ab"),
        optional=True,
        hint=_("Neue Fälle und Übergaben ab diesem Tag. Leer heisst: schon immer."),
    )
    valid_to = Day(
        _("Dabei bis und mit"),
        optional=True,
        hint=_("Was dann läuft, geht weiter. Leer heisst: unbefristet."),
    )

    def offer(self, organisation: Organisation | None = None) -> "OrganisationForm":
        """Fill the lists; of one that is there already the kind is settled.

        Args:
            organisation: the one that is changed.
        """
        home = organisation.municipality_id if organisation else None
        self.municipality_id.choices = municipality_choices(today(), home)
        regions = regions_to_come(today())
        served = organisation.areas if organisation else []
        regions += [region for region in served if region not in regions]
        for field in self._areas:
            field.choices = [(str(region.id), region.name) for region in regions]
        self.suggest(self.calendar, AS_IN_TABLE)
        if organisation is not None:
            self.kind.choices = [(organisation.kind.value, wording.KIND[organisation.kind])]
            self.kind.typed, self.kind.data = [], organisation.kind.value
        return self

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> "OrganisationForm":
        """The form with what is known of an organisation."""
        areas = known["areas"]
        return cls(data={**known, "served": areas, "region": areas[0] if areas else None})

    @property
    def answers(self) -> dict[str, Any]:
        """The answers; no calendar of its own is none, and where it works is one answer."""
        found = {k: v for k, v in super().answers.items() if v != AS_IN_TABLE}
        region = [found.pop("region")] if "region" in found else []
        return {**found, "areas": region + found.get("areas", []) + found.pop("served", [])}

    @property
    def _areas(self) -> tuple[Any, ...]:
        return self.region, self.areas, self.served

    @property
    def chosen_kind(self) -> OrganisationKind:
        """The kind as such. Only of a form that validated."""
        return OrganisationKind(self.kind.data)

    def consistent(self) -> bool:
        """The rules over several answers; the verb has the same."""
        return ends_after(self)


def ends_after(form: Any) -> bool:
    """Whether a form's «until» lies not before its «from»; else it says so."""
    start, end = form.valid_from.data, form.valid_to.data
    if start and end and end < start:
        form.valid_to.errors = [gettext("Das Ende liegt vor dem Anfang. Prüfen Sie beide Daten.")]
        return False
    return True
