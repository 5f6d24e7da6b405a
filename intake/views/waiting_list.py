"""Who waits, in the order of consideration, and why in that order (DOMAIN.md 3.4)."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask_login import current_user

from intake.answers import sheet
from intake.permissions import Permission, requires
from models.base import today
from models.people import PROVIDER_ROLES
from models.programs import Program, places_on, programs
from models.referrals import Referral, Urgency, places_taken, waiting_list
from models.session import db
from models.submissions import latest_answers
from models.tasks import Task

pages = Blueprint("waiting_list", __name__, url_prefix="/waiting-list")


@pages.get("")
@requires(Permission.SEE_WAITING_LIST)
def index() -> Any:
    """The list beside the details of the chosen line."""
    providers = current_user.organisation_ids(PROVIDER_ROLES)
    rows = waiting_list(providers)
    chosen = _chosen(rows)
    return render_template(
        "waiting_list/index.html",
        rows=[(place, row, days(row), reason(row)) for place, row in enumerate(rows, 1)],
        chosen=chosen,
        sheet=_sheet(chosen),
        task=_proposal_task(chosen),
        places=_places(providers),
    )


def _places(providers: set[int]) -> list[tuple[Program, int, int]]:
    """(programme, places taken, places of its contracts) of these providers, where one is valid."""
    agreed, taken = places_on(today()), places_taken()
    return [
        (program, taken.get(program.id, 0), agreed[program.id])
        for program in programs()
        if program.provider_id in providers and program.id in agreed
    ]


def days(referral: Referral) -> int:
    """Days since the referral was complete."""
    return (today() - (referral.waiting_since or referral.received_on)).days


def reason(referral: Referral) -> str:
    """The code of what put somebody on this place."""
    if referral.urgency is Urgency.DRINGEND and referral.urgency_confirmed:
        return "urgent"
    return "kept" if referral.waiting_since_reason else "date"


def _chosen(rows: list[Referral]) -> Referral | None:
    wanted = request.args.get("case", "")
    return next((row for row in rows if str(row.id) == wanted), rows[0] if rows else None)


def _sheet(chosen: Referral | None) -> Any:
    if chosen is None:
        return None
    answers = latest_answers(chosen.id, "referral")
    return sheet(current_user, chosen, "referral", answers, chosen.received_on)


def _proposal_task(chosen: Referral | None) -> Task | None:
    if chosen is None:
        return None
    return db.scalar(
        sa.select(Task).where(
            Task.referral_id == chosen.id,
            Task.form_key == "matching_proposal",
            Task.closed_at.is_(None),
        )
    )
