"""What people read when a request was not one of theirs, or came too late to be run."""

from typing import Any

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from intake import acting, keeping
from intake.errors import page, page_to_open, safely, sign_in_first, typed_again
from intake.forgery import FromElsewhere, OfAnotherPlace, Outlived, Unsigned
from intake.keeping import typed


def register(app: Flask) -> None:
    """Attach the pages for what the guard refuses."""
    app.register_error_handler(FromElsewhere, safely(_from_elsewhere))
    app.register_error_handler(Unsigned, safely(_unsigned))
    app.register_error_handler(Outlived, safely(_outlived))
    app.register_error_handler(OfAnotherPlace, safely(_of_another_place))


def _from_elsewhere(_error: FromElsewhere) -> Any:
    sentence = gettext(
        "Das hat eine andere Website verlangt, nicht Sie. Es ist nichts geschehen. Was Sie tun "
        "wollten, tun Sie hier auf der Seite selbst."
    )
    return page(403, sentence)


def _unsigned(_error: Unsigned) -> Any:
    """Nothing that came with it is shown or kept: nobody knows who wrote it."""
    if request.endpoint == "sign_in.enter":
        return _sign_in_again()
    if not current_user.is_authenticated and not _is_public():
        return sign_in_first()
    sentence = gettext(
        "Das kam nicht von einer Seite, die Sie hier geöffnet haben. Es ist nichts geschehen: "
        "Öffnen Sie die Seite nochmals."
    )
    return page(400, sentence)


def _outlived(error: Outlived) -> Any:
    """What its own person typed waits for them; who else is signed in here sees nothing of it."""
    if request.endpoint == "sign_in.enter":
        return _sign_in_again()
    onward = page_to_open(error.token.page)
    if not current_user.is_authenticated and not _is_public():
        held = keeping.hold(error.token, onward)
        return render_template("sign_in/show.html", next=onward, held=held), 401
    if error.token.user_id and error.token.user_id == _user() and keeping.hold(error.token, onward):
        return redirect(onward, code=303)
    sentence = gettext(
        "Diese Seite war zu lange offen, oder inzwischen hat sich hier jemand neu angemeldet. Es "
        "ist nichts geschehen: Öffnen Sie die Seite nochmals."
    )
    return page(400, sentence)


def _sign_in_again() -> Any:
    """Whoever is signed in already has no need to; else the page as new, with nothing in it."""
    if current_user.is_authenticated:
        return redirect(url_for("sign_in.home"))
    error = gettext("Die Seite war zu lange offen. Melden Sie sich nochmals an.")
    return render_template("sign_in/show.html", next="", error=error), 400


def _of_another_place(error: OfAnotherPlace) -> Any:
    place = acting.called(error.token.organisation_id)
    if place is None:  # shown before it was chosen for whom
        sentence = gettext(
            "Diese Seite war zu lange offen. Ihre Angaben sind noch da: Senden Sie sie nochmals."
        )
        return typed_again(400, sentence)
    if not acting.is_mine(place):
        sentence = gettext(
            "Dieses Formular gehörte zu %(place)s. Dort haben Sie keine Rolle mehr, und es wurde "
            "nichts gespeichert. Ihre Angaben stehen unten.",
            place=place.name,
        )
        return render_template("errors/lost.html", sentence=sentence, typed=typed()), 409
    onward = request.full_path.rstrip("?")
    return render_template("errors/other.html", place=place, next=onward, typed=typed()), 409


def _user() -> int:
    return current_user.id if current_user.is_authenticated else 0


def _is_public() -> bool:
    view = current_app.view_functions[request.endpoint or ""]
    return getattr(view, "permission", None) is None
