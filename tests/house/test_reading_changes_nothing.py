"""Reading changes nothing: every route is asked with GET and HEAD, as everybody, on real rows."""

import ast
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.forgery import SAFE
from tests.conftest import WRITES
from tests.intake.test_access import EVERYBODY, NORA, NORA_AT, routes, rows

__all__ = ["rows"]

ROOT = Path(__file__).parents[2]
#: That somebody was here, at most once a minute.
SEEN = re.compile(r"UPDATE user_sessions SET seen_at=\S+ WHERE")
#: What a form might send along; a page that is only read does nothing with it.
FIELDS = {"later": "1", "add": "goals", "readmit": "1", "text": "x", "last_name": "Neu-Demo"}


def addresses(app, ids):
    for rule in routes(app):
        if "GET" not in rule.methods:
            continue
        url = rule.rule
        for name in rule.arguments:
            url = url.replace(f"<int:{name}>", str(ids[name])).replace(f"<{name}>", str(ids[name]))
        yield url


def everything(app):
    """Every row of every table, but when somebody was last seen."""
    with app.extensions["engine"].connect() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        return {
            table.name: sorted(
                repr([v for c, v in row._mapping.items() if c != "seen_at"])
                for row in connection.execute(table.select())
            )
            for table in tables.tables.values()
        }


def papers(app):
    return sorted(app.extensions["intake"].documents.rglob("*"))


@pytest.mark.parametrize("email", ["", *sorted({*EVERYBODY, *NORA_AT} - {NORA})])
def test_get_and_head_change_nothing_on_any_route(web, rows, clock, email):
    person = web.person(email.partition(" ")[0])
    if email in NORA_AT:
        person.act_for(NORA_AT[email])
    before, paper = everything(web.app), papers(web.app)
    written, url, seen = [], "", 0

    def note(_connection, _cursor, statement, *_):
        nonlocal seen
        if SEEN.match(statement):
            seen += 1
        elif WRITES.search(statement) and "FOR UPDATE" not in statement:
            written.append((url, statement))

    sa.event.listen(web.app.extensions["engine"], "before_cursor_execute", note)
    clock.shift(61)
    for url in addresses(web.app, rows):
        for method in ("HEAD", "GET"):
            person.client.open(url, method=method, data=FIELDS, query_string=FIELDS)
            found = person.client.open(url, method=method)
            assert found.status_code < 500, url
    assert written == []
    assert seen == bool(email), "once a minute, and of nobody who is not signed in"
    assert everything(web.app) == before
    assert papers(web.app) == paper


def test_a_draft_outlives_a_head_request(web, rows):
    """It deleted what was typed: a view asked for GET, and HEAD is none."""
    petra = web.person("p.beispiel@example.org").open(f"/drafts/{rows['draft_id']}/person")
    petra.send(last_name="Getippt-Demo", button=("later", "1"))
    url = f"/drafts/{rows['draft_id']}/person"
    assert petra.client.head(url).status_code == 200
    assert "Getippt-Demo" in petra.open(url).text


def test_views_ask_whether_it_is_post():
    """`method == "GET"` forgets HEAD, and what is not GET is then taken for a form."""
    wrong = []
    for path in (ROOT / "intake").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and ast.unparse(node.left) == "request.method":
                asked = ast.unparse(node.comparators[0])
                if asked not in ("'POST'", "SAFE", "forgery.SAFE"):
                    wrong.append((path.name, node.lineno))
    for path in (ROOT / "intake/templates").rglob("*.html"):
        wrong += [path.name] if re.search(r"request\.method *[!=]= *.GET", path.read_text()) else []
    assert not wrong, f"ask for POST, or whether the method is in forgery.SAFE: {wrong}"


def test_no_view_takes_get_and_something_else_than_post(web):
    """So that a view which is not asked by POST is only read."""
    kinds = {tuple(sorted(rule.methods - SAFE)) for rule in web.app.url_map.iter_rules()}
    both = {
        tuple(sorted(rule.methods - SAFE))
        for rule in web.app.url_map.iter_rules()
        if "GET" in rule.methods
    }
    assert both <= {(), ("POST",)}
    assert kinds <= {(), ("POST",), ("PUT",)}
