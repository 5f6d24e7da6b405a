"""What people see: Flask pages and WTForms forms over the desk."""

import json
import secrets
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, request, session, url_for
from flask_babel import Babel, get_locale
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from intake import (
    acting,
    arriving,
    bodies,
    enrolment,
    errors,
    forgery,
    keeping,
    monitoring,
    navigation,
    refusals,
    sessions,
    unkept,
    wording,
)
from intake.config import Config
from intake.permissions import Permission, may
from models.base import now, today
from models.session import connect

#: The files of intake/views that hold pages.
PAGES = (
    "account",
    "acting",
    "board",
    "cases",
    "deadlines",
    "documents",
    "drafts",
    "examples",
    "factors",
    "incidents",
    "mentors",
    "moves",
    "operation",
    "organisations",
    "people",
    "places",
    "processes",
    "programs",
    "questions",
    "rehearsals",
    "releases",
    "role_requests",
    "second_step",
    "security",
    "setup",
    "sign_in",
    "tasks",
    "tryout",
    "waiting_list",
    "workbench",
)
LOCALES = ("de", "en")
STATIC = Path(__file__).parent / "static" / "gen"


def create_app(config: Config, engine: sa.Engine | None = None) -> Flask:
    """The web application for checked settings; with an engine the database is open already."""
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    app.url_map.merge_slashes = False  # it would lead on to whatever Host a request names
    app.config.update(
        SECRET_KEY=config.secret_key,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        BABEL_DEFAULT_LOCALE="de",
    )
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    app.extensions["intake"] = config
    app.extensions["engine"] = engine or connect(config.database_url)
    app.teardown_appcontext(lambda _error: errors.let_go())
    forgery.keep_out(app)
    bodies.register(app)
    forgery.guard(app)
    arriving.register(app)
    Babel(app, locale_selector=_locale, timezone_selector=lambda: "Europe/Zurich")
    sessions.register(app, config)
    keeping.register(app)
    enrolment.register(app)
    _templates(app, config)
    app.after_request(_headers)
    monitoring.watch(app)
    errors.register(app)
    refusals.register(app)
    unkept.register(app)
    _blueprints(app)
    return app


def _blueprints(app: Flask) -> None:
    for name in PAGES:
        app.register_blueprint(import_module(f"intake.views.{name}").pages)
    app.register_blueprint(monitoring.pages)


def _locale() -> str:
    if getattr(current_user, "is_authenticated", False) and current_user.locale:
        return str(current_user.locale)
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    return request.accept_languages.best_match(LOCALES) or "de"


def _headers(response: Response) -> Response:
    """What the browser may do with a page: only what comes from here, and keep nothing."""
    policy = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    if g.get("inline_styles"):
        policy += "; style-src-attr 'unsafe-inline'"
    response.headers.setdefault("Content-Security-Policy", policy)  # files are sealed already
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    return found


def _templates(app: Flask, config: Config) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def asset(name: str) -> str:
        return url_for("static", filename=_manifest()[name])

    @app.context_processor
    def words() -> dict[str, Any]:
        return {
            "asset": asset,
            "acting": acting,
            "config_": config,
            "wording": wording,
            "ways": navigation.ways,
            "may": may,
            "Permission": Permission,
            "locale": str(get_locale() or "de"),
            "now": now,
            "today": today,
            "page_id": g.setdefault("page_id", secrets.token_hex(4)),
        }
