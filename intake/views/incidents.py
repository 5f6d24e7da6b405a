"""For the administration: what could not be done, mail that did not arrive, and trying again."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from intake.arriving import pressed
from intake.permissions import Permission, requires
from models.incidents import Incident, open_incidents
from models.outbox import Mail, to_come, troubled
from models.session import db
from workflows import desk, incidents, mailing
from workflows.errors import NotPossibleNow, StepFailed, WorkflowError
from workflows.notices import GRACE_MINUTES

pages = Blueprint("incidents", __name__, url_prefix="/incidents")


@pages.get("")
@requires(Permission.MEND)
def index() -> Any:
    """Every open incident with its reason, and every mail whose end is bad or unknown."""
    return render_template(
        "incidents/index.html",
        rows=open_incidents(),
        mails=troubled(),
        to_come=to_come(),
        minutes=GRACE_MINUTES,
    )


@pages.post("/retry")
@requires(Permission.MEND)
def retry_all() -> Any:
    """Try all open incidents again, one after the other; those that fail stay."""
    rows = open_incidents()
    done = sum(_retried(row) for row in rows)
    flash(
        ngettext("%(num)s Fall läuft wieder.", "%(num)s Fälle laufen wieder.", done)
        + (" " + gettext("%(n)s stehen noch.", n=len(rows) - done) if done < len(rows) else "")
    )
    return redirect(url_for("incidents.index"))


@pages.post("/<int:incident_id>")
@requires(Permission.MEND)
def mend(incident_id: int) -> Any:
    """Try one again, or put it away."""
    incident = db.get(Incident, incident_id)
    if incident is None:
        abort(404)
    if incident.closed_at is not None:
        flash(gettext("Das ist schon behoben."))
    elif pressed("retry", "close") == "close":
        incidents.close(incident, by=current_user)
        flash(gettext("Die Störung ist weggelegt."))
    else:
        _say(incident)
    return redirect(url_for("incidents.index"))


@pages.post("/mails/<int:mail_id>")
@requires(Permission.MEND)
def mail(mail_id: int) -> Any:
    """Send a mail again, or leave it."""
    found = db.get(Mail, mail_id)
    if found is None:
        abort(404)
    try:
        if pressed("resend", "drop") == "drop":
            mailing.put_away(found, by=current_user)
            flash(gettext("Die Mail wird nicht mehr gesandt."))
        else:
            mailing.resend(found, by=current_user)
            flash(gettext("Die Mail wird nochmals gesandt."))
    except NotPossibleNow:
        flash(gettext("Diese Mail braucht nichts mehr."))
    return redirect(url_for("incidents.index"))


def _retried(incident: Incident) -> bool:
    try:
        desk.retry(incident, by=current_user)
    except WorkflowError:
        return False
    return True


def _say(incident: Incident) -> None:
    try:
        desk.retry(incident, by=current_user)
    except StepFailed as failed:
        flash(gettext("Es geht noch nicht: %(reason)s", reason=failed.reason), "bad")
    except NotPossibleNow:
        flash(gettext("Hier gibt es nichts nochmals zu versuchen. Sehen Sie den Fall an."), "bad")
    except WorkflowError:
        flash(gettext("Der Fall hat sich in der Zwischenzeit geändert."), "bad")
    else:
        flash(gettext("Der Fall läuft wieder."))
