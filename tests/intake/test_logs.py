"""Nothing that people type or search is in any log line: a journey with marker names, both formats."""

import io
import logging
import re
import warnings

import pytest
import sqlalchemy as sa

from intake.gunicorn import Lines
from intake.logs import JsonLines, TextLines
from models.session import db
from tests.house.test_house import ROOT

PETRA, ANNA = "p.beispiel@example.org", "a.admin@example.org"
MARK = "Zwetschgenkuchen"


@pytest.fixture(params=[JsonLines, TextLines], ids=["json", "text"])
def lines(request):
    """Everything that the process logs, in one of the formats."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(request.param())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    yield text
    logging.captureWarnings(False)
    root.setLevel(level)
    root.removeHandler(handler)


def test_a_journey_leaves_no_name_in_the_log(web, lines):
    petra = web.person(PETRA)
    petra.open(f"/cases?q={MARK}").open(f"/tasks?q={MARK}")
    petra.open(f"/nowhere/{MARK}?name={MARK}", expect=404)
    petra.open("/drafts").press("Neue Anmeldung beginnen")
    page = petra.path.rpartition("/")[0]
    petra.open(f"{page}/person").post(
        f"{page}/person", expect=422, last_name=MARK, first_name=MARK, zemis_number=MARK
    )
    petra.client.post("/sign-in", data={"sign_in_email": f"{MARK}@example.org"})
    assert "request" in lines.getvalue(), "the journey is logged"
    assert MARK not in lines.getvalue()


def test_an_error_of_the_database_leaves_no_value_in_the_log(web, lines):
    """What a database refuses holds the parameters, which are somebody's answers."""
    with web.arranged():
        try:
            db.execute(sa.text("select :name from nowhere"), {"name": MARK})
        except sa.exc.SQLAlchemyError as error:
            assert MARK not in str(error), "parameters are hidden also where an error is kept"
            logging.getLogger("intake.errors").exception("unexpected error")
    assert "unexpected error" in lines.getvalue()
    assert MARK not in lines.getvalue()


def test_tracebacks_tell_the_place_and_no_value(lines):
    try:
        raise KeyError(MARK)
    except KeyError:
        logging.getLogger("intake.errors").exception("unexpected error")
    assert MARK not in lines.getvalue()
    assert "test_tracebacks_tell_the_place_and_no_value" in lines.getvalue()


def test_warnings_and_the_lines_of_others_tell_no_value(lines):
    logging.getLogger("gunicorn.error").error("Error handling request %s", f"/cases?q={MARK}")
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s: %s", "1", MARK)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"a value {MARK}", UserWarning, stacklevel=1)
    said = lines.getvalue()
    assert MARK not in said
    assert "Error handling request" in said
    assert "UserWarning" in said


def test_the_web_server_writes_no_addresses_whatever_it_is_told():
    assert Lines.access(None, f"/cases?q={MARK}") is None
    assert "access" in vars(Lines), "gunicorn's own would write them"


def test_engines_hide_their_parameters(sqlite_app):
    assert sqlite_app.extensions["engine"].hide_parameters
    for path in (ROOT / "models").rglob("*.py"):
        for call in re.findall(r"create_engine\((?:.|\n)*?\)\n", path.read_text(encoding="utf-8")):
            assert "hide_parameters" in call, f"{path}: {call}"


def test_no_view_logs_what_it_was_sent():
    """Values belong into the named extras of `intake.logs`, which hold no answers."""
    telling = re.compile(
        r"log\.\w+\([^)]*(request\.(form|args|values|full_path|url|path)|\.data\b)"
    )
    for path in (ROOT / "intake").rglob("*.py"):
        assert not telling.search(path.read_text(encoding="utf-8")), path
