"""What arrives is looked over before any page reads it: readable, named as ours, nothing missing.

A text that no database keeps (NUL, half a letter) is refused in words, with what was typed. What is
missing in a request is not empty: a view that reads a field which did not arrive refuses it.
"""

import re
from collections.abc import Iterable
from typing import Any

import flask
from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnprocessableEntity
from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

from intake.forms.arrived import Arrived
from intake.forms.base import StepForm
from intake.whole import LARGEST

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,120}")


class Request(flask.Request):
    """A request whose fields know that they came from a browser."""

    parameter_storage_class = Arrived


class Unreadable(UnprocessableEntity):
    """Something was typed that cannot be kept."""


class Incomplete(UnprocessableEntity):
    """A field of the form did not arrive; nothing was changed."""


class Key(IntegerConverter):
    """A key in an address; a number that no table can hold is no page."""

    regex = "[0-9]{1,10}"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **options})


class Name(UnicodeConverter):
    """A name in an address, of a length that names have."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"maxlength": 200, **options})

    def to_python(self, value: str) -> str:
        """The name; one with what cannot be read is no page."""
        if _UNREADABLE.search(value):
            raise ValidationError
        return value


def register(app: flask.Flask) -> None:
    """Look over every request of an app, before its first page is made."""
    app.url_map.converters.update(int=Key, default=Name, string=Name)
    app.before_request(_look_over)


def readable(text: str) -> str:
    """A text without what cannot be kept."""
    return _UNREADABLE.sub("", text)


def _look_over() -> None:
    _refuse_odd_names([*request.args, *request.form, *request.files])
    if any(map(_UNREADABLE.search, _values(request.args))):
        raise BadRequest
    names = [file.filename or "" for file in request.files.values()]
    if any(map(_UNREADABLE.search, [*_values(request.form), *names])):
        raise Unreadable


def _values(fields: MultiDict[str, str]) -> Iterable[str]:
    return (value for _name, values in fields.lists() for value in values)


def _refuse_odd_names(names: list[str]) -> None:
    """No field of ours is called so."""
    if not all(map(_NAME.fullmatch, names)):
        raise BadRequest


def arrived(name: str) -> str:
    """What was typed into a field that the page has. Raises Incomplete if it did not arrive."""
    if name not in request.form:
        raise Incomplete
    return request.form[name]


def whole_form(form: StepForm, section: str = "") -> None:
    """Nothing of a form that is kept as it is typed is missing. Raises Incomplete."""
    if form.missing(section, needed=True):
        raise Incomplete


def pressed(*names: str) -> str:
    """Which of the page's buttons was pressed. Raises Incomplete if none arrived."""
    for name in names:
        if name in request.form:
            return name
    raise Incomplete


def ticked(name: str) -> bool:
    """Whether a box was ticked. Raises Incomplete if the page did not ask."""
    if not request.form.has(name):  # type: ignore[attr-defined]
        raise Incomplete
    return name in request.form
