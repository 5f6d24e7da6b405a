"""«Was noch fehlt»: what an administrator is led through until the first registration can come."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, g, render_template, url_for
from flask_login import current_user

from intake.doctor import checks
from intake.doctor.lines import Finding, Line, State, Where
from intake.permissions import Permission, may, requires
from models.referrals import running_per_organisation

pages = Blueprint("setup", __name__, url_prefix="/setup")

_SIGNS = {State.OK: "✓", State.NOT_APPLICABLE: "–", State.WARN: "!", State.MISSING: "✗"}


@dataclass(frozen=True)
class Link:
    """Where something is mended, for this person: a page that they may open."""

    url: str
    words: str


@pages.get("")
@requires(Permission.MANAGE_ORGANISATIONS)
def index() -> Any:
    """Every check in order, looked at now; what is missing first, what is done folded below."""
    lines = checks.everything(current_app)
    numbered = list(enumerate(lines, 1))
    done = (State.OK, State.NOT_APPLICABLE)
    g.missing = checks.count(lines)
    return render_template(
        "setup/index.html",
        open=[(number, line) for number, line in numbered if line.state not in done],
        done=[(number, line) for number, line in numbered if line.state in done],
        counts={state: sum(line.state is state for line in lines) for state in State},
        next=next((line for line in lines if line.state is State.MISSING), None),
        signs=_SIGNS,
        told=_told,
        first_link=_first_link,
        running=running_per_organisation,
    )


def _told(line: Line) -> list[tuple[Finding, list[Link]]]:
    """The findings of a line with their links; what follows with the same links says them for both."""
    rows = [(finding, _links(finding)) for finding in line.findings]
    following = [found for _finding, found in rows[1:]] + [[]]
    return [
        (finding, found if found != after else [])
        for (finding, found), after in zip(rows, following, strict=True)
    ]


def _links(finding: Finding) -> list[Link]:
    """The pages where a finding is mended that this person may open."""
    return [
        Link(url_for(where.endpoint, **where.values), str(where.words))
        for where in finding.where
        if where.endpoint and _opens(where)
    ]


def _opens(where: Where) -> bool:
    view: Any = current_app.view_functions[where.endpoint]
    return may(current_user, view.permission)


def _first_link(line: Line) -> str:
    """The first page where a line is mended, if there is one."""
    bad = [finding for finding in line.findings if finding.state is State.MISSING]
    found = [link for finding in bad for link in _links(finding)]
    return found[0].url if found else ""
