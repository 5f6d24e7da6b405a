"""The second half of a sign-in: a code, a passkey or a recovery code after the password."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from intake import factors, passkeys, recovery_codes
from intake.guessing import TooManyAttempts
from intake.permissions import public
from intake.views.sign_in import finish, too_many, waiting
from models.people import User
from models.second_factors import passkeys_of, time_code_of

pages = Blueprint("second_step", __name__, url_prefix="/sign-in/second")


@pages.get("")
@public
def show() -> Any:
    """Ask for the second factor; nothing else is open until it is given."""
    user = factors.half_signed_in()
    return _page(user) if user is not None else _too_late()


@pages.post("")
@public
def enter() -> Any:
    """Take a factor; each attempt is counted before it is looked at."""
    user = factors.half_signed_in()
    if user is None:
        return _too_late()
    typed, signed = request.form.get("code", ""), request.form.get("signed", "")
    if not typed.strip() and not signed:
        return _page(user, gettext("Tippen Sie den Code ein.")), 422
    try:
        how = factors.prove(user, typed=typed, signed=signed)
    except TooManyAttempts as closed:
        return _page(user, too_many(closed)), 429, waiting(closed)
    if not how:
        return _page(user, _wrong(signed)), 422
    if not factors.half_end():  # another request was faster
        return _too_late()
    answer = finish(user)
    if how == "recovery_code":  # said in the session that has just begun
        _say_how_many_are_left(user)
    return answer


@pages.post("/challenge")
@public
def challenge() -> Any:
    """What a passkey is to sign."""
    user = factors.half_signed_in()
    if user is None or not passkeys.possible():
        abort(403)
    return current_app.response_class(passkeys.ask(user), mimetype="application/json")


def _page(user: User, error: str = "") -> str:
    return render_template(
        "sign_in/second.html",
        error=error,
        app=time_code_of(user.id) is not None,
        passkey=bool(passkeys_of(user.id)) and passkeys.possible(),
    )


def _too_late() -> Any:
    flash(gettext("Die Anmeldung hat zu lange gedauert. Beginnen Sie nochmals."), "bad")
    return redirect(url_for("sign_in.show"))


def _wrong(signed: str) -> str:
    if signed:
        return gettext(
            "Dieser Passkey wurde nicht angenommen. Versuchen Sie es nochmals, oder nehmen Sie einen "
            "Code."
        )
    return gettext(
        "Dieser Code passt nicht oder ist schon gebraucht. Warten Sie auf den nächsten Code der App."
    )


def _say_how_many_are_left(user: User) -> None:
    number = recovery_codes.left(user)
    flash(
        ngettext(
            "Sie haben einen Wiederherstellungscode gebraucht; %(num)s ist noch gültig. Im eigenen "
            "Konto machen Sie neue.",
            "Sie haben einen Wiederherstellungscode gebraucht; %(num)s sind noch gültig. Im eigenen "
            "Konto machen Sie neue.",
            number,
        )
    )
