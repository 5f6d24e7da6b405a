"""One's own account: language, single keys, password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import accounts, keeping, passwords, sessions
from intake.arriving import arrived, ticked
from intake.guessing import TooManyAttempts
from intake.keeping import keeps
from intake.permissions import Permission, requires
from intake.views.sign_in import too_many, waiting

pages = Blueprint("account", __name__, url_prefix="/account")


@pages.get("")
@requires(Permission.OWN_ACCOUNT)
def show() -> Any:
    """What is known of oneself, and what one may change."""
    return _page()


@pages.post("")
@requires(Permission.OWN_ACCOUNT)
@keeps("phone", "function")
def change() -> Any:
    """Single keys, telephone, function."""
    accounts.set_preferences(
        current_user,
        shortcuts=ticked("shortcuts"),
        phone=arrived("phone")[:30],
        function=arrived("function")[:60],
    )
    flash(gettext("Gespeichert."))
    return redirect(url_for("account.show"))


@pages.post("/password")
@requires(Permission.OWN_ACCOUNT)
def password() -> Any:
    """A new password; other sessions end."""
    new = request.form.get("new_password", "")
    old = request.form.get("old_password", "")
    if error := passwords.wrong_with(new, current_user):
        return _page(error), 422
    this = sessions.current()
    try:
        changed = accounts.change_password(current_user, old, new, session_id=this.id)
    except TooManyAttempts as closed:
        return _page(too_many(closed), field="old_password"), 429, waiting(closed)
    if not changed:
        error = gettext("Das bisherige Passwort stimmt nicht.")
        return _page(error, field="old_password"), 422
    sessions.renew()
    flash(gettext("Ihr Passwort ist geändert."))
    return redirect(url_for("account.show"))


@pages.post("/held/discard")
@requires(Permission.OWN_ACCOUNT)
def discard() -> Any:
    """What waits for a page since a session was over is not wanted any more."""
    page = keeping.discard(arrived("page"))
    flash(gettext("Verworfen.") if page else gettext("Da wartet nichts mehr."))
    return redirect(page or url_for("account.show"))


@pages.post("/sessions/<int:session_id>/end")
@requires(Permission.OWN_ACCOUNT)
def end_session(session_id: int) -> Any:
    """Sign oneself out in one other browser."""
    if session_id == sessions.current().id or not sessions.end(session_id):
        flash(gettext("Diese Sitzung ist schon beendet."))
    else:
        flash(gettext("In diesem Browser sind Sie abgemeldet."))
    return redirect(url_for("account.show"))


@pages.post("/sessions/end")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> Any:
    """Sign oneself out everywhere else."""
    sessions.end_others()
    flash(gettext("Sie sind überall abgemeldet, nur hier nicht."))
    return redirect(url_for("account.show"))


def _page(error: str = "", field: str = "new_password") -> str:
    return render_template(
        "account/show.html",
        error=error,
        field=field,
        sessions=sessions.mine(),
        this=sessions.current(),
    )
