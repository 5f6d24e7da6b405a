"""Where answers are read: the table says what the source says, and the page lists what would break."""

import ast
import re
from pathlib import Path

import pytest

from intake.forms import REGISTRY, vocabulary
from intake.readers import COLUMNS, READ_AS, READERS

ROOT = Path(__file__).parents[2]
#: Sources that read answers as answers: not forms themselves, the demo, or what handles drawings.
ELSEWHERE = (
    "intake/forms/",
    "intake/demo/",
    "intake/static/",
    "intake/readers.py",
    "intake/known_words.py",
    "models/migrations/",
    "workflows/diagrams/",
    "workflows/stories.py",
)
#: Names under which the program holds somebody's answers.
HELD = {"answers", "office_answers", "person", "card", "member", "entry"}
#: Not questions of a form: parts of a repeating group, and which side of a proposal answers.
PARTS = {
    "relation",
    "born",
    "takes_part",
    "words",
    "topic",
    "target",
    "due_on",
    "result",
    "language",
}


def read_in(path: Path) -> set[str]:
    """The keys that a source takes out of somebody's answers."""
    if path.suffix != ".py":
        held = "|".join(HELD)
        found = re.findall(rf'(?:{held})(?:\.get\(|\[)"(\w+)"', path.read_text())
        return set(found)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript):
            holder, key = node.value, node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            holder, key = node.func.value, node.args[0]
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and _answers(holder):
            found.add(key.value)
    return found


def _answers(holder: ast.expr) -> bool:
    if isinstance(holder, ast.Call):
        return isinstance(holder.func, ast.Name) and holder.func.id == "latest_answers"
    name = getattr(holder, "id", None) or getattr(holder, "attr", None)
    return name in HELD


def sources():
    for floor in ("intake", "workflows", "models"):
        for path in sorted((ROOT / floor).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix in (".py", ".html", ".txt") and not name.startswith(ELSEWHERE):
                yield name, path


def declared(at: str) -> set[str]:
    return {
        one.partition("=")[0].partition(".")[2]
        for reader in READERS
        if reader.at == at
        for one in reader.reads.split()
    }


def test_every_answer_that_a_source_reads_is_in_the_table():
    missing = {}
    for name, path in sources():
        lacking = read_in(path) - declared(name) - PARTS - {"side"}
        if lacking:
            missing[name] = lacking
    assert missing == {}


def test_every_place_that_shows_a_column_is_in_the_table():
    """Columns of a name of their own; who reads one shows the answer behind it."""
    missing = []
    for question, column in COLUMNS.items():
        for name, path in sources():
            if name.startswith("workflows/records/"):
                continue
            if re.search(
                rf"(case|referral|Referral|line|t|task|tandem|Tandem|row)\.{column}\b",
                path.read_text(),
            ):
                asked = [r for r in READERS if r.at == name and r.values(question) is not None]
                if not asked:
                    missing.append((name, question))
    assert missing == []


def test_the_table_names_nothing_that_is_not_there(sqlite_app):
    for reader in READERS:
        text = (ROOT / reader.at).read_text()
        for one in reader.reads.split():
            name, _sign, values = one.partition("=")
            form, _dot, field = name.partition(".")
            assert field in REGISTRY[form]()._fields, one
            known = {
                field,
                *re.findall("^fit_", field),
                COLUMNS.get(name, field),
                *ALSO.get((reader.at, name), ()),
            }
            assert any(re.search(rf"\b{word}", text) for word in known), (reader.at, one)
            for value in filter(None, values.split(",")):
                assert re.search(rf"\b{value}", text), (reader.at, one)


#: What a source calls an answer that it reads by another name.
ALSO = {
    ("workflows/desk/moving.py", "referral.last_name"): ("search_name",),
    ("workflows/desk/moving.py", "referral.first_name"): ("search_name",),
    ("intake/views/cases.py", "referral.last_name"): ("search_name",),
    ("intake/views/cases.py", "referral.first_name"): ("search_name",),
    ("intake/templates/cases/show.html", "referral.household_members"): ("takes_part",),
    ("workflows/rounds.py", "referral.consent_scope"): ("survey",),
}


def test_every_route_and_fact_is_made_of_questions(sqlite_app):
    for form, routes in vocabulary().items():
        for route in routes:
            made_of = READ_AS.get(f"{form}.{route}", (f"{form}.{route}",))
            for question in made_of:
                key, _dot, field = question.partition(".")
                assert field in REGISTRY[key]()._fields, question


@pytest.fixture
def patrick(web):
    return web.person("p.prozess@example.org")


def listed(page):
    return " ".join(page.text.split())


def test_the_page_lists_what_breaks_without_a_question(patrick):
    page = listed(patrick.open("/workbench/questions/triage.decision"))
    assert "Version 1" in page
    assert "in Kraft" in page
    assert "Bedingung Entscheid?" in page or "Bedingung" in page
    assert "workflows/records/referrals.py" in page
    assert "«Weiterleiten an» wird nur gefragt bei: an ein anderes Angebot weiterleiten" in page
    assert "Die Aufnahme wird abgelehnt" in page


def test_of_a_choice_only_what_tells_it_apart(patrick):
    page = listed(patrick.open("/workbench/questions/triage.decision?choice=forward"))
    assert "«Weiterleiten an»" in page
    assert "«Hauptgrund der Ablehnung»" not in page
    assert "workflows/records/referrals.py" not in page
    page = listed(patrick.open("/workbench/questions/triage.further_reasons"))
    assert "Niemand liest diese Frage" in page


def test_a_question_that_a_fact_is_made_of_leads_to_the_table_that_reads_the_fact(patrick):
    page = listed(patrick.open("/workbench/questions/referral.exclusion_check"))
    assert "Tabelle" in page
    assert "Anspruch" in page


@pytest.mark.parametrize("name", ["triage", "triage.x", "x.y", "triage.decision?choice=x"])
def test_what_no_form_asks_is_not_found(patrick, name):
    assert patrick.client.get(f"/workbench/questions/{name}").status_code == 404
