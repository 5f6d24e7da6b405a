"""The verbs on drafts of new referrals: before the process, outside the engine."""

from typing import Any

import sqlalchemy as sa

from models.base import now
from models.documents import Document
from models.drafts import Draft
from models.people import User
from models.session import db, transaction


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
    """Throw a draft away, with its papers."""
    with transaction():
        db.execute(sa.delete(Document).where(Document.draft_id == draft.id))
        db.delete(draft)
