"""Files that somebody gave us, sent as they are: saved or read as text, never shown as a page of ours."""

from typing import Any

from flask import Response, current_app
from werkzeug.utils import secure_filename

#: A browser that shows it all the same runs nothing of it and fetches nothing for it.
SEALED = "sandbox; default-src 'none'"


def sealed(response: Response) -> Response:
    """Let a browser do nothing with an answer but keep it."""
    response.headers["Content-Security-Policy"] = SEALED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.pop("Expires", None)  # `Cache-Control: no-store` says all
    return response


def drawing(text: str | bytes, name: str) -> Any:
    """A file of a drawing as plain text: XML may be a page, and SVG may hold a script."""
    response = current_app.response_class(text, mimetype="text/plain")
    response.headers.set(
        "Content-Disposition", "attachment", filename=secure_filename(name) or "drawing.bpmn"
    )
    return sealed(response)
