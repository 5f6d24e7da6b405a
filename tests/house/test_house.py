"""HOUSE.md as tests: guarded pages, whole catalogues, migrations, small files, drawings that fit."""

import ast
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from babel.messages.pofile import read_po

from intake.drawn import extract
from intake.forms import vocabulary
from intake.permissions import GRANTS
from models.base import Base
from models.migrations import downgrade, upgrade
from models.people import Role
from workflows.decisions import AGGREGATIONS, POLICIES
from workflows.diagrams.check import check
from workflows.diagrams.published import REFERRAL, shipped_bundle
from workflows.notices import NOTICES

ROOT = Path(__file__).parents[2]
SOURCES = [
    p
    for floor in ("models", "workflows", "intake")
    for p in (ROOT / floor).rglob("*.py")
    if "versions" not in p.parts
]
LONGEST_FILE = 330
LONGEST_FUNCTION = 50
#: Long because the law of the field is long: one form with its sixty questions, code lists, stories.
LONG_BY_NATURE = {
    "referral.py",
    "choices.py",
    "cases.py",
    "crowd.py",
    "wording.py",
}


def test_every_page_declares_its_permission_or_that_it_is_public(sqlite_app):
    bare = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in sqlite_app.url_map.iter_rules()
        if rule.endpoint != "static"
        and not hasattr(sqlite_app.view_functions[rule.endpoint], "permission")
    ]
    assert not bare, f"add @requires(Permission.…) or @public to: {bare}"


def test_every_role_has_its_grants():
    assert set(GRANTS) == set(Role)


def test_the_shipped_drawings_have_no_findings_but_two_hints(sqlite_app):
    """Two people may say no at the same time; the first end that is reached terminates the other."""
    found = check(shipped_bundle(), REFERRAL, vocabulary())
    assert [(f.code, f.element) for f in found] == [
        ("RUNS_TWICE", "early_termination"),
        ("RUNS_TWICE", "void"),
    ]


def test_every_input_says_its_type():
    """The styles go by it: one without looks like no other, and cannot be read in the dark."""
    for path in (ROOT / "intake/templates").rglob("*.html"):
        bare = re.findall(r"<input(?![^>]*\btype=)[^>]*>", path.read_text(encoding="utf-8"))
        assert not bare, f"{path.name}: {bare}"


def test_every_notice_has_its_template():
    folder = ROOT / "intake/templates/notices"
    assert {path.stem for path in folder.glob("*.txt")} == NOTICES


#: Which role one got or lost where; that an organisation exists is public.
MAY_SAY_MORE = {key: {"organisation", "wording"} for key in ("role_added", "role_removed")}
#: A key of ours. Who leads an organisation has to hear which colleague reads its cases.
MAY_SAY_MORE |= {"role_asked": {"request"}, "role_told": {"organisation", "wording"}}


def test_mail_says_nothing_personal():
    for path in (ROOT / "intake/templates/notices").glob("*.txt"):
        used = set(re.findall(r"{{ *([a-z_]+)", path.read_text())) - {"_"}
        allowed = {"link", "base_url", "secret", *MAY_SAY_MORE.get(path.stem, ())}
        assert used <= allowed, f"{path.name} uses {used}"


def test_no_text_is_missing_from_the_english_catalogue():
    with (ROOT / "intake/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    known = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    missing = sorted(text for text in texts() if text not in known)
    assert not missing, f"translate in intake/translations/en (see README): {missing[:20]}"
    empty = [
        key
        for key, message in known.items()
        if not message.string or (not isinstance(message.string, str) and not all(message.string))
    ]
    assert not empty, f"these have no English: {empty[:20]}"


def test_every_step_of_the_shipped_drawings_has_its_english_words():
    with (ROOT / "intake/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        known = {m.id for m in read_po(file, locale="en") if isinstance(m.id, str) and m.string}
    for path in (ROOT / "bpmn").glob("*.bpmn"):
        with path.open("rb") as file:
            names = {words for _line, _function, words, _notes in extract(file, (), (), {})}
        assert not names - known, path.name


def texts():
    """Every text that is shown, from the sources and the templates, as Babel finds them."""
    from babel.messages.extract import extract_from_dir

    methods = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
    options = {"**.html": {}, "**.txt": {}}
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT / "intake",
        methods,
        options,
        keywords={"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None},
    ):
        yield message if isinstance(message, str) else message[0]


def of_both_databases(name: str | None, _kind: str, _parents: object) -> bool:
    """False for the search in the inbox, for which each database has an index of its own kind."""
    return not (name or "").startswith(("ix_tasks_search", "tasks_search"))


def test_migrations_lead_up_and_down_and_to_the_tables_of_the_code(url):
    downgrade(url, "base")
    upgrade(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_name": of_both_databases}
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == [], "write a migration for these"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small_and_say_what_they_are(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "begin with a sentence on what this file holds"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE or path.name in LONG_BY_NATURE, "split this file by noun"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and path.name not in LONG_BY_NATURE:
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION or node.name == "main", (
                f"{node.name} has {length} lines"
            )


#: Where memberships are read as such: they are loaded, shown to the administration, given and taken.
READ_MEMBERSHIPS = {
    "intake/__init__.py",
    "intake/accounts.py",
    "intake/demo/cases.py",
    "intake/demo/crowd.py",
    "intake/demo/people.py",
    "intake/templates/organisations/show.html",
    "intake/templates/people/show.html",
    "intake/views/people.py",
    "workflows/memberships.py",
}


def test_rights_come_from_the_organisation_that_is_acted_for():
    """Whoever reads memberships, or takes the first of several organisations, mixes them up."""
    pages = (ROOT / "intake/templates").rglob("*.html")
    sources = [p for p in SOURCES if ROOT / "models" not in p.parents]
    for path in (*sources, *pages):
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
        if name not in READ_MEMBERSHIPS:
            assert not re.search(r"(?<!workflows)\.memberships\b", text), (
                f"{name}: ask user.roles, groups(), organisation_ids() or organisation_as()"
            )
        guessed = re.search(
            r"(min|max|next|sorted)\((iter\()?(\w+\.)?organisation_ids\(|organisation_ids\([^)]*\)\)?\[",
            text,
        )
        assert not guessed, (
            f"{name}: organisation_as() names the one, or says that there are several"
        )


def test_no_file_has_a_name_that_says_nothing():
    banned = {"utils", "helpers", "services", "common", "core", "manager", "constants"}
    assert not {p.stem for p in SOURCES} & banned


def test_no_file_names_a_registry_or_somebodys_machine():
    locks = [*ROOT.glob("requirements*.txt"), *ROOT.glob("tests/**/requirements*.txt")]
    assert len(locks) > 2
    for lock in locks:
        text = lock.read_text().lower()
        assert not re.search(r"pypi|https?://|^-|--(extra-)?index", text, re.M), lock.name
    text = (ROOT / "assets/package-lock.json").read_text()
    assert "resolved" not in text
    assert "pypi" not in text.lower()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_guide_explains_every_code_of_the_check(language):
    """Codes are written in capitals in the rooms of the check; the guide has a line for each."""
    others = {*POLICIES, *AGGREGATIONS, "XPDL"}
    sources = (ROOT / "workflows/diagrams").glob("*.py")
    used = {c for p in sources for c in re.findall(r'"([A-Z][A-Z_]{2,})"', p.read_text())} - others
    guide = (ROOT / f"docs/drawings.{language}.md").read_text()
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", guide, re.M))
    assert used == explained
