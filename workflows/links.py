"""Links that let a person set a password: one at a time, mailed, used once."""

import secrets
from datetime import timedelta

import sqlalchemy as sa

from models import jobs, journal
from models.base import now
from models.digests import digest
from models.people import User
from models.session import db, transaction
from models.sign_ins import PasswordLink, end_links
from workflows.notices import post

LINK_LASTS = timedelta(days=3)
#: The job that mails a link somebody has asked for.
RESET_LINK = "reset_link"


def send_link(user: User, notice: str) -> None:
    """Mail a link; those that were sent before open nothing any more. Call inside a transaction."""
    secret = secrets.token_urlsafe(32)
    end_links(user.id)
    db.add(PasswordLink(user_id=user.id, digest=digest(secret), expires_at=now() + LINK_LASTS))
    post(notice, user.email, locale=user.locale, secret=secret)


def ask_for_link(user: User | None) -> None:
    """Leave it to the worker to mail a link: asking takes as long for an address nobody has."""
    with transaction():
        jobs.put(RESET_LINK, user=user.id if user else 0)


def mail_link(user_id: int) -> None:
    """What the worker does for somebody who has asked, and for nobody."""
    with transaction():
        user = db.get(User, user_id)
        if user is not None and user.active:
            journal.write("link_asked", by=None, user=user.id)
            send_link(user, "password_reset")


def owner_of_link(secret: str) -> User | None:
    """Whose link this is, while it can be used."""
    link = _link(sa.select(PasswordLink), secret)
    owner = db.get_one(User, link.user_id) if link else None
    return owner if owner and owner.active else None


def use_link(secret: str) -> User | None:
    """Use a link up, and with it all others of the person; call inside a transaction.

    None for a link that cannot be used, also if two use it at the same moment: one of them does.
    """
    link = _link(sa.select(PasswordLink).with_for_update(), secret)
    owner = db.get_one(User, link.user_id) if link else None
    if owner is None or not owner.active:
        return None
    end_links(owner.id)
    return owner


def _link(select: sa.Select[PasswordLink], secret: str) -> PasswordLink | None:
    fresh = select.where(PasswordLink.digest == digest(secret)).execution_options(
        populate_existing=True
    )
    link = db.scalar(fresh)
    if link is None or link.used_at is not None or link.expires_at < now():
        return None
    return link
