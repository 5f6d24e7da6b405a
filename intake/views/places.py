"""For the administration: municipalities and Sozialregionen, and what changes about them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from intake import wording
from intake.forms import place as forms
from intake.forms.base import StepForm
from intake.keeping import keeps, sent
from intake.permissions import Permission, requires
from intake.views.rows import refused
from intake.whole import key_of
from models.base import today
from models.places import (
    Municipality,
    SocialRegion,
    all_municipalities,
    inhabitants_on,
    population,
    regions_by_municipality,
    regions_to_come,
)
from models.session import db
from workflows import places as verbs
from workflows.errors import NotAccepted

pages = Blueprint("places", __name__, url_prefix="/places")


@pages.get("")
@requires(Permission.MANAGE_ORGANISATIONS)
def index() -> Any:
    """Today's municipalities by Sozialregion, and those that are gone."""
    on, members = today(), regions_by_municipality(today())
    everyone = all_municipalities()
    counts, people = inhabitants_on(on), population(on)
    by_region: list[tuple[SocialRegion, list[Municipality]]] = [
        (region, [m for m in everyone if m.holds(on) and members.get(m.id) is region])
        for region in regions_to_come(on)
    ]
    return render_template(
        "places/index.html",
        by_region=by_region,
        homeless=[m for m in everyone if m.holds(on) and m.id not in members],
        coming=[m for m in everyone if m.merged_into_id and m.valid_to and m.valid_to >= on],
        gone=[m for m in everyone if m.valid_to and m.valid_to < on],
        regretted=verbs.may_be_called_off(everyone),
        counts=counts,
        people=people,
        totals={
            region.id: sum(people.get(place.id, 0) for place in places)
            for region, places in by_region
        },
        source=", ".join(sorted({row.source for row in counts.values()})),
        counted_on=max((row.counted_on for row in counts.values()), default=None),
    )


@pages.post("/<int:municipality_id>/call-off")
@requires(Permission.MANAGE_ORGANISATIONS)
def call_off(municipality_id: int) -> Any:
    """Take back a merger that has not begun."""
    place = db.get(Municipality, municipality_id) or abort(404)
    try:
        verbs.call_off(place, by=current_user)
        flash(gettext("Die Fusion von %(name)s ist zurückgenommen.", name=place.called(today())))
    except NotAccepted as error:
        flash(str(wording.REFUSED[error.reason]), "bad")
    return redirect(url_for("places.index"))


@pages.route("/<change>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATIONS)
@keeps(lambda change: CHANGES[change]()[2] if change in CHANGES else ())
def change(change: str) -> Any:
    """Merge, rename, move, count: each a form that says what it will do."""
    if change not in CHANGES:
        abort(404)
    title, explained, make, do = CHANGES[change]()
    form = make(sent())
    if hasattr(form, "offer"):
        form.offer()
    if request.method == "POST" and form.validate():
        try:
            flash(do(form))
            return redirect(url_for("places.index"))
        except NotAccepted as error:
            refused(form, error)
    page = render_template("places/change.html", form=form, title=title, explained=explained)
    return page, 422 if request.method == "POST" else 200


Change = tuple[str, str, type[StepForm], Callable[[Any], str]]


def _merge() -> Change:
    def do(form: forms.MergerForm) -> str:
        new = form.into.data == "new"
        target = verbs.merge(
            [_place(key) for key in form.gone.data],
            None if new else _place(form.into.data),
            forms.day_of(form),
            number=form.number.data or 0 if new else 0,
            name=form.name.data or "" if new else "",
            by=current_user,
        )
        return gettext("Die Fusion zu %(name)s ist eingetragen.", name=target.name)

    return (
        gettext("Fusion eintragen"),
        gettext(
            "Was aufgeht, lässt sich ab diesem Tag nicht mehr wählen. Fälle, die dort angemeldet "
            "sind, behalten ihre Gemeinde."
        ),
        forms.MergerForm,
        do,
    )


def _rename() -> Change:
    def do(form: forms.RenamingForm) -> str:
        place = _place(form.municipality.data)
        verbs.rename(place, form.name.data, forms.day_of(form), by=current_user)
        return gettext(
            "Sie heisst ab %(day)s %(name)s.", name=place.name, day=wording.day(forms.day_of(form))
        )

    return (
        gettext("Gemeinde umbenennen"),
        gettext("Antworten von früher zeigen weiter den Namen von damals."),
        forms.RenamingForm,
        do,
    )


def _move() -> Change:
    def do(form: forms.RegionMoveForm) -> str:
        place, region = _place(form.municipality.data), _region(form.region.data)
        verbs.move(place, region, forms.day_of(form), by=current_user)
        return gettext("%(name)s ist neu zugeteilt.", name=place.name)

    return (
        gettext("Gemeinde einer anderen Sozialregion zuteilen"),
        gettext("Anmeldungen ab diesem Tag gehören dorthin. Laufende Fälle bleiben, wo sie sind."),
        forms.RegionMoveForm,
        do,
    )


def _region_added() -> Change:
    def do(form: forms.RegionForm) -> str:
        start = forms.day_of(form) if form.start.data else None
        region = verbs.add_region(form.name.data, start, by=current_user)
        return gettext("Die Sozialregion %(name)s ist eingetragen.", name=region.name)

    explained = gettext("Teilen Sie ihr danach Gemeinden zu, und legen Sie ihre Stelle an.")
    return gettext("Sozialregion hinzufügen"), explained, forms.RegionForm, do


def _region_ended() -> Change:
    def do(form: forms.RegionEndForm) -> str:
        region = _region(form.region.data)
        verbs.end_region(region, forms.day_of(form, "last"), by=current_user)
        return gettext("Die Sozialregion %(name)s endet.", name=region.name)

    explained = gettext("Ihre Fälle und Stellen bleiben; wählen lässt sie sich danach nicht mehr.")
    return gettext("Sozialregion beenden"), explained, forms.RegionEndForm, do


def _count() -> Change:
    def do(form: forms.InhabitantsForm) -> str:
        day = forms.day_of(form, "counted_on")
        missing = verbs.count(form.numbers, day, form.source.data, by=current_user)
        kept = ngettext(
            "%(num)s Gemeinde ist gezählt.", "%(num)s Gemeinden sind gezählt.", len(form.numbers)
        )
        if not missing:
            return str(kept)
        return f"{kept} " + ngettext(
            "%(num)s fehlt an diesem Stichtag noch.",
            "%(num)s fehlen an diesem Stichtag noch.",
            missing,
        )

    return (
        gettext("Einwohnerzahlen eintragen"),
        gettext("Eine Zahl zum selben Stichtag wird ersetzt; andere Stichtage bleiben."),
        forms.InhabitantsForm,
        do,
    )


#: What can be changed, by its place in the address.
CHANGES: dict[str, Callable[[], Change]] = {
    "merge": _merge,
    "rename": _rename,
    "move": _move,
    "add-region": _region_added,
    "end-region": _region_ended,
    "count": _count,
}


def _place(key: str) -> Municipality:
    return db.get_one(Municipality, key_of(key))


def _region(key: str) -> SocialRegion:
    return db.get_one(SocialRegion, key_of(key))
