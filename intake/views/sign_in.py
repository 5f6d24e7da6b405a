"""Sign in and out, forgotten passwords, invitations; in the demo one click signs in."""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext, ngettext
from flask_login import current_user

from intake import accounts, acting, factors, keeping, known_browsers, passwords, sessions
from intake.demo.people import PERSONAS
from intake.demo.stories import WHAT
from intake.guessing import TooManyAttempts
from intake.navigation import first_page
from intake.permissions import Permission, public, requires
from models.people import User, user_by_email
from models.second_factors import has_factor
from workflows.links import owner_of_link

pages = Blueprint("sign_in", __name__)


@pages.get("/")
@public
def home() -> Any:
    """Where the day begins."""
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.show"))
    return redirect(first_page(current_user))


@pages.get("/sign-in")
@public
def show() -> Any:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(url_for("sign_in.home"))
    return render_template(
        "sign_in/show.html",
        next=request.args.get("next", ""),
        email=session.pop("just_set", ""),
        personas=_personas(),
    )


@pages.post("/sign-in")
@public
def enter() -> Any:
    """Check address and password; then to the page that was asked for."""
    onward = request.args.get("next", "")
    email = request.form.get("sign_in_email", "")
    try:
        user = accounts.sign_in(email, request.form.get("sign_in_password", ""))
    except TooManyAttempts as closed:
        return _again(too_many(closed), 429, closed)
    if user is None:
        error = gettext("E-Mail und Passwort passen nicht zusammen. Prüfen Sie beide.")
        return _again(error, 422)
    onward = onward if is_ours(onward) else ""
    if has_factor(user.id):
        factors.half_begin(user, onward)
        return redirect(url_for("second_step.show"), code=303)
    _begin(user)
    factors.password_typed()
    return redirect(keeping.lead(user, onward) or first_page(user), code=303)


@pages.post("/sign-in/as")
@public
def enter_as() -> Any:
    """The demo's one click. Refused anywhere but in a demo."""
    if current_app.extensions["intake"].environment != "demo":
        abort(404)
    user = user_by_email(request.form.get("email", ""))
    if user is None or user.email not in {persona.email for persona in PERSONAS}:
        abort(404)
    _begin(user)
    return redirect(keeping.lead(user, "") or first_page(user))


@pages.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def leave() -> Any:
    """End the session."""
    sessions.leave()
    flash(gettext("Sie sind abgemeldet."))
    answer = make_response(redirect(url_for("sign_in.show")))
    answer.headers["Clear-Site-Data"] = (
        '"cache", "storage"'  # what the browser still shows of pages
    )
    return answer


@pages.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> Any:
    """Mail a link; the answer is the same whether the address is known or not."""
    if request.method == "POST":
        email = request.form.get("sign_in_email", "")
        try:
            accounts.ask_for_reset(email)
        except TooManyAttempts as closed:
            page = render_template("sign_in/forgotten.html", error=too_many(closed), email=email)
            return page, 429, waiting(closed)
        flash(gettext("Wenn es diese Adresse gibt, ist eine Mail unterwegs."))
        return redirect(url_for("sign_in.show"))
    return render_template("sign_in/forgotten.html")


@pages.route("/password/<secret>", methods=["GET", "POST"])
@public
def password(secret: str) -> Any:
    """Set a password by a mailed link."""
    owner = owner_of_link(secret)
    if owner is None:
        return render_template("sign_in/link_used.html"), 410
    error = ""
    if request.method == "POST":
        chosen = request.form.get("sign_in_password", "")
        error = passwords.wrong_with(chosen, owner)
        if not error:
            if accounts.set_password(secret, chosen) is None:  # somebody was faster
                return render_template("sign_in/link_used.html"), 410
            known_browsers.remember(owner.id)
            flash(gettext("Ihr Passwort ist gesetzt. Melden Sie sich damit an."))
            session["just_set"] = owner.email
            return redirect(url_for("sign_in.show"))
    page = render_template("sign_in/password.html", owner=owner, error=error)
    return page, 422 if error else 200


@pages.post("/language")
@public
def language() -> Any:
    """German or English, for this session and, signed in, for good."""
    chosen = request.form.get("locale", "")
    if chosen not in ("de", "en"):
        abort(400)
    session["locale"] = chosen
    if current_user.is_authenticated:
        accounts.set_locale(current_user, chosen)
    onward = request.form.get("next", "")
    return redirect(onward if is_ours(onward) else url_for("sign_in.home"))


def finish(user: User) -> Any:
    """The second factor was right too: a fresh session, and to the page that was asked for."""
    onward = factors.half_onward()
    _begin(user, proved=True)
    factors.password_typed()
    return redirect(keeping.lead(user, onward) or first_page(user), code=303)


def _begin(user: User, *, proved: bool = False) -> None:
    """A fresh session: no form from before it is taken."""
    sessions.begin(user, proved=proved)
    acting.begin(user)


def too_many(closed: TooManyAttempts) -> str:
    """For how long one has to wait, and what one can do instead."""
    return ngettext(
        "Zu viele Versuche mit dieser Adresse. Versuchen Sie es in einer Minute nochmals.",
        "Zu viele Versuche mit dieser Adresse. Versuchen Sie es in %(num)s Minuten nochmals.",
        closed.minutes,
    )


def waiting(closed: TooManyAttempts) -> dict[str, str]:
    """The header that says the same to a program."""
    return {"Retry-After": str(closed.minutes * 60)}


def _again(error: str, code: int, closed: TooManyAttempts | None = None) -> Any:
    """The sign-in page once more, with the address that was typed."""
    page = render_template(
        "sign_in/show.html",
        next=request.args.get("next", ""),
        email=request.form.get("sign_in_email", ""),
        error=error,
        personas=_personas(),
    )
    return page, code, waiting(closed) if closed else {}


def is_ours(url: str) -> bool:
    """Whether an address leads to a page of ours."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isprintable() and url.startswith("/") and not url.startswith(("//", "/\\"))
    return plain and not parts.netloc


def _personas() -> Any:
    if current_app.extensions["intake"].environment != "demo":
        return []
    return [(persona, WHAT[persona.what]) for persona in PERSONAS if persona.what]
