"""Leads whoever needs a second factor and has none to where they set one up, before anything else."""

from typing import Any

from flask import Flask, current_app, g, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import factors, forgery, recovery_codes, sessions
from intake.errors import typed_again
from models.people import User
from models.second_factors import has_factor

#: What stays open meanwhile, beside what is public: to set it up, to leave, to read it in another
#: language.
_OPEN = frozenset({"sign_in.leave", "sign_in.language"})


def register(app: Flask) -> None:
    """Look at every request of somebody who is signed in."""
    app.before_request(_lead)


def _lead() -> Any:
    if request.endpoint == "static":  # asks the database nothing
        return None
    if not current_user.is_authenticated or not factors.must_have(current_user):
        return None
    user: User = current_user._get_current_object()
    has_one = has_factor(user.id)
    if has_one and sessions.current().proved_at is None:
        sessions.leave()  # begun before the factor was there; the next one begins with it
        return redirect(url_for("sign_in.show"))
    if has_one and recovery_codes.are_put_away(user):
        return None
    g.enrolling = True
    if request.blueprint == "factors" or not _is_guarded():
        return None
    return _there(codes_missing=has_one)


def _is_guarded() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    guarded = getattr(view, "permission", None) is not None
    return guarded and request.endpoint not in _OPEN


def _there(*, codes_missing: bool) -> Any:
    """To the pages of the second factor; what was typed meanwhile is not lost."""
    if request.method in forgery.SAFE:
        return redirect(url_for("factors.codes" if codes_missing else "factors.index"))
    sentence = gettext(
        "Ihre Rolle verlangt jetzt einen zweiten Faktor. Richten Sie ihn in einem neuen Fenster ein "
        "(Startseite), und senden Sie danach nochmals: Ihre Angaben sind noch da."
    )
    return typed_again(409, sentence)
