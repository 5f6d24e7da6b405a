"""Files that somebody gave us are never a page of ours: routes that send them, one by one."""

import ast

import sqlalchemy as sa

from intake.raw import SEALED
from models.processes import Diagram
from models.session import db
from tests.house.test_house import ROOT
from workflows.diagrams.published import files_of

PATRICK = "p.prozess@example.org"
#: Who may make an answer that is no page: our own PDFs, figures, and what seals the rest.
MAKERS = {"papers.py", "monitoring.py", "raw.py", "errors.py", "forgery.py"}


def is_sealed(response):
    kind = response.headers["Content-Type"].partition(";")[0]
    assert kind in ("text/plain", "application/octet-stream", "application/zip", "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"] == SEALED
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return True


def test_drawings_go_out_as_text_that_no_browser_shows_as_a_page(web):
    patrick = web.person(PATRICK)
    with web.arranged():
        diagram = db.scalars(sa.select(Diagram.id).order_by(Diagram.id)).first()
        names = list(files_of(diagram))
    assert names
    for name in names:
        assert is_sealed(patrick.client.get(f"/processes/{diagram}/{name}"))


def test_answers_that_are_no_page_are_made_in_few_places():
    """A view that sends bytes uses `intake.raw`, so that the next one is sealed too."""
    found = []
    for path in (ROOT / "intake").rglob("*.py"):
        if path.name in MAKERS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        sealed = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "raw.sealed"
            for inner in ast.walk(node)
        }
        found += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and id(node) not in sealed
            and "'application/json'" not in ast.unparse(node)  # our own words for our scripts
            and ast.unparse(node.func).rpartition(".")[2]
            in ("Response", "response_class", "send_file", "send_from_directory")
        ]
    assert not found, f"use raw.drawing or raw.sealed: {found}"
