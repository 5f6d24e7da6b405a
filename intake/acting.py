"""For which organisation somebody acts in this session, and to which one a form belongs.

Whoever has roles at two organisations has the rights of one of them at a time. Each form carries a
token of the organisation for which its page was shown, so that what was begun for one is never taken
for the other, whatever another tab has chosen meanwhile.
"""

import hashlib
import hmac
import secrets
from typing import Any

from flask import request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, validate_csrf
from wtforms import ValidationError

from models.organisations import Organisation, organisations
from models.people import User

#: Acts for nobody: has to choose, or has no role anywhere.
NOBODY = 0
#: What the frame offers at every page, whomever one acts for when it is pressed.
FOR_ALL = frozenset({"acting.choose", "sign_in.leave", "sign_in.language"})

_CHOSEN, _SEED, _TOKEN = "acting_for", "token_seed", "csrf_token"


class OrganisationTokens(CSRFProtect):
    """Refuses what was begun for another organisation, but not to switch or to leave."""

    def protect(self, *args: Any, **options: Any) -> None:
        """As everywhere; what the frame offers takes the token of any of one's organisations."""
        neutral = current_user.is_authenticated and request.endpoint in FOR_ALL
        if neutral and _token_is_of() is not None:
            return
        super().protect(*args, **options)


def set_for(user: User) -> None:
    """Give a person who comes to a page the rights of the organisation they act for."""
    own = {organisation.id for organisation, _roles in user.workplaces()}
    chosen = session.get(_CHOSEN)
    if len(own) == 1:
        user.acting_for = next(iter(own))
    else:
        user.acting_for = chosen if chosen in own else NOBODY
    if chosen is not None and chosen != user.acting_for:
        _remember(user.acting_for)
    elif _SEED not in session and request.method == "GET":
        # After a sign-in that sent a form on: what is shown from now on knows for whom.
        _remember(user.acting_for)


def choose(user: User, organisation_id: int) -> None:
    """Act for one of a person's organisations from now on. Raises LookupError for any other."""
    if organisation_id not in {organisation.id for organisation, _roles in user.workplaces()}:
        raise LookupError(organisation_id)
    session.pop("_flashes", None)  # what was said of the other's cases stays there
    user.acting_for = organisation_id
    _remember(organisation_id)


def organisation() -> Organisation | None:
    """For whom the person at this page acts."""
    return next((o for o, _r in current_user.workplaces() if o.id == current_user.acting_for), None)


def others() -> list[Organisation]:
    """For whom they could act as well."""
    places = [organisation for organisation, _roles in current_user.workplaces()]
    return [o for o in places if o.id != current_user.acting_for] if len(places) > 1 else []


def begin(user: User) -> None:
    """A new session: every form of it knows from the first page on for whom it was shown."""
    set_for(user)
    _remember(user.acting_for or NOBODY)


def belongs_to() -> Organisation | None:
    """For which organisation the form that was sent was shown, if that can be told.

    It may be one where the person has no role any more.
    """
    everyone = {organisation.id: organisation for organisation in organisations()}
    return everyone.get(_token_is_of(*everyone) or NOBODY)


def is_mine(place: Organisation) -> bool:
    """Whether the person at this page has a role at an organisation."""
    return place.id in {organisation.id for organisation, _roles in current_user.workplaces()}


def _token_is_of(*others: int) -> int | None:
    """Of whose page the token is that was sent; NOBODY for one before the choice."""
    if not {_SEED, _TOKEN} <= session.keys():
        return None
    given = request.form.get(_TOKEN) or request.headers.get("X-CSRFToken", "")
    kept = session[_TOKEN]
    own = (organisation.id for organisation, _roles in current_user.workplaces())
    try:
        for key in (*own, NOBODY, *others):
            session[_TOKEN] = _token(key)
            try:
                validate_csrf(given)
            except ValidationError:
                continue
            return key
    finally:
        session[_TOKEN] = kept
    return None


def _remember(organisation_id: int) -> None:
    session[_CHOSEN] = organisation_id
    session[_TOKEN] = _token(organisation_id)


def _token(organisation_id: int) -> str:
    """Made from one seed of the session, so that tabs that race still know each other's forms."""
    seed = session.setdefault(_SEED, secrets.token_hex(16))
    return hmac.new(seed.encode(), str(organisation_id).encode(), hashlib.sha256).hexdigest()[:40]
