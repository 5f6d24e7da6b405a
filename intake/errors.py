"""What people read when something does not work: a sentence on what to do, and nothing lost."""

import logging
from typing import Any

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from intake import acting
from models.people import administrators
from workflows.errors import (
    Collision,
    NotAllowed,
    NotFound,
    NothingToUndo,
    NotPossibleNow,
    StepFailed,
    WorkflowError,
)

log = logging.getLogger(__name__)

#: Fields that are the frame's, not something a person typed.
_NOT_TYPED = frozenset(
    {"csrf_token", "sign_in_email", "sign_in_password", "acting_for", "acting_next"}
)


def register(app: Flask) -> None:
    """Attach the pages for every kind of error."""
    app.register_error_handler(401, sign_in_first)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, lambda _e: _page(404))
    app.register_error_handler(NotAllowed, lambda _e: _page(403))
    app.register_error_handler(Collision, lambda _e: _typed_again(409, _meanwhile()))
    app.register_error_handler(NotPossibleNow, lambda _e: _typed_again(409, _not_now()))
    app.register_error_handler(NothingToUndo, _nothing_to_undo)
    app.register_error_handler(StepFailed, _step_failed)
    app.register_error_handler(WorkflowError, lambda _e: _page(400))
    app.register_error_handler(Exception, _unexpected)


def typed() -> list[tuple[str, str]]:
    """What the person had typed into the form that could not be taken."""
    return [
        (name, value)
        for name, values in request.form.lists()
        if name not in _NOT_TYPED
        for value in values
    ]


def sign_in_first(_error: object = None) -> Any:
    """To the sign-in page; typed answers travel along and are sent again after it."""
    if request.method == "GET":
        return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")))
    page = render_template("sign_in/show.html", next=request.full_path.rstrip("?"), typed=typed())
    return page, 401


def choose_first() -> Any:
    """Instead of a page for whoever acts for nobody: to the choice; what was typed waits there."""
    onward = request.full_path.rstrip("?")
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("acting.show", next=onward))
    page = render_template(
        "acting/show.html", next=onward, typed=typed(), administrators=administrators()
    )
    return page, 409


def _form_expired(_error: CSRFError) -> Any:
    if not current_user.is_authenticated and request.endpoint != "sign_in.enter":
        return sign_in_first()
    place = acting.belongs_to() if current_user.is_authenticated else None
    if place is not None and not acting.is_mine(place):
        sentence = gettext(
            "Dieses Formular gehörte zu %(place)s. Dort haben Sie keine Rolle mehr, und es wurde "
            "nichts gespeichert. Ihre Angaben stehen unten.",
            place=place.name,
        )
        return render_template("errors/lost.html", sentence=sentence, typed=typed()), 409
    if place is not None and place.id != current_user.acting_for:
        onward = request.full_path.rstrip("?")
        return render_template("errors/other.html", place=place, next=onward, typed=typed()), 409
    sentence = gettext(
        "Diese Seite war zu lange offen. Ihre Angaben sind noch da: Senden Sie sie nochmals."
    )
    return _typed_again(400, sentence)


def _typed_again(code: int, sentence: str) -> Any:
    return render_template("errors/again.html", sentence=sentence, typed=typed()), code


def typed_for_another(onward: str) -> Any:
    """What was typed for a page before its organisation was chosen, to be sent there by hand."""
    sentence = gettext("Ihre Angaben sind noch da: Senden Sie sie nochmals.")
    return render_template("errors/again.html", sentence=sentence, typed=typed(), next=onward)


def _meanwhile() -> str:
    return gettext("Der Fall hat sich in der Zwischenzeit geändert. Ihre Angaben sind noch da.")


def _not_now() -> str:
    return gettext("Das ist bei diesem Stand des Falls nicht möglich. Ihre Angaben sind noch da.")


def _nothing_to_undo(_error: NothingToUndo) -> Any:
    flash(
        gettext("Der Schritt lässt sich nicht mehr rückgängig machen: Es ist schon weitergegangen.")
    )
    return redirect(request.referrer or url_for("sign_in.home"))


def _step_failed(error: StepFailed) -> Any:
    log.error("step failed", extra={"element": error.element})
    sentence = gettext(
        "Der Ablauf konnte bei «%(element)s» nicht weitergehen. Der Fall steht, wo er stand, und "
        "Ihre Angaben sind noch da. Melden Sie es der Administration.",
        element=error.element,
    )
    return _typed_again(500, sentence)


def _http(error: HTTPException) -> Any:
    if error.code == 405 and request.method == "GET" and (above := _page_above(request.path)):
        return redirect(above)  # the address of a form that was refused, opened again
    return _page(error.code or 500)


def _page_above(path: str) -> str:
    """The nearest page above an address that can only be sent to."""
    urls = current_app.url_map.bind("localhost")
    while path := path.rpartition("/")[0]:
        if urls.test(path, "GET"):
            return path
    return ""


def _unexpected(error: Exception) -> Any:
    log.exception("unexpected error: %s", type(error).__name__)
    return _typed_again(500, gettext("Etwas ist schiefgegangen. Versuchen Sie es nochmals."))


def _page(code: int) -> Any:
    sentences = {
        400: gettext("Diese Anfrage ist so nicht möglich."),
        403: gettext("Das ist nicht für Sie freigegeben."),
        404: gettext("Diese Seite gibt es nicht, oder sie ist nicht für Sie freigegeben."),
        405: gettext("So lässt sich diese Seite nicht aufrufen."),
        413: gettext("Das ist zu gross. Eine Datei darf höchstens 10 MB haben."),
        429: gettext("Zu viele Versuche. Warten Sie eine Viertelstunde."),
    }
    sentence = sentences.get(code, gettext("Etwas ist schiefgegangen. Versuchen Sie es nochmals."))
    signed_in = getattr(current_user, "is_authenticated", False)
    others = acting.others() if signed_in and code in (403, 404) else []
    page = render_template("errors/plain.html", sentence=sentence, code=code, others=others)
    return page, code
