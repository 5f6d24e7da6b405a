"""What a request brings along: bounded before it is read, by who sends it and what it is."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Flask, current_app, render_template, request
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from intake import arriving, forgery
from intake.errors import page_to_open, safely, sign_in_first
from workflows import bounds

_MULTIPART, _TYPED = "multipart/form-data", "application/x-www-form-urlencoded"
#: Below this a file of a request stays in memory.
_SMALL = 512 * 1024


def register(app: Flask) -> None:
    """Bound every request; before the guard, which reads what was sent."""
    app.request_class = Bounded
    app.config.update(
        MAX_CONTENT_LENGTH=bounds.REQUEST,
        MAX_FORM_MEMORY_SIZE=bounds.FORM_TEXT,
        MAX_FORM_PARTS=bounds.FORM_FIELDS,
    )
    app.before_request(_bound)
    app.register_error_handler(RequestEntityTooLarge, safely(_too_large))


class Counted(FormDataParser):
    """Fields are counted before any of them is kept; the library counts those of multipart only."""

    def _parse_urlencoded(self, stream: IO[bytes], *others: Any) -> Any:
        data = stream.read(bounds.FORM_TEXT + 1)
        most = self.max_form_parts
        if len(data) > bounds.FORM_TEXT or (most is not None and data.count(b"&") >= most):
            raise RequestEntityTooLarge
        with SpooledTemporaryFile(max_size=len(data) + 1) as counted:
            counted.write(data)
            counted.seek(0)
            parsed = super()._parse_urlencoded(counted, *others)  # type: ignore[arg-type]
        return (stream, *parsed[1:])


class Shortened(SpooledTemporaryFile[bytes]):
    """A file that is kept to one byte above its bound, so that its field can say that it is too large."""

    def __init__(self, most: int) -> None:
        super().__init__(max_size=_SMALL, mode="rb+")
        self._room = most + 1

    def write(self, data: Any) -> int:
        """All is taken, what is too much is dropped."""
        super().write(data[: self._room])
        self._room -= min(len(data), self._room)
        return len(data)


class Bounded(arriving.Request):
    """A request whose fields are counted and whose files are cut, not refused with all that was typed."""

    form_data_parser_class = Counted

    def _get_file_stream(self, *_about: Any, **_more: Any) -> IO[bytes]:
        largest: int = current_app.extensions["intake"].largest_file
        return Shortened(max(largest, bounds.ZIP))  # type: ignore[return-value]


def _bound() -> None:
    """The largest body that a request of this kind and of this person can have."""
    if request.method in forgery.SAFE or not current_user.is_authenticated:
        request.max_content_length = bounds.OPEN_BODY
        request.max_form_parts = bounds.OPEN_FIELDS
    elif request.mimetype == _TYPED:
        request.max_content_length = bounds.FORM_TEXT
    elif request.mimetype != _MULTIPART:
        request.max_content_length = bounds.PICTURE


def _too_large(_error: RequestEntityTooLarge) -> Any:
    """The bound, and the way back to where what was typed still stands."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not current_user.is_authenticated and getattr(view, "permission", None) is not None:
        return sign_in_first()
    largest = current_app.extensions["intake"].largest_file // bounds.MB
    made = render_template("errors/too_large.html", back=page_to_open(), largest=largest)
    return made, 413
