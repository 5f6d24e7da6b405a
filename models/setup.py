"""What an installation has so far: the selects behind «Was noch fehlt»."""

from datetime import datetime

import sqlalchemy as sa

from models.jobs import Job
from models.journal import Entry
from models.outbox import Mail, MailState
from models.people import Membership, Role, User
from models.processes import Diagram, Run
from models.session import db
from models.sign_ins import PasswordLink

#: Somebody who can sign in.
_HERE = sa.and_(User.active, User.password_hash.is_not(None))
#: Somebody who was invited and has not set a password.
_NOT_COME = sa.and_(User.active, User.password_hash.is_(None))


def staffed(roles: frozenset[Role]) -> set[int]:
    """The organisations in which somebody with one of these roles can sign in."""
    select = sa.select(Membership.organisation_id).join(User)
    return set(db.scalars(select.where(_HERE, Membership.role.in_(roles)).distinct()))


def expected(roles: frozenset[Role]) -> set[int]:
    """The organisations to which somebody with one of these roles is invited and has not come."""
    select = sa.select(Membership.organisation_id).join(User)
    return set(db.scalars(select.where(_NOT_COME, Membership.role.in_(roles)).distinct()))


def holders(role: Role) -> int:
    """How many people with a role can sign in."""
    select = sa.select(sa.func.count(Membership.user_id.distinct())).join(User)
    return db.scalar(select.where(_HERE, Membership.role == role)) or 0


def awaited(role: Role) -> list[User]:
    """Who is invited with a role and has not come; who was invited last first."""
    select = sa.select(User).join(Membership).where(_NOT_COME, Membership.role == role)
    return list(db.scalars(select.order_by(Membership.id.desc())).unique())


def not_come() -> tuple[int, datetime | None, datetime | None]:
    """How many were invited and never came; until when the oldest and the newest link hold."""
    number = db.scalar(sa.select(sa.func.count()).select_from(User).where(_NOT_COME)) or 0
    ends = PasswordLink.expires_at
    links = sa.select(sa.func.min(ends), sa.func.max(ends)).select_from(PasswordLink)
    first, last = db.execute(
        links.join(User, User.id == PasswordLink.user_id).where(_NOT_COME)
    ).one()
    return number, first, last


def last_entry(event: str) -> Entry | None:
    """The newest line of the journal about something."""
    return db.scalar(
        sa.select(Entry).where(Entry.event == event).order_by(Entry.id.desc()).limit(1)
    )


def newest_moment() -> datetime | None:
    """When the newest line of the journal was written."""
    return db.scalar(sa.select(Entry.at).order_by(Entry.id.desc()).limit(1))


def due_since(before: datetime) -> datetime | None:
    """Since when the oldest timer or job is due that nobody took before a moment."""
    job = sa.select(sa.func.min(Job.due_at)).where(
        Job.done_at.is_(None),
        Job.due_at < before,
        sa.or_(Job.leased_until.is_(None), Job.leased_until < before),
    )
    timer = sa.select(sa.func.min(Run.due_at)).where(Run.due_at < before)
    found = [moment for moment in (db.scalar(job), db.scalar(timer)) if moment is not None]
    return min(found, default=None)


def next_of(key: str) -> datetime | None:
    """When a job that comes again and again is due next."""
    return db.scalar(sa.select(Job.due_at).where(Job.key == key, Job.done_at.is_(None)))


def mails_waiting(since: datetime) -> int:
    """How many mails should have gone before a moment and have not."""
    waiting = (MailState.WAITING, MailState.SENDING)
    select = sa.select(sa.func.count()).select_from(Mail)
    return db.scalar(select.where(Mail.state.in_(waiting), Mail.send_after < since)) or 0


def was_published(checksum: str) -> bool:
    """Whether these very files have ever been a version here."""
    return db.scalar(sa.select(Diagram.id).where(Diagram.checksum == checksum).limit(1)) is not None
