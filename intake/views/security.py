"""For the administration: who signed in, who failed, who was given which rights, what left the house."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext

from intake import security_words
from intake.forms.fields.dates import a_day
from intake.permissions import Permission, requires
from intake.whole import key_of
from models.base import OFFICE_ZONE
from models.journal import Group
from models.people import everybody
from models.security_events import Wanted, security_events

pages = Blueprint("security", __name__, url_prefix="/security")


@pages.get("")
@requires(Permission.MANAGE_PEOPLE)
def index() -> Any:
    """The events, newest first, a page at a time; by kind, person and period."""
    wanted, wrong = _wanted()
    events, more = security_events(wanted)
    asked = {key: value for key, value in request.args.items() if key != "before" and value}
    page = render_template(
        "security/index.html",
        events=events,
        more=more,
        wanted=wanted,
        asked=asked,
        wrong=wrong,
        people=everybody(),
        groups=security_words.GROUP,
        said=security_words,
    )
    return page, 422 if wrong else 200


def _wanted() -> tuple[Wanted, str]:
    """What the address asks for, and what is wrong with its days; what makes no sense is left out."""
    group, since, until = (request.args.get(key, "") for key in ("group", "since", "until"))
    days = [a_day(text) if text.strip() else None for text in (since, until)]
    typed = [bool(text.strip()) for text in (since, until)]
    wrong = (
        gettext("Geben Sie den Tag als Tag.Monat.Jahr ein, zum Beispiel 31.3.2026.")
        if any(asked and day is None for asked, day in zip(typed, days, strict=True))
        else ""
    )
    first, last = days
    wanted = Wanted(
        group=Group(group) if group in set(Group) else None,
        user_id=key_of(request.args.get("person", "")),
        since=datetime.combine(first, time(0), OFFICE_ZONE) if first else None,
        until=datetime.combine(last + timedelta(1), time(0), OFFICE_ZONE) if last else None,
        before=key_of(request.args.get("before", "")),
    )
    return wanted, wrong
