"""For which organisation somebody acts in this session, and to which one a form belongs.

Whoever has roles at two organisations has the rights of one of them at a time. Each form carries a
token of the organisation for which its page was shown, so that what was begun for one is never taken
for the other, whatever another tab has chosen meanwhile.
"""

from flask import session
from flask_login import current_user

from models.organisations import Organisation, organisations
from models.people import User

#: Acts for nobody: has to choose, or has no role anywhere.
NOBODY = 0
_CHOSEN = "acting_for"


def set_for(user: User) -> None:
    """Give a person who comes to a page the rights of the organisation they act for."""
    own = {organisation.id for organisation, _roles in user.workplaces()}
    chosen = session.get(_CHOSEN)
    if len(own) == 1:
        user.acting_for = next(iter(own))
    else:
        user.acting_for = chosen if chosen in own else NOBODY
    if chosen is not None and chosen != user.acting_for:
        session[_CHOSEN] = user.acting_for


def choose(user: User, organisation_id: int) -> None:
    """Act for one of a person's organisations from now on. Raises LookupError for any other."""
    if organisation_id not in {organisation.id for organisation, _roles in user.workplaces()}:
        raise LookupError(organisation_id)
    session.pop("_flashes", None)  # what was said of the other's cases stays there
    user.acting_for = organisation_id
    session[_CHOSEN] = organisation_id


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
    session[_CHOSEN] = user.acting_for or NOBODY


def called(organisation_id: int) -> Organisation | None:
    """An organisation; it may be one where the person at this page has no role any more."""
    return next((o for o in organisations() if o.id == organisation_id), None)


def is_mine(place: Organisation) -> bool:
    """Whether the person at this page has a role at an organisation."""
    return place.id in {organisation.id for organisation, _roles in current_user.workplaces()}
