"""No request is run that no page of ours asked for: where it comes from, and the token it carries.

Whatever is not a GET is refused if a browser says that another web site sent it. Then it has to carry
a token that a page of ours held: signed by us, for this session, this person and the organisation
they act for. Without one nothing is run, and nothing of it is kept.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, current_app, request, session
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest, Forbidden

#: What only reads. A view that asks for the method asks whether it is POST.
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: What the frame offers at every page, whomever one acts for when it is pressed.
FOR_ALL = frozenset({"acting.choose", "sign_in.leave", "sign_in.language"})
FIELD, HEADER = "csrf_token", "X-CSRFToken"

_SEED = "token_seed"


@dataclass(frozen=True)
class Token:
    """What a page of ours says of itself: of which session, for whom, for which organisation.

    Attributes:
        session: a digest of the session's own seed.
        user_id: who was signed in; 0 for nobody.
        organisation_id: for which organisation; 0 for none.
        page: the address of the page.
        made_at: when the page was shown.
    """

    session: str
    user_id: int
    organisation_id: int
    page: str
    made_at: datetime


class FromElsewhere(Forbidden):
    """Another web site sent this."""


class Unsigned(BadRequest):
    """No page of ours asked for this."""


class Outlived(BadRequest):
    """A page of ours asked for this, in a session that is over or is another's."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token


class OfAnotherPlace(BadRequest):
    """A page of this session asked for this, for another organisation."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token


def keep_out(app: Flask) -> None:
    """Refuse what another web site sends before anything else is looked at. Raises FromElsewhere."""
    app.before_request(_check_origin)


def guard(app: Flask) -> None:
    """Look at every request before any view, and give templates their token."""
    app.before_request(_check_token)
    app.jinja_env.globals["csrf_token"] = token


def token() -> str:
    """The token for the forms of the page that is being shown."""
    seed = session_seed() or _new_seed()
    signed = _signer().dumps([_digest(seed), _user(), _place(), request.path])
    return signed.decode() if isinstance(signed, bytes) else signed


def session_seed() -> str:
    """The one value by which this session is told from every other; none before the first page."""
    return str(session.get(_SEED, ""))


def _new_seed() -> str:
    session[_SEED] = secrets.token_hex(16)
    return session_seed()


def _check_origin() -> None:
    if request.method not in SAFE and _is_from_elsewhere():
        raise FromElsewhere


def _check_token() -> None:
    """Raises Unsigned, Outlived or OfAnotherPlace."""
    if request.method in SAFE:
        return
    if request.endpoint is None:  # no page: there is nothing to run
        return
    sent = _sent()
    if sent is None:
        raise Unsigned
    mine = session_seed() and hmac.compare_digest(sent.session, _digest(session_seed()))
    if not mine or sent.user_id != _user():
        raise Outlived(sent)
    if sent.organisation_id != _place() and request.endpoint not in FOR_ALL:
        raise OfAnotherPlace(sent)


def _is_from_elsewhere() -> bool:
    """Whether the browser says so; what says nothing (a script, an old browser) needs the token."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    config = current_app.extensions["intake"]
    ours = {_origin(config.base_url)}
    if not config.production:  # tests and demos run under any name
        ours.add(_origin(request.host_url))
    return origin.lower() not in ours


def _origin(url: str) -> str:
    """As a browser writes it: without the port that goes without saying."""
    parts = urlsplit(url.lower())
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _sent() -> Token | None:
    """What came with the request, if it was signed by us."""
    text = request.headers.get(HEADER) or request.form.get(FIELD, "")
    try:
        (session_, user_id, place, page), made_at = _signer().loads(text, return_timestamp=True)
    except (BadData, ValueError, TypeError):
        return None
    return Token(session_, user_id, place, page, made_at)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.secret_key or "",
        salt="intake.form",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:32]


def _user() -> int:
    return current_user.id if current_user.is_authenticated else 0


def _place() -> int:
    return (current_user.acting_for or 0) if current_user.is_authenticated else 0
