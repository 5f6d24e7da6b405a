"""The verbs on drafts of new referrals: before the process, outside the engine."""

from datetime import datetime, timedelta
from typing import Any

from models import journal
from models.base import OFFICE_ZONE, now
from models.documents import papers_of_draft
from models.drafts import Draft, untouched_since
from models.people import User
from models.session import db, transaction
from workflows.notices import belongs_to, post
from workflows.papers import forget

#: An unsent registration goes so long after its last change, and so long after it was announced.
UNSENT, NOTICE = timedelta(days=90), timedelta(days=7)


def start_draft(organisation_id: int, answers: dict[str, Any], *, by: User) -> Draft:
    """Begin a registration."""
    with transaction():
        draft = Draft(
            form_key="referral",
            user_id=by.id,
            user=by,
            organisation_id=organisation_id,
            answers=answers,
            saved_at=now(),
        )
        db.add(draft)
    return draft


def keep_draft(draft: Draft, answers: dict[str, Any], *, by: User) -> None:
    """Keep what was typed so far."""
    with transaction():
        draft.answers, draft.saved_at, draft.user_id = answers, now(), by.id


def delete_draft(draft: Draft, *, by: User) -> None:
    """Throw a draft away, with its papers, from the disk too."""
    with transaction():
        _delete(draft, by)


def end_unsent_drafts() -> None:
    """Announce the end of registrations that nobody goes on with, and delete them a week later.

    In the transaction of the daily round. Whatever is saved in between begins the time anew.
    """
    for draft in untouched_since(now() - UNSENT + NOTICE):
        if draft.warned_at is None or draft.warned_at <= draft.saved_at:
            _announce_end(draft)
        elif ends_at(draft) <= now():
            _delete(draft, None)


def ends_at(draft: Draft) -> datetime:
    """When a draft is deleted if nobody changes it; never before its announced week is over."""
    warned = draft.warned_at if draft.warned_at and draft.warned_at > draft.saved_at else None
    return max(draft.saved_at + UNSENT, (warned or now()) + NOTICE)


def _announce_end(draft: Draft) -> None:
    draft.warned_at = now()
    day = f"{ends_at(draft).astimezone(OFFICE_ZONE):%d.%m.%Y}"
    for address, locale in belongs_to(draft.user, draft.organisation_id):
        post("draft_ending", address, locale=locale, day=day)


def _delete(draft: Draft, by: User | None) -> None:
    journal.write("draft_deleted", by=by, organisation=draft.organisation_id)
    forget(papers_of_draft(draft.id))
    db.flush()
    db.delete(draft)
