"""Signed in: what begins, keeps and ends a session. The cookie has its secret, the row decides."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user, login_user, logout_user

from intake import acting, known_browsers
from intake.config import Config
from models import journal
from models.base import now
from models.digests import digest
from models.people import User
from models.session import db, transaction
from models.user_sessions import (
    UserSession,
    end_sessions,
    open_sessions,
    session_of,
    touch_session,
)

#: How exactly it is known when somebody was last there.
SEEN_EVERY = timedelta(minutes=1)

View = TypeVar("View", bound=Callable[..., Any])

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


class NotWithFiles(SecureCookieSessionInterface):
    """No cookie goes with scripts and styles: whatever keeps them on the way would keep it too."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether the cookie goes with this answer."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def register(app: Flask, config: Config) -> None:
    """Ask the row of a session at every request, and note in it that somebody was there."""
    secure = config.production or not config.insecure_cookies
    app.config.update(
        SESSION_COOKIE_NAME="__Host-intake" if secure else "intake",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=config.session_hours),
    )
    app.session_interface = NotWithFiles()
    manager = LoginManager(app)
    manager.session_protection = None  # it would compare addresses, which change on the way
    manager.user_loader(_person_of)
    app.before_request(_seen)


def background(view: View) -> View:
    """What a script asks by the clock, whether anybody is there or not; it keeps nobody signed in."""
    view.background = True  # type: ignore[attr-defined]
    return view


def begin(user: User, *, proved: bool = False) -> None:
    """Sign somebody in with a new row and a new secret; what the cookie held before is forgotten."""
    locale = session.get("locale")
    leave()
    if locale:
        session["locale"] = locale
    row = UserSession(
        user_id=user.id,
        digest=_new_secret(user),
        begun_at=now(),
        proved_at=now() if proved else None,
        seen_at=now(),
        device=device(request.user_agent.string),
        source=source(),
    )
    with transaction():
        db.add(row)
        journal.write("signed_in", by=user, source=source())
    g.user_session = row
    known_browsers.remember(user.id)
    login_user(user)


def renew() -> None:
    """A new secret for the session of this browser: a copy of its cookie is worth nothing now."""
    user, row = cast(User, current_user._get_current_object()), current()
    with transaction():
        row.digest = _new_secret(user)
    login_user(user)


def leave() -> None:
    """End the session of this browser, if there is one, and forget what its cookie held."""
    if current_user.is_authenticated:
        with transaction():
            if end_sessions(current_user.id, only=current().id):
                journal.write("signed_out", by=current_user, source=source())
    logout_user()
    session.clear()
    g.pop("user_session", None)


def current() -> UserSession:
    """The row of this browser's session. Only where somebody is signed in."""
    row: UserSession = g.user_session
    return row


def mine() -> list[UserSession]:
    """Where the person at this page is signed in, this browser first."""
    begun, seen = _oldest()
    rows = open_sessions(current_user.id, begun_after=begun, seen_after=seen)
    return sorted(rows, key=lambda row: row.id != current().id)


def end(session_id: int) -> bool:
    """End another one of one's own sessions; False if there is none that is open."""
    with transaction():
        ended = bool(end_sessions(current_user.id, only=session_id))
        if ended:
            journal.write("sessions_ended", by=current_user, source=source())
    return ended


def end_others() -> int:
    """End all of one's own sessions but this one; how many it were."""
    with transaction():
        ended = end_sessions(current_user.id, but=current().id)
        if ended:
            journal.write("sessions_ended", by=current_user, source=source())
    return ended


def device(user_agent: str) -> str:
    """A browser and its system in two words; what nobody knows is cut, not kept."""
    found = [
        next((name for sign, name in words if sign in user_agent), "")
        for words in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def source(address: str | None = None) -> str:
    """Where a request comes from: of IPv6 the network, whose addresses one household may change."""
    given = request.remote_addr if address is None else address
    try:
        found = ip_address(re.sub(r"%.*", "", given or ""))
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, 64), strict=False))
    return str(found)


def _person_of(secret: str) -> User | None:
    """The person of a session that is still open; called by Flask-Login."""
    row = session_of(digest(secret))
    begun, seen = _oldest()
    if row is None or row.ended_at or row.begun_at <= begun or row.seen_at <= seen:
        return None
    if not row.user.active:
        return None
    g.user_session, row.user.secret = row, secret
    acting.set_for(row.user)
    return row.user


def _seen() -> None:
    """Note that somebody was here, at most once a minute, and not for what scripts ask alone."""
    session.permanent = True
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint == "static" or getattr(view, "background", False):
        return
    if current_user.is_authenticated and now() - current().seen_at >= SEEN_EVERY:
        with transaction():
            touch_session(current().id)


def _oldest() -> tuple[datetime, datetime]:
    """Before when a session was begun, or last used, that is over."""
    config: Config = current_app.extensions["intake"]
    return (
        now() - timedelta(hours=config.session_hours),
        now() - timedelta(minutes=config.idle_minutes),
    )


def _new_secret(user: User) -> str:
    """Give a person at a page a secret; its digest, which is all that is kept."""
    user.secret = secrets.token_urlsafe(32)
    return digest(user.secret)
