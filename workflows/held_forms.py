"""The verbs on what somebody sent when their session was over."""

import sqlalchemy as sa

from models.base import now
from models.held_forms import HeldForm, held_forms_of
from models.people import User
from models.session import db, transaction

#: So many forms are kept for one person; the oldest goes first.
MOST = 10


def hold(
    user: User, organisation_id: int | None, path: str, page: str, fields: dict[str, list[str]]
) -> HeldForm:
    """Keep what was typed for its person; what was kept of the same form goes."""
    with transaction():
        same = sa.delete(HeldForm).where(HeldForm.user_id == user.id, HeldForm.path == path)
        db.execute(same)
        for old in held_forms_of(user.id)[MOST - 1 :]:
            db.delete(old)
        held = HeldForm(
            user_id=user.id,
            organisation_id=organisation_id,
            path=path,
            page=page,
            fields=fields,
            held_at=now(),
        )
        db.add(held)
    return held


def let_go(held: HeldForm) -> None:
    """It has been sent by hand, or is not wanted; nothing of it is kept any more."""
    with transaction():
        db.delete(held)
