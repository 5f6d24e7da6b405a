"""For which of one's organisations one acts: choose, and switch."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import acting
from intake.errors import typed_for_another
from intake.keeping import typed
from intake.permissions import Permission, requires
from intake.views.sign_in import is_ours
from intake.whole import key_of
from models.people import administrators

pages = Blueprint("acting", __name__, url_prefix="/acting")


@pages.get("")
@requires(Permission.OWN_ACCOUNT)
def show() -> Any:
    """One's organisations with the roles there; whom to ask if there is none."""
    if len(current_user.workplaces()) == 1:
        return redirect(url_for("sign_in.home"))
    return render_template(
        "acting/show.html", next=request.args.get("next", ""), administrators=administrators()
    )


@pages.post("")
@requires(Permission.OWN_ACCOUNT)
def choose() -> Any:
    """Act for one of them from now on; nothing that was typed before is sent by itself."""
    chosen = request.form.get("acting_for", "")
    try:
        acting.choose(current_user, key_of(chosen) or acting.NOBODY)
    except LookupError:
        flash(
            gettext("Dort haben Sie keine Rolle mehr. Wählen Sie eine andere Organisation."), "bad"
        )
        return redirect(url_for("acting.show"))
    onward = request.form.get("acting_next", "")
    onward = onward if is_ours(onward) else ""
    if onward and typed(onward):
        return typed_for_another(onward)
    return redirect(onward or url_for("sign_in.home"))
