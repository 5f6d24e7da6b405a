"""Is this person registered already? Shown only as far as it may be shown (DOMAIN.md 2.1)."""

from dataclasses import dataclass

import sqlalchemy as sa

from intake.forms.referral import ReferralForm
from models.mentees import Mentee, search_key
from models.people import User
from models.referrals import Referral, visible_to
from models.session import db


@dataclass(frozen=True)
class Alike:
    """A referral of what seems to be the same person.

    `number` and `referral_id` only for who may see that case; others learn the provider alone.
    """

    provider: str
    over: bool
    referral_id: int | None
    number: str


def like(form: ReferralForm, user: User) -> list[Alike]:
    """Referrals with the same ZEMIS or AHV number, or the same name and date of birth."""
    signs = []
    for name in ("zemis_number", "ahv_number"):
        field = form._fields.get(name)
        if field is not None and field.data and not field.errors:
            signs.append(getattr(Mentee, name) == field.data)
    last, first, born = (form._fields[n].data for n in ("last_name", "first_name", "date_of_birth"))
    if last and first and born:
        same_name = Mentee.search_name == search_key(last, first)
        same_year = Mentee.date_of_birth.startswith(str(born)[:4])
        signs.append(sa.and_(same_name, same_year))
    if not signs:
        return []
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
