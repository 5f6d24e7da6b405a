"""Takes what is due: timers of cases, mail to send; one transaction each, the earliest first."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import jobs
from models.base import now
from models.incidents import IncidentKind
from models.outbox import MOST_ATTEMPTS, Mail, MailState
from models.processes import Run
from models.session import db, transaction
from workflows.desk.moving import Moving
from workflows.errors import StepFailed
from workflows.incidents import WATCHDOG, note, watch
from workflows.links import RESET_LINK, mail_link
from workflows.moves import MOVE, move_more
from workflows.papers import PAUSES, REMOVE, SCAN, Papers, ScannerSilent, do_paper_job
from workflows.rehearsals import REHEARSE, rehearse_more
from workflows.rounds import make_round
from workflows.stories import Forms, Routing

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)

Sender = Callable[[Mail], None]


@dataclass(frozen=True)
class Words:
    """What the floor above knows of forms: their routes, and which answers route a case."""

    forms: Forms
    routing: Routing


class MailRefused(Exception):
    """The mail server said no, for certain; trying again later may help."""


class ServerNotProven(MailRefused):
    """Nothing is said to such a server: the mail waits, however long, until it is mended."""


def work(
    send: Sender,
    stop: threading.Event,
    pause: float = 2.0,
    words: Words | None = None,
    papers: Papers | None = None,
) -> None:
    """Work until told to stop; sleeps while nothing is due."""
    while not stop.is_set():
        try:
            busy = fire_next_timer() or do_next_job(send, words, papers)
        except sa.exc.OperationalError:
            log.warning("database not reachable, trying again")
            db.remove()
            busy = False
        if not busy:
            stop.wait(pause)


def work_until_idle(send: Sender, words: Words | None = None, papers: Papers | None = None) -> int:
    """Do everything that is due now; how much it was. For tests and the demo."""
    done = 0
    while fire_next_timer() or do_next_job(send, words, papers):
        done += 1
    return done


def fire_next_timer() -> bool:
    """Fire what is due first in the case that has waited longest; False if nothing is due."""
    moment = now()
    with transaction():
        referral_id = db.scalar(
            sa.select(Run.referral_id)
            .where(Run.due_at < moment)
            .order_by(Run.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if referral_id is None:
            return False
        try:
            with db.begin_nested():
                fired = Moving.load(referral_id, None).fire_due(moment)
                log.info("timers fired", extra={"referral": referral_id, "fired": fired})
        except Exception as error:  # whatever a drawing does, the other cases go on
            db.expire_all()
            _postpone(referral_id, error)
    db.expire_all()
    return True


def _postpone(referral_id: int, error: Exception) -> None:
    """Keep the case as it was, say what is wrong, and try again later."""
    failed = error if isinstance(error, StepFailed) else StepFailed("", _words(error))
    note(IncidentKind.TIMER, referral_id, failed)
    run = db.scalars(sa.select(Run).where(Run.referral_id == referral_id)).one()
    run.due_at = now() + timedelta(seconds=PAUSES[min(run.failures, len(PAUSES)) - 1])
    log.error("timer failed", extra={"referral": referral_id, "error": type(error).__name__})


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def do_next_job(send: Sender, words: Words | None = None, papers: Papers | None = None) -> bool:
    """Take one due job and do it; False if there is none."""
    with transaction():
        job = jobs.next_due(now())
        if job is None:
            return False
        jobs.lease(job, LEASE)
        job_id, kind, facts = job.id, job.kind, dict(job.facts)
    if kind == "send_mail":
        _send_mail(int(facts["mail"]), send, job_id)
    elif kind == "daily_round":
        make_round()
    elif kind == WATCHDOG:
        watch()
    elif kind == REHEARSE and words is not None:
        _again(job_id, rehearse_more(int(facts["rehearsal"]), words.forms, words.routing))
    elif kind == RESET_LINK:
        mail_link(int(facts["user"]))
        _finish(job_id)
    elif kind in (SCAN, REMOVE) and papers is not None:
        _paper_job(job_id, kind, facts, papers)
    elif kind == MOVE:
        _again(job_id, move_more(int(facts["move"])))
    else:
        _finish(job_id, f"unknown kind {kind}")
    return True


def _paper_job(job_id: int, kind: str, facts: dict[str, Any], papers: Papers) -> None:
    """Scan or remove a paper; what cannot be done now is tried again, with growing pauses."""
    try:
        do_paper_job(kind, facts, papers)
    except (ScannerSilent, OSError) as error:
        code = str(error) if isinstance(error, ScannerSilent) else type(error).__name__
        log.warning("paper job failed", extra={"job": kind, "error": code})
        with transaction():
            job = db.get_one(jobs.Job, job_id)
            pause = PAUSES[min(job.attempts, len(PAUSES)) - 1]
            job.due_at, job.leased_until = now() + timedelta(seconds=pause), None
            job.error = code[:300]
        return
    _finish(job_id)


def _again(job_id: int, more: bool) -> None:
    """Long work is done in short pieces: what is due meanwhile comes first."""
    if not more:
        return _finish(job_id)
    with transaction():
        job = db.get_one(jobs.Job, job_id)
        job.due_at, job.leased_until = now(), None
    return None


def _send_mail(mail_id: int, send: Sender, job_id: int) -> None:
    """Hand one mail to the server.

    It is marked before it goes: if this process dies in between, the end is unknown, the
    administrator sees it, and it is never sent twice by itself.
    """
    with transaction():
        mail = db.get_one(Mail, mail_id, with_for_update=True)
        if mail.state is MailState.SENDING:
            mail.state = MailState.UNKNOWN
            mail.error = "the worker stopped while sending"
        started = mail.state is MailState.WAITING
        if started:
            mail.state = MailState.SENDING
            mail.attempts += 1
    if not started:
        _finish(job_id)
        return
    try:
        send(mail)
    except MailRefused as error:
        _mail_refused(mail_id, job_id, error)
        return
    except Exception as error:
        _settle(mail_id, MailState.UNKNOWN, type(error).__name__)
        _finish(job_id, type(error).__name__)
        return
    _settle(mail_id, MailState.SENT)
    _finish(job_id)


def _settle(mail_id: int, state: MailState, error: str | None = None) -> None:
    """Note what became of a mail. Read anew: sending may have closed the session it came from."""
    with transaction():
        mail = db.get_one(Mail, mail_id)
        mail.state, mail.error = state, error
        if state is MailState.SENT:
            mail.sent_at = now()
            mail.facts = {name: value for name, value in mail.facts.items() if name != "secret"}


def _mail_refused(mail_id: int, job_id: int, refused: MailRefused) -> None:
    reason = str(refused)
    with transaction():
        mail = db.get_one(Mail, mail_id)
        again = mail.attempts < MOST_ATTEMPTS or isinstance(refused, ServerNotProven)
        mail.state = MailState.WAITING if again else MailState.FAILED
        mail.error = reason[:300]
        job = db.get_one(jobs.Job, job_id)
        if again:
            pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
            job.due_at, job.leased_until = now() + timedelta(seconds=pause), None
        else:
            job.done_at, job.error = now(), reason[:300]


def _finish(job_id: int, error: str | None = None) -> None:
    with transaction():
        job = db.get_one(jobs.Job, job_id)
        job.done_at, job.error, job.leased_until = now(), error, None
