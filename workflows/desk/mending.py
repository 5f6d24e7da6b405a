"""Try again what could not be done, after its cause has been mended."""

from models import journal
from models.base import now
from models.incidents import Incident, IncidentKind
from models.people import User
from models.session import db, transaction
from workflows.desk import referrals, tasks
from workflows.desk.moving import Moving
from workflows.errors import AlreadyDone, NotPossibleNow
from workflows.incidents import kept, mended


def retry(incident: Incident, *, by: User) -> None:
    """Do again what failed: a step or message in the name of the person whose it was, or a deadline.

    Raises:
        StepFailed: the cause is still there; the incident counts one attempt more.
        NotPossibleNow: there is nothing to try again, or somebody was faster.
    """
    filled = kept(incident)
    author = incident.by
    if incident.kind is IncidentKind.TIMER:
        _fire(incident)
    elif incident.kind is IncidentKind.STEP and incident.task and filled and author:
        try:
            tasks.submit(incident.task, filled, by=author)
        except AlreadyDone:
            raise NotPossibleNow("this step has been done meanwhile") from None
    elif incident.kind is IncidentKind.MESSAGE and filled and author:
        referrals.send(incident.referral, filled, by=author)
    else:
        raise NotPossibleNow("there is nothing to try again")
    with transaction():
        mended(incident.referral_id, by)
        journal.write("retried", by=by, referral_id=incident.referral_id, element=incident.element)


def _fire(incident: Incident) -> None:
    """Fire what is due now, in one transaction."""
    with transaction():
        Moving.load(incident.referral_id, None).fire_due(now())
    db.expire_all()
