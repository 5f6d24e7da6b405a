"""Browsers in which somebody has signed in before: a signed cookie that opens nothing by itself."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

LASTS = timedelta(days=180)
#: So many people share a browser; whoever was here longest ago is forgotten.
MOST = 8


def here(user_id: int) -> str:
    """What this browser is called for a person who has signed in with it, or nothing."""
    return str(_kept().get(str(user_id), ""))


def remember(user_id: int) -> None:
    """With the answer to this request the browser is known for a person."""
    kept = _kept()
    mark = kept.pop(str(user_id), "") or secrets.token_hex(16)
    newest = dict([*kept.items(), (str(user_id), mark)][-MOST:])

    @after_this_request
    def send(response: Response) -> Response:
        response.set_cookie(
            _name(),
            _signer().dumps(newest),
            max_age=LASTS,
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            httponly=True,
            samesite="Lax",
        )
        return response


def _kept() -> dict[str, Any]:
    try:
        found = _signer().loads(
            request.cookies.get(_name(), ""), max_age=int(LASTS.total_seconds())
        )
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")
