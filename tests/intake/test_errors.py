"""The page of an error needs nothing that may be what is broken."""

import pytest

import intake
from intake import errors
from models.session import db

PETRA = "p.beispiel@example.org"


@pytest.fixture
def broken(web, monkeypatch, request):
    """The application with one thing broken, and somebody signed in."""
    person = web.person(PETRA)

    def fail(*_args, **_options):
        raise RuntimeError("Geheimnis-Demo")

    if request.param == "database":
        engine = web.app.extensions["engine"]
        engine.dispose()
        monkeypatch.setattr(engine.pool, "connect", fail)
    elif request.param == "loader":
        monkeypatch.setattr(intake.acting, "set_for", fail)
    elif request.param == "templates":
        monkeypatch.setattr(web.app.jinja_env, "get_or_select_template", fail)
    elif request.param == "catalogue":
        monkeypatch.setattr(errors, "gettext", fail)
        monkeypatch.setattr(intake.views.tasks, "inbox", fail)
    elif request.param == "letting go":
        monkeypatch.setattr(intake.acting, "set_for", fail)
        monkeypatch.setattr(db, "remove", fail)
    return person


BROKEN = ("database", "loader", "templates", "catalogue", "letting go")


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_a_page_says_so_whatever_is_broken(broken):
    found = broken.client.get("/tasks")
    assert found.status_code == 500
    assert "Etwas ist schiefgegangen" in found.text
    assert "Something went wrong" in found.text
    assert "Geheimnis-Demo" not in found.text
    assert "default-src 'self'" in found.headers["Content-Security-Policy"]


FOREIGN = {"Origin": "https://evil.example.org"}


@pytest.mark.parametrize(
    ("broken", "method", "url", "headers", "code"),
    [
        ("templates", "GET", "/nirgends", {}, 404),
        ("templates", "PUT", "/tasks", {}, 405),
        ("templates", "POST", "/account", FOREIGN, 403),
        ("loader", "POST", "/account", FOREIGN, 403),
    ],
    indirect=["broken"],
)
def test_the_code_stays_that_of_the_error(broken, method, url, headers, code):
    found = broken.client.open(url, method=method, headers=headers)
    assert found.status_code == code
    assert "Something went wrong" in found.text
