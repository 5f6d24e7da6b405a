"""How the process runs: the drawing with its figures, and from a figure to the cases."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext, ngettext

from intake.permissions import Permission, requires
from intake.whole import key_of, whole
from models.base import now
from models.operation import Figures, Scope, figures, waiting_at, ways
from models.processes import Diagram, latest_diagram
from models.programs import programs
from workflows.diagrams.published import REFERRAL, files_of
from workflows.diagrams.shown import choices, steps, titles

pages = Blueprint("operation", __name__, url_prefix="/processes/operation")
PERIODS = (30, 90, 365, 0)
MOST = 200
DAY = 24


@pages.get("")
@requires(Permission.SEE_LOAD)
def index() -> Any:
    """Every step with what waits, how long it took and what was late; every choice with its ways."""
    diagram, scope = _diagram(), _scope()
    files = files_of(diagram.id)
    found, taken = figures(scope), ways(REFERRAL, scope)
    return render_template(
        "operation/index.html",
        diagram=diagram,
        drawings=[
            (name, title, _marks({name: files[name]}, found, taken))
            for name, title in titles(files)
        ],
        rows=[(step, found.get(step.element)) for step in steps(files)],
        branches=[
            (choice, [(way, taken.get((choice.element, way.target), 0)) for way in choice.ways])
            for choice in choices(files)
        ],
        programs=programs(),
        periods=PERIODS,
        asked=request.args,
        length=length,
    )


@pages.get("/cases/<element>")
@requires(Permission.SEE_LOAD)
def cases(element: str) -> Any:
    """The numbers of the cases that wait at a step: no names, they are not the process owner's."""
    step = next((s for s in steps(files_of(_diagram().id)) if s.element == element), None)
    return render_template(
        "operation/cases.html",
        step=step or abort(404),
        tasks=waiting_at(element, _scope(), MOST),
        most=MOST,
    )


def _marks(files: dict[str, str], found: dict[str, Figures], taken: Any) -> dict[str, Any]:
    """What a drawing shows: open cases at each step, what is said of it, how often each way was taken."""
    shares: dict[str, str] = {}
    for choice in choices(files):
        numbers = {way.flow: taken.get((choice.element, way.target), 0) for way in choice.ways}
        total = sum(numbers.values())
        shares |= {flow: f"{round(100 * n / total)} %" for flow, n in numbers.items() if total}
    drawn = {step.element: found[step.element] for step in steps(files) if step.element in found}
    counts = {element: one.waiting for element, one in drawn.items() if one.waiting}
    said = {"": "", **{element: _told(one) for element, one in drawn.items()}}
    return {"now": [], "passed": [], "counts": counts, "shares": shares, "said": said}


def _diagram() -> Diagram:
    return latest_diagram(REFERRAL) or abort(404)


def _scope() -> Scope:
    """What was asked for; three months if nothing was."""
    asked = whole(request.args.get("days", ""), most=3660)
    days = 90 if asked is None else asked
    since = now() - timedelta(days=days) if days in PERIODS and days else None
    return Scope(since, key_of(request.args.get("program", "")))


def _told(one: Figures) -> str:
    median, most = one.within(0.5), one.within(0.9)
    if median is None or most is None:
        return ngettext("%(num)s wartet", "%(num)s warten", one.waiting)
    return gettext(
        "%(n)s warten; die Hälfte war in %(m)s fertig, 90 %% in %(p)s; %(l)s %% zu spät",
        n=one.waiting,
        m=length(median),
        p=length(most),
        l=round(100 * one.late_share),
    )


def length(hours: int | None) -> str:
    """A length of time as people say it: hours below two days, then days."""
    if hours is None:
        return "–"
    if hours < 2 * DAY:
        return ngettext("%(num)s Stunde", "%(num)s Stunden", hours)
    return ngettext("%(num)s Tag", "%(num)s Tage", round(hours / DAY))
