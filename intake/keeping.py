"""What somebody typed into a form of ours: its own fields, kept for that person and nobody else.

When a session is over and the token of what is sent was signed by us, the form's own fields wait for
the person whose page it was. She signs in, finds them in the form, and sends it herself.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import Form, PasswordField

from intake import acting
from intake.arriving import readable
from intake.forgery import SAFE, Token
from intake.forms.entries import with_entries
from models.base import now
from models.held_forms import HeldForm, held_forms_of
from models.people import User
from models.session import db
from workflows import held_forms

#: A page that was shown longer ago is nobody's work of today.
FRESH = timedelta(hours=12)
#: Signs in all fields together; more is no form that a person fills in.
LARGEST = 200_000

Named = str | type[Form] | Callable[..., Iterable[str] | type[Form]]
View = TypeVar("View", bound=Callable[..., Any])
_HELD = "held"


def register(app: Flask) -> None:
    """Forget what is sent by hand; call after the guard, which refuses what is not."""
    app.before_request(_forget_what_is_sent)
    app.jinja_env.globals.update(kept=kept, held_here=held_here)


def keeps(*named: Named) -> Callable[[View], View]:
    """Declare the own fields of a view's form: names, form classes, or what the address decides."""

    def decorate(view: View) -> View:
        view.keeps = named  # type: ignore[attr-defined]
        return view

    return decorate


def own_fields(endpoint: str | None, arguments: dict[str, Any] | None) -> frozenset[str]:
    """The names of what a person types into the form of a view; never a password."""
    view = current_app.view_functions.get(endpoint or "")
    names: set[str] = set()
    for one in getattr(view, "keeps", ()):
        found = one if isinstance(one, str | type) else one(**(arguments or {}))
        if isinstance(found, type):
            names |= _of_form(found)
        else:
            names |= {found} if isinstance(found, str) else set(found)
    return frozenset(name for name in names if "password" not in name)


def _of_form(form: type[Form]) -> set[str]:
    return {name for name, field in form()._fields.items() if not isinstance(field, PasswordField)}


def typed(path: str = "") -> list[tuple[str, str]]:
    """What was typed into this form, or into the one that is sent to an address."""
    endpoint, arguments = _view_at(path) if path else (request.endpoint, request.view_args)
    own = own_fields(endpoint, arguments)
    return [
        (name, readable(value))
        for name, values in request.form.lists()
        if name.partition("-")[0] in own
        for value in values
    ]


def _view_at(path: str) -> tuple[str | None, dict[str, Any]]:
    try:
        return current_app.url_map.bind("").match(urlsplit(path).path, "POST")  # type: ignore[return-value]
    except (HTTPException, ValueError):  # an address that leads nowhere, or is none
        return None, {}


def sent(*, entries: bool = False) -> MultiDict[str, str] | None:
    """What was sent to this page, or waits for it since the session was over; else nothing."""
    found: MultiDict[str, str] | None = request.form if request.method == "POST" else None
    if found is None and (row := _row(request.full_path.rstrip("?"))) is not None:
        found = _fields(row)
    return with_entries(found) if found is not None and entries else found


def kept(path: str) -> MultiDict[str, str]:
    """What waits for a form of this page that is sent to another address."""
    row = _row(path) if request.method in SAFE else None
    return MultiDict() if row is None else _fields(row)


def held_here() -> bool:
    """Whether something waits for this page."""
    here = request.full_path.rstrip("?")
    return request.method in SAFE and any(here in (row.page, row.path) for row in _rows())


def discard(page: str) -> str:
    """Let go what waits for a page of ours; its address, or nothing if nothing waits there."""
    rows = [row for row in _rows() if page in (row.page, row.path)]
    for row in rows:
        held_forms.let_go(row)
    return rows[0].page if rows else ""


def hold(token: Token, page: str) -> bool:
    """Keep what came with a token of ours for the person whose page it was; False if nothing is."""
    fields: dict[str, list[str]] = {}
    for name, value in typed():
        fields.setdefault(readable(name), []).append(value)
    size = sum(len(name) + len(value) for name, values in fields.items() for value in values)
    user = db.get(User, token.user_id)
    if user is None or not user.active or now() - token.made_at > FRESH:
        return False
    if not any(v for values in fields.values() for v in values) or size > LARGEST:
        return False
    path = request.full_path.rstrip("?")
    row = held_forms.hold(user, token.organisation_id or None, path, page, fields)
    if current_user.is_authenticated and current_user.id == user.id:
        session[_HELD] = sorted({row.id, *session.get(_HELD, ())})
    return True


def lead(user: User, onward: str) -> str:
    """Where somebody who has signed in goes: where they wanted, or where something waits."""
    rows = held_forms_of(user.id)
    if not rows:
        return onward
    session[_HELD] = [row.id for row in rows]
    row = next((row for row in rows if onward in ("", row.page)), None)
    if row is None:
        return onward
    if row.organisation_id in {place.id for place, _roles in user.workplaces()}:
        acting.choose(user, row.organisation_id or acting.NOBODY)
    return row.page


def _forget_what_is_sent() -> None:
    if request.method in SAFE or not session.get(_HELD):
        return
    row = _row(request.full_path.rstrip("?"))
    if row is not None:
        session[_HELD] = [key for key in session[_HELD] if key != row.id]
        held_forms.let_go(row)
        g.pop("held_rows", None)


def _row(path: str) -> HeldForm | None:
    return next((row for row in _rows() if row.path == path), None)


def _rows() -> list[HeldForm]:
    """What waits for who is signed in, of the organisation acted for; no select where nothing does."""
    if not session.get(_HELD) or not current_user.is_authenticated:
        return []
    if "held_rows" not in g:
        g.held_rows = [row for row in held_forms_of(current_user.id) if row.id in session[_HELD]]
    return [
        row for row in g.held_rows if row.organisation_id in (None, current_user.acting_for or None)
    ]


def _fields(row: HeldForm) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, values in row.fields.items() for value in values])
