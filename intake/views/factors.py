"""One's own second factors: app, passkeys, recovery codes; whose role needs one begins here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import factors, forgery, passkeys, recovery_codes, sessions, time_codes
from intake.guessing import TooManyAttempts
from intake.navigation import first_page
from intake.permissions import Permission, requires
from intake.views.sign_in import is_ours, too_many, waiting
from models.second_factors import Passkey, has_factor, own_passkey, passkeys_of, time_code_of

pages = Blueprint("factors", __name__, url_prefix="/account/factors")


def freshly(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only for who has typed the password a short while ago; others do it now and come back."""

    @wraps(view)
    def asked(*args: Any, **options: Any) -> Any:
        if factors.password_is_fresh():
            return view(*args, **options)
        back = request.path if request.method in forgery.SAFE else url_for("factors.index")
        return redirect(url_for("factors.password", next=back))

    return asked


@pages.get("")
@requires(Permission.OWN_ACCOUNT)
def index() -> Any:
    """What one has, and what one can add."""
    return render_template(
        "factors/index.html",
        app=time_code_of(current_user.id),
        passkeys=passkeys_of(current_user.id),
        possible=passkeys.possible(),
        left=recovery_codes.left(current_user),
        put_away=recovery_codes.are_put_away(current_user),
        must=factors.must_have(current_user),
    )


@pages.route("/password", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def password() -> Any:
    """Ask for the password once more before something about the factors changes."""
    onward = request.args.get("next", "")
    onward = onward if is_ours(onward) else url_for("factors.index")
    if request.method != "POST":
        return render_template("factors/password.html", error="")
    try:
        good = factors.password_again(current_user, request.form.get("password", ""))
    except TooManyAttempts as closed:
        page = render_template("factors/password.html", error=too_many(closed))
        return page, 429, waiting(closed)
    if good:
        return redirect(onward)
    error = gettext("Das Passwort stimmt nicht.")
    return render_template("factors/password.html", error=error), 422


@pages.route("/app", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
@freshly
def app() -> Any:
    """Show a secret to an app, and keep it once the app shows its code."""
    if request.method != "POST":
        return _app(time_codes.offer(current_user))
    sealed = request.form.get("offered", "")
    secret = time_codes.offered(current_user, sealed)
    if secret is None:
        error = gettext("Die Seite war zu lange offen. Richten Sie die App mit dem neuen Bild ein.")
        return _app(time_codes.offer(current_user), error), 422
    first = not has_factor(current_user.id)
    try:
        factors.count_guess(current_user)
    except TooManyAttempts as closed:
        return _app(sealed, too_many(closed)), 429, waiting(closed)
    if not time_codes.take_into_use(current_user, secret, request.form.get("code", "")):
        error = gettext(
            "Dieser Code passt nicht. Tippen Sie den Code ein, den die App gerade zeigt; stimmt die "
            "Uhr des Telefons?"
        )
        return _app(sealed, error), 422
    return _added(first, gettext("Die App ist eingerichtet."))


@pages.route("/app/remove", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
@freshly
def remove_app() -> Any:
    """Take the app away, after asking."""
    if time_code_of(current_user.id) is None:
        return redirect(url_for("factors.index"))
    if request.method != "POST":
        return render_template("factors/remove_app.html")
    try:
        factors.remove_app(current_user)
    except factors.LastFactor:
        return _last()
    flash(gettext("Die App gilt nicht mehr."))
    return redirect(url_for("factors.index"))


@pages.route("/passkeys/new", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
@freshly
def add_passkey() -> Any:
    """A new passkey, made by the browser."""
    if not passkeys.possible():
        return redirect(url_for("factors.index"))
    name = request.form.get("name", "")
    if request.method != "POST":
        return render_template("factors/passkey.html", error="", name=_device())
    first = not has_factor(current_user.id)
    try:
        passkeys.add(current_user, request.form.get("signed", ""), name)
    except passkeys.NotAccepted:
        error = gettext("Der Passkey wurde nicht angenommen. Versuchen Sie es nochmals.")
        return render_template("factors/passkey.html", error=error, name=name), 422
    return _added(first, gettext("Der Passkey ist eingerichtet."))


@pages.post("/passkeys/challenge")
@requires(Permission.OWN_ACCOUNT)
@freshly
def challenge() -> Any:
    """What a device needs to make a passkey."""
    if not passkeys.possible():
        abort(404)
    options = passkeys.ask_for_new(current_user)
    return current_app.response_class(options, mimetype="application/json")


@pages.route("/passkeys/<int:passkey_id>", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def passkey(passkey_id: int) -> Any:
    """One passkey: call it otherwise, or take it away."""
    row = _own(passkey_id)
    if request.method != "POST":
        return render_template("factors/rename.html", row=row, error="")
    if not factors.rename_passkey(current_user, row.id, request.form.get("name", "")):
        error = gettext("Geben Sie dem Passkey einen Namen.")
        return render_template("factors/rename.html", row=row, error=error), 422
    flash(gettext("Gespeichert."))
    return redirect(url_for("factors.index"))


@pages.post("/passkeys/<int:passkey_id>/remove")
@requires(Permission.OWN_ACCOUNT)
@freshly
def remove_passkey(passkey_id: int) -> Any:
    """Take a passkey away."""
    try:
        factors.remove_passkey(current_user, _own(passkey_id).id)
    except factors.LastFactor:
        return _last()
    flash(gettext("Der Passkey gilt nicht mehr."))
    return redirect(url_for("factors.index"))


@pages.route("/codes", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
@freshly
def codes() -> Any:
    """Ten new recovery codes; they are seen here and never again."""
    if not has_factor(current_user.id):
        return redirect(url_for("factors.index"))
    made = recovery_codes.renew(current_user) if request.method == "POST" else []
    return render_template("factors/codes.html", codes=made)


@pages.post("/codes/kept")
@requires(Permission.OWN_ACCOUNT)
def kept() -> Any:
    """The codes are put away; whoever had to begin with this goes on to the day's work."""
    waited = factors.must_have(current_user) and not factors.is_complete(current_user)
    recovery_codes.put_away(current_user)
    flash(gettext("Ihr zweiter Faktor ist eingerichtet."))
    return redirect(first_page(current_user) if waited else url_for("factors.index"))


def _app(sealed: str, error: str = "") -> str:
    secret = time_codes.offered(current_user, sealed) or ""
    return render_template(
        "factors/app.html",
        error=error,
        offered=sealed,
        secret=time_codes.in_fours(secret),
        picture=time_codes.picture(current_user, secret),
        replaces=time_code_of(current_user.id) is not None,
    )


def _added(first: bool, sentence: str) -> Any:
    """After the first factor come the codes; every other browser signs in anew, with the factor."""
    factors.begin_to_use(current_user)
    flash(sentence)
    return redirect(url_for("factors.codes" if first else "factors.index"))


def _own(passkey_id: int) -> Passkey:
    return own_passkey(current_user.id, passkey_id) or abort(404)


def _last() -> Any:
    flash(
        gettext(
            "Ihre Rolle verlangt einen zweiten Faktor. Richten Sie zuerst einen anderen ein, dann "
            "können Sie diesen wegnehmen."
        ),
        "bad",
    )
    return redirect(url_for("factors.index"))


def _device() -> str:
    return sessions.device(request.user_agent.string)
