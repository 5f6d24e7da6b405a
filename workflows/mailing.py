"""The verbs on mail that did not arrive: send it again, or put it away."""

from models import jobs, journal
from models.base import now
from models.outbox import Mail, MailState, is_troubled
from models.people import User
from models.session import transaction
from workflows.errors import NotPossibleNow


def resend(mail: Mail, *, by: User) -> None:
    """Send a mail again, because a person decided so. Raises NotPossibleNow."""
    with transaction():
        _troubled(mail)
        mail.state, mail.attempts, mail.error = MailState.WAITING, 0, None
        mail.send_after = now()
        jobs.put("send_mail", mail=mail.id)
        journal.write("mail_resent", by=by, referral_id=mail.referral_id, notice=mail.notice)


def put_away(mail: Mail, *, by: User) -> None:
    """Leave a mail unsent, for example because it arrived all the same. Raises NotPossibleNow."""
    with transaction():
        _troubled(mail)
        mail.state = MailState.DROPPED
        journal.write("mail_dropped", by=by, referral_id=mail.referral_id, notice=mail.notice)


def _troubled(mail: Mail) -> None:
    if not is_troubled(mail):
        raise NotPossibleNow("this mail needs nothing")
