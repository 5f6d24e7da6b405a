"""Where each answer of a form is read: what would break if a question or a choice went away."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from intake import known_words
from intake.forms import REGISTRY
from intake.permissions import Permission, requires
from intake.questions import NoSuchQuestion, choices_of, readings
from intake.readers import names_of, readers

pages = Blueprint("questions", __name__, url_prefix="/workbench/questions")


@pages.get("")
@requires(Permission.DRAW)
def index() -> Any:
    """Every form with its questions."""
    forms = [
        (key, known_words.form_title(key), [_row(key, q) for q in REGISTRY[key]()._fields.values()])
        for key in sorted(REGISTRY, key=known_words.form_title)
    ]
    return render_template("questions/index.html", forms=forms)


def _row(key: str, question: Any) -> dict[str, Any]:
    name = f"{key}.{question.name}"
    routed = [n for n in names_of(name) if n != name] or question.name in REGISTRY[key].routes
    return {
        "name": name,
        "label": question.label.text,
        "choices": len(choices_of(question)),
        "routed": bool(routed),
        "read": [str(reader.words) for reader, _values in readers(name)],
    }


@pages.get("/<question>")
@requires(Permission.DRAW)
def show(question: str) -> Any:
    """What reads one question, or one of its choices."""
    choice = request.args.get("choice", "")
    try:
        found = readings(question, choice)
    except NoSuchQuestion:
        abort(404)
    words = dict(found.choices)
    return render_template(
        "questions/show.html",
        found=found,
        form=known_words.form_title(question.partition(".")[0]),
        choice=choice,
        said=lambda values: "; ".join(words.get(str(v), str(v)) for v in values),
        known_words=known_words,
        what=gettext("«%(choice)s»", choice=words[choice]) if choice else "",
    )
