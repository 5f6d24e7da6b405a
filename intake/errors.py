"""What people read when something does not work: a sentence on what to do, and nothing lost."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from intake import acting, forgery
from intake.keeping import typed
from intake.printer import NotPrinted
from intake.store import NotReadable
from models.people import administrators
from models.session import db
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


Handler = Callable[[Any], Any]


def register(app: Flask) -> None:
    """Attach the pages for every kind of error."""
    handlers: dict[Any, Handler] = {
        401: sign_in_first,
        HTTPException: _http,
        ParseException: lambda _e: page(400),  # met where the body of a request is read
        NotFound: lambda _e: page(404),
        NotReadable: lambda _e: page(409, _not_readable()),
        NotAllowed: lambda _e: page(403),
        Collision: lambda _e: typed_again(409, _meanwhile()),
        NotPossibleNow: lambda _e: typed_again(409, _not_now()),
        NothingToUndo: _nothing_to_undo,
        StepFailed: _step_failed,
        WorkflowError: lambda _e: page(400),
        NotPrinted: _not_printed,
        Exception: unexpected,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, safely(handler))


def safely(handler: Handler) -> Handler:
    """The page of a handler; one that needs nothing if even that page cannot be made."""

    @wraps(handler)
    def made(error: Any) -> Any:
        try:
            return handler(error)
        except Exception as failure:
            log.exception("no page for the error: %s", type(failure).__name__)
            let_go()
            return _bare(error.code if isinstance(error, HTTPException) else 500)

    return made


def let_go() -> None:
    """The connection may be what is broken; the next request gets another."""
    try:
        db.remove()
    except Exception as failure:
        log.error("the database does not let go: %s", type(failure).__name__)


def _bare(code: int | None) -> Response:
    """Asks nobody who reads it and nothing of the database, of templates or of catalogues."""
    page_ = (
        '<!doctype html>\n<html lang="de"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Störung – Intake</title></head><body><main><h1>Etwas ist schiefgegangen</h1>"
        "<p>Laden Sie die Seite in einer Minute nochmals. Hilft das nicht, melden Sie es der "
        'Administration.</p><p lang="en">Something went wrong. Load the page again in a minute. If '
        "that does not help, tell your administration.</p>"
        '<p><a href="/">Intake</a></p></main></body></html>\n'
    )
    return Response(page_, code or 500, mimetype="text/html")


def sign_in_first(_error: object = None) -> Any:
    """To the sign-in page, and from there to the page that was asked for; nothing is sent again."""
    if request.method in forgery.SAFE:
        return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")))
    return render_template("sign_in/show.html", next=page_to_open()), 401


def page_to_open(shown: str = "") -> str:
    """The address of this request if it can be opened; else where its form was, or a page above."""
    urls = current_app.url_map.bind("localhost")
    if urls.test(request.path, "GET"):
        return request.full_path.rstrip("?")
    return shown if shown and urls.test(shown, "GET") else _page_above(request.path)


def choose_first() -> Any:
    """Instead of a page for whoever acts for nobody: to the choice; what was typed waits there."""
    onward = request.full_path.rstrip("?")
    if request.method in forgery.SAFE:
        return redirect(url_for("acting.show", next=onward))
    choice = render_template(
        "acting/show.html", next=onward, typed=typed(), administrators=administrators()
    )
    return choice, 409


def typed_again(code: int, sentence: str) -> Any:
    """A page that says what happened, and lets what was typed be sent again by hand."""
    return render_template("errors/again.html", sentence=sentence, typed=typed()), code


def typed_for_another(onward: str) -> Any:
    """What was typed for a page before its organisation was chosen, to be sent there by hand."""
    sentence = gettext("Ihre Angaben sind noch da: Senden Sie sie nochmals.")
    return render_template("errors/again.html", sentence=sentence, typed=typed(onward), next=onward)


def _meanwhile() -> str:
    return gettext("Der Fall hat sich in der Zwischenzeit geändert. Ihre Angaben sind noch da.")


def _not_now() -> str:
    return gettext("Das ist bei diesem Stand des Falls nicht möglich. Ihre Angaben sind noch da.")


def _nothing_to_undo(_error: NothingToUndo) -> Any:
    flash(
        gettext("Der Schritt lässt sich nicht mehr rückgängig machen: Es ist schon weitergegangen.")
    )
    return redirect(page_to_open() or url_for("sign_in.home"))


def _step_failed(error: StepFailed) -> Any:
    log.error("step failed", extra={"element": error.element})
    sentence = gettext(
        "Der Ablauf konnte bei «%(element)s» nicht weitergehen. Der Fall steht, wo er stand, und "
        "Ihre Angaben sind noch da. Melden Sie es der Administration.",
        element=error.element,
    )
    return typed_again(500, sentence)


def _http(error: HTTPException) -> Any:
    if (
        error.code == 405
        and request.method in forgery.SAFE
        and (above := _page_above(request.path))
    ):
        return redirect(above)  # the address of a form that was refused, opened again
    return page(error.code or 500)


def _not_printed(_error: NotPrinted) -> Any:
    sentence = gettext(
        "Das ist zu lang für ein PDF. Drucken Sie die Seite mit Ihrem Browser, oder kürzen Sie den Text."
    )
    return page(422, sentence)


def _page_above(path: str) -> str:
    """The nearest page above an address that can only be sent to."""
    urls = current_app.url_map.bind("localhost")
    while path := path.rpartition("/")[0]:
        if urls.test(path, "GET"):
            return path
    return ""


def unexpected(error: Exception) -> Any:
    """What nobody has foreseen; what was typed is still there."""
    log.exception("unexpected error: %s", type(error).__name__)
    return typed_again(500, gettext("Etwas ist schiefgegangen. Versuchen Sie es nochmals."))


def _not_readable() -> str:
    return gettext("Dieses Dokument wird noch auf Viren geprüft. Versuchen Sie es später nochmals.")


def page(code: int, sentence: str = "") -> Any:
    """A page of one sentence; without one, that of the code."""
    sentences = {
        400: gettext("Diese Anfrage ist so nicht möglich."),
        403: gettext("Das ist nicht für Sie freigegeben."),
        404: gettext("Diese Seite gibt es nicht, oder sie ist nicht für Sie freigegeben."),
        405: gettext("So lässt sich diese Seite nicht aufrufen."),
        429: gettext("Zu viele Versuche. Warten Sie eine Viertelstunde."),
    }
    wrong = gettext("Etwas ist schiefgegangen. Versuchen Sie es nochmals.")
    sentence = sentence or sentences.get(code, wrong)
    signed_in = getattr(current_user, "is_authenticated", False)
    others = acting.others() if signed_in and code in (403, 404) else []
    made = render_template("errors/plain.html", sentence=sentence, code=code, others=others)
    return made, code
