"""Gemeinden und Sozialregionen: merge, rename, move, count; one small form each."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, LongText, ManyChoices, Number, Text
from models.alphabet import alphabetical
from models.base import today
from models.places import (
    municipality_choices,
    regions_by_municipality,
    regions_to_come,
    social_regions,
)
from models.readers import NO_CASE
from workflows.counts import BadCounts, read_counts
from workflows.places import LARGEST_NUMBER


class MergerForm(StepForm):
    """Municipalities end and become part of another, or of a new one."""

    readers = NO_CASE
    gone = ManyChoices(_("Diese Gemeinden gehen auf"))
    into = Choice(
        _("in der Gemeinde"),
        hint=_("Eine der bestehenden, auch eine der angekreuzten, oder eine neue."),
    )
    number = Number(
        _("BFS-Nummer der neuen Gemeinde"), 1, LARGEST_NUMBER, only_if=("into", ("new",))
    )
    name = Text(_("Name der neuen Gemeinde"), only_if=("into", ("new",)))
    start = Day(_("Erster Tag der neuen Ordnung"), hint=_("Meist ein 1. Januar."))

    def offer(self) -> "MergerForm":
        """Fill the lists."""
        groups = _by_region()
        self.gone.offer_groups(groups)
        self.into.offer_groups([("", [("new", _("eine neue Gemeinde"))]), *groups])
        return self


class RenamingForm(StepForm):
    """A municipality is called otherwise from a day on."""

    readers = NO_CASE
    municipality = Choice(_("Gemeinde"))
    name = Text(_("Neuer Name"))
    start = Day(_("Gilt ab"))

    def offer(self) -> "RenamingForm":
        """Fill the list."""
        self.municipality.choices = municipality_choices(today())
        return self


class RegionMoveForm(StepForm):
    """A municipality belongs to another Sozialregion from a day on."""

    readers = NO_CASE
    municipality = Choice(_("Gemeinde"))
    region = Choice(_("gehört zur Sozialregion"))
    start = Day(_("Gilt ab"))

    def offer(self) -> "RegionMoveForm":
        """Fill the lists."""
        self.municipality.choices = municipality_choices(today())
        self.region.choices = [(str(region.id), region.name) for region in regions_to_come(today())]
        return self


class RegionForm(StepForm):
    """A new Sozialregion."""

    readers = NO_CASE
    name = Text(_("Name der Sozialregion"))
    start = Day(_("Gibt es ab"), optional=True, hint=_("Leer heisst: schon immer."))


class RegionEndForm(StepForm):
    """A Sozialregion to which no municipality belongs any more."""

    readers = NO_CASE
    region = Choice(_("Sozialregion"))
    last = Day(_("Gibt es bis und mit"))

    def offer(self) -> "RegionEndForm":
        """Fill the list."""
        self.region.choices = [(str(region.id), region.name) for region in social_regions(today())]
        return self


class InhabitantsForm(StepForm):
    """A count of inhabitants, pasted from a table: a BFS number and a number a line."""

    readers = NO_CASE
    counted_on = Day(_("Stichtag"), not_after=today)
    source = Text(_("Quelle"), hint=_("Zum Beispiel «BFS STATPOP, ständige Wohnbevölkerung»."))
    lines = LongText(
        _("BFS-Nummer und Einwohnerzahl, eine Gemeinde pro Zeile"),
        20_000,
        rows=10,
        hint=_("Aus einer Tabelle kopiert oder mit Strichpunkt: 2581;19262"),
    )
    numbers: dict[int, int]

    def consistent(self) -> bool:
        """Every line is understood, and no municipality stands there twice."""
        try:
            self.numbers = read_counts(self.lines.data)
        except BadCounts as error:
            again = gettext("Zeile %(n)s nennt eine Gemeinde nochmals.", n=error.line)
            unread = gettext("Zeile %(n)s ist keine BFS-Nummer mit Zahl.", n=error.line)
            self.lines.errors = [again if error.again else unread]
            return False
        return True


def _by_region() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Today's municipalities under their Sozialregion; those without one at the end."""
    on = today()
    regions = regions_by_municipality(on)
    groups: dict[str, list[tuple[str, Any]]] = {}
    for code, name in municipality_choices(on):
        region = regions.get(int(code))
        groups.setdefault(region.name if region else "", []).append((code, name))
    named = [(name, groups[name]) for name in sorted(groups, key=alphabetical) if name]
    return named + ([(_("ohne Sozialregion"), groups[""])] if "" in groups else [])


def day_of(form: StepForm, name: str = "start") -> date:
    """A day that was asked for. Only of a form that validated."""
    return date.fromisoformat(form._fields[name].data)
