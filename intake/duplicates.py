"""Is this person registered already? Shown only as far as it may be shown (DOMAIN.md 2.1)."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from intake.forms.referral import ReferralForm
from models.base import now
from models.drafts import Draft
from models.journal import facts_since, is_noted, write
from models.mentees import Mentee, search_key
from models.people import User, lock_person
from models.referrals import Referral, visible_to
from models.session import db, transaction


@dataclass(frozen=True)
class Alike:
    """A referral of what seems to be the same person.

    `number` and `referral_id` only for who may see that case; others learn the provider alone.
    """

    provider: str
    over: bool
    referral_id: int | None
    number: str


#: So many different questions a person may ask in an hour; a registration asks two or three.
MOST_AN_HOUR = 40
ASKED = "duplicates_asked"


class AskedTooOften(Exception):
    """A person has asked for more people within the hour than anybody registers."""


def ask(form: ReferralForm, draft: Draft, *, by: User) -> None:
    """Note that somebody asks about the person of a registration, before anything is looked up.

    The journal keeps who asked, and a digest that only this installation can make: no name, no
    number. The same question again is the same line.

    Raises:
        AskedTooOften
    """
    question = _question(form)
    if not question:
        return
    with transaction():
        lock_person(by.id)
        asked = facts_since(ASKED, by.id, now() - timedelta(hours=1))
        if {"draft": draft.id, "question": question} in asked:
            return
        if len(asked) >= MOST_AN_HOUR:
            raise AskedTooOften
        write(ASKED, by=by, draft=draft.id, question=question)


def like(form: ReferralForm, draft: Draft, user: User) -> list[Alike]:
    """What a question that this person has asked of this draft finds; one never asked finds nothing."""
    question = _question(form)
    if not question or not is_noted(ASKED, user.id, draft=draft.id, question=question):
        return []
    return _found(_signs(form), user)


def _question(form: ReferralForm) -> str:
    """A digest of what is looked for, or nothing where there is nothing to look for."""
    names = ("zemis_number", "ahv_number", "last_name", "first_name", "date_of_birth")
    values = {n: str(f.data) for n in names if (f := form._fields.get(n)) is not None and f.data}
    if not _signs(form):
        return ""
    key = str(current_app.config["SECRET_KEY"]).encode()
    words = json.dumps(values, sort_keys=True).encode()
    return hmac.new(key, b"duplicates " + words, hashlib.sha256).hexdigest()[:24]


def _signs(form: ReferralForm) -> list[sa.ColumnElement[bool]]:
    """The same ZEMIS or AHV number, or the same name and year of birth."""
    signs: list[sa.ColumnElement[bool]] = []
    for name in ("zemis_number", "ahv_number"):
        field = form._fields.get(name)
        if field is not None and field.data and not field.errors:
            signs.append(getattr(Mentee, name) == field.data)
    last, first, born = (form._fields[n].data for n in ("last_name", "first_name", "date_of_birth"))
    if last and first and born:
        same_name = Mentee.search_name == search_key(last, first)
        same_year = Mentee.date_of_birth.startswith(str(born)[:4])
        signs.append(sa.and_(same_name, same_year))
    return signs


def _found(signs: list[sa.ColumnElement[bool]], user: User) -> list[Alike]:
    select = sa.select(Referral).join(Mentee, Mentee.id == Referral.mentee_id)
    found = db.scalars(select.where(sa.or_(*signs)).order_by(Referral.id.desc()).limit(5)).unique()
    seen = set(db.scalars(visible_to(user).with_only_columns(Referral.id)))
    return [
        Alike(
            provider=row.provider.name,
            over=row.over,
            referral_id=row.id if row.id in seen else None,
            number=row.number if row.id in seen else "",
        )
        for row in found
    ]
