"""The table of deadlines (T1-T16), per programme, and the days that an office frees."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from intake.arriving import arrived
from intake.forms.extra_day import ExtraDayForm
from intake.keeping import keeps, kept, sent
from intake.permissions import Permission, requires
from intake.whole import whole
from models.calendars import Calendar, extra_days
from models.deadlines import common_terms, own_terms
from models.people import Role
from models.programs import programs
from workflows import calendar

pages = Blueprint("deadlines", __name__, url_prefix="/deadlines")


@pages.route("", methods=["GET", "POST"])
@requires(Permission.SET_DEADLINES)
@keeps(lambda: [term.code for term in common_terms()])
def index() -> Any:
    """Every deadline in words, its length, and where a programme differs."""
    if request.method != "POST":
        return _page(typed=sent())
    wanted, errors = _typed()
    if errors:
        return _page(errors=errors, typed=request.form), 422
    changed = sum(
        calendar.set_term(code, program_id or None, amount, by=current_user)
        for (code, program_id), amount in wanted.items()
    )
    if changed:
        flash(ngettext("%(num)s Frist ist geändert.", "%(num)s Fristen sind geändert.", changed))
    else:
        calendar.confirm_terms(by=current_user)
        flash(
            gettext(
                "Die Fristen bleiben, wie sie sind; es ist vermerkt, dass Sie sie geprüft haben."
            )
        )
    return redirect(url_for("deadlines.index"))


@pages.post("/days")
@requires(Permission.SET_CALENDARS)
@keeps(ExtraDayForm)
def add_day() -> Any:
    """Free a day, or work on one that the rule frees."""
    form = ExtraDayForm(request.form)
    if not form.validate():
        return _page(day_form=form), 422
    kind = Calendar(form.calendar.data)
    calendar.set_day(
        kind, form.chosen_day, form.name.data, free=form.free.data == "yes", by=current_user
    )
    flash(gettext("Der Kalender ist geändert."))
    return redirect(url_for("deadlines.index", _anchor="days"))


@pages.post("/days/<int:extra_id>/forget")
@requires(Permission.SET_CALENDARS)
def forget_day(extra_id: int) -> Any:
    """Take a day back to what the rule says."""
    calendar.forget_day(extra_id, by=current_user)
    flash(gettext("Der Kalender ist geändert."))
    return redirect(url_for("deadlines.index", _anchor="days"))


def _typed() -> tuple[dict[tuple[str, int], int | None], dict[str, str]]:
    """What was typed by (code, programme), and a sentence for each field that makes no sense."""
    wanted: dict[tuple[str, int], int | None] = {}
    errors: dict[str, str] = {}
    columns = [0] * (Role.PROCESS_OWNER in current_user.roles)
    called = {program.id: program.name for program in calendar.programs_of(current_user)}
    columns += called
    for term in common_terms():
        for column in columns:
            name = f"{term.code}-{column}"
            text = arrived(name).strip()
            amount = whole(text, 1, calendar.LONGEST)
            if amount is not None:
                wanted[term.code, column] = amount
            elif text or not column:
                errors[name] = gettext(
                    "%(code)s, %(column)s: Geben Sie eine ganze Zahl von 1 bis %(most)s ein.",
                    code=term.code,
                    column=called.get(column, gettext("Gemeinsam")),
                    most=calendar.LONGEST,
                )
            else:
                wanted[term.code, column] = None
    return wanted, errors


def _page(**more: Any) -> str:
    owner = Role.PROCESS_OWNER in current_user.roles
    day_form = ExtraDayForm(kept(url_for("deadlines.add_day")) or None)
    values = {"errors": {}, "typed": None, "day_form": day_form, **more}
    return render_template(
        "deadlines/index.html",
        terms=common_terms(),
        own=own_terms(),
        programs=programs(),
        editable={program.id for program in calendar.programs_of(current_user)},
        owner=owner,
        days=extra_days(),
        **values,
    )
