"""«Was noch fehlt» as an administrator sees it, and `intake doctor` as who runs the server does."""

import json
import os
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from intake.commands import main
from intake.doctor import checks
from intake.doctor.checks import PAGE, SERVER
from models.base import today
from models.organisations import Organisation, OrganisationKind, organisations
from models.places import social_regions
from models.session import db, transaction
from tests.intake.conftest import FIRST
from tests.journeys.chromium import ROOT

ANNA, PETRA = "a.admin@example.org", "p.beispiel@example.org"


def first_link(person):
    (link,) = person.page.xpath("//a[@class='button']/@href")
    return link


def navigation(person):
    return [" ".join(a.text_content().split()) for a in person.page.xpath("//nav//a")]


def test_the_first_administrator_is_led_through_what_is_missing(bare):
    anna = bare.person(FIRST)
    assert anna.path == "/setup"
    assert "Als Nächstes: Stellen." in anna.words
    assert "Keine Stelle ist offen" in anna.words
    assert "13 von 13 Sozialregionen haben keine offene Stelle." in anna.words
    (olten,) = anna.page.xpath("//main//a[text()='Olten']/@href")
    assert olten.startswith("/organisations/new?kind=office&region=")
    titles = [h.text_content().split(".")[0] for h in anna.page.xpath("//h2")]
    assert titles == sorted(titles, key=int), "in the order in which an office is set up"
    missing = len(anna.page.xpath("//section[contains(@class,'bad')]"))
    assert navigation(anna)[0] == f"Was noch fehlt{missing}"
    for heading in anna.page.xpath("//h2"):
        assert heading.text_content().split()[-1] in ("fehlt", "ansehen"), "a word, not a colour"
    assert anna.open("/people").page.xpath("//nav//a")[0].get("href") == "/setup"


def test_every_link_of_the_page_opens(bare):
    anna = bare.person(FIRST)
    for link in {*anna.page.xpath("//main//a/@href")}:
        if not link.startswith("#"):
            anna.open(link)


def test_what_is_done_leaves_the_list_at_once(bare):
    anna = bare.person(FIRST)
    before = navigation(anna)[0]
    with bare.arranged(), transaction():
        kind = OrganisationKind.OFFICE
        office = Organisation(kind=kind, name="Ganzer Kanton", email="stelle@example.org")
        office.areas = social_regions(today())
        db.add(office)
    anna.open("/setup")
    assert "1 Stelle ist offen." in anna.words
    assert "Keine Stelle ist offen" not in anna.words
    assert int(navigation(anna)[0][-1]) == int(before[-1]) - 1
    assert "Stellen, bei denen sich noch niemand anmelden kann: Ganzer Kanton." in anna.words
    (state,) = anna.page.xpath("//dt[@id='offices']")
    assert "in Ordnung" in state.text_content()


def test_who_is_invited_already_is_named_instead_of_asking_for_an_invitation(bare):
    anna = bare.person(FIRST)
    assert "Laden Sie eine zweite ein." in anna.words
    with bare.arranged():
        place = organisations(OrganisationKind.ASSOCIATION)[0].id
    zita = {"first_name": "Zita", "last_name": "Zweite", "email": "z@example.org"}
    anna.open("/people/invite").send(organisation=str(place), role="administrator", **zita)
    anna.open("/setup")
    assert "Zita Zweite ist eingeladen und noch nicht gekommen. Fragen Sie nach." in anna.words
    assert "Laden Sie eine zweite ein." not in anna.words


def test_the_page_speaks_english(bare):
    anna = bare.person(FIRST)
    anna.post("/language", locale="en", next="/setup")
    assert anna.page.findtext(".//h1") == "What is missing"
    assert "Next: Offices." in anna.words
    assert "Without a contract in force today: Co-Pilot" in anna.words
    assert "Nobody has looked them through yet." in anna.words


def test_others_do_not_see_it(web):
    petra = web.person(PETRA)
    assert "Was noch fehlt" not in " ".join(navigation(petra))
    petra.open("/setup", expect=403)


def whole(app, monkeypatch):
    """Only what the demo's office has: the rest is tried check by check."""
    there = {"offices", "routing", "deadlines", "people", "scanner", "drawing", "worker"}
    monkeypatch.setattr(checks, "PAGE", tuple(c for c in PAGE if c.code in there))
    app.extensions.pop("missing", None)


def test_once_all_is_there_it_says_so_and_steps_back(web, monkeypatch):
    whole(web.app, monkeypatch)
    anna = web.person(ANNA)
    assert anna.path != "/setup"
    assert navigation(anna)[-1] == "Was noch fehlt", "it stays within reach, without a number"
    anna.open("/setup")
    assert "Alles da. Die erste Anmeldung kann kommen." in anna.words
    assert "Punkte sind noch anzusehen." in anna.words


def test_pages_of_an_administrator_are_not_looked_at_anew_each_time(web):
    anna = web.person(ANNA)
    anna.open("/people")
    statements = []
    sa.event.listen(
        web.app.extensions["engine"], "before_cursor_execute", lambda *a: statements.append(a[2])
    )
    anna.open("/people")
    assert not [s for s in statements if "social_regions" in s or "contracts" in s]


def test_a_machine_that_hangs_holds_the_page_for_seconds_only(bare):
    from tests.intake.test_doctor import dripping

    with dripping() as port:
        for name, value in (
            ("smtp_host", "127.0.0.1"),
            ("smtp_port", port),
            ("clamd", f"127.0.0.1:{port}"),
        ):
            object.__setattr__(bare.app.extensions["intake"], name, value)
        anna = bare.person(FIRST)
        begun = time.perf_counter()
        anna.open("/setup")
        assert time.perf_counter() - begun < 8
        assert "antwortet nicht als Virenscanner" in anna.words
        begun = time.perf_counter()
        anna.open("/people")
        assert time.perf_counter() - begun < 2, "other pages ask nobody"


@pytest.fixture
def doctor(monkeypatch, capsys):
    """The verb in this process: its exit code, what it says, what it complains about."""

    def called(url, *words):
        for name in [name for name in os.environ if name.startswith("INTAKE_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("INTAKE_ENVIRONMENT", "test")
        monkeypatch.setenv("INTAKE_DATABASE_URL", url)
        monkeypatch.setenv("INTAKE_SECRET_KEY", "0123456789abcdef0123456789abcdef")
        code = main(["doctor", *words])
        db.remove()
        return code, *capsys.readouterr()

    return called


def test_before_the_upgrade_the_verb_says_what_to_run_and_makes_no_file(doctor, tmp_path):
    code, told, _errors = doctor(f"sqlite:///{tmp_path}/new.db")
    assert code == 1
    assert "The database has no tables yet." in told
    assert "→ intake upgrade" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////no/such/folder/x.db",
        "postgresql+psycopg://intake:geheim@127.0.0.1:1/x",
        "",
        "x",
        "mysql://a/b",
    ],
)
def test_without_a_database_the_verb_cannot_look(doctor, url):
    code, told, errors = doctor(url)
    assert code == 2
    assert "geheim" not in told + errors
    assert "Disk space" in told or "INTAKE_DATABASE_URL" in errors


def test_a_file_that_is_no_database_cannot_be_looked_at(doctor, tmp_path):
    (tmp_path / "x.db").write_text("nothing" * 99)
    assert doctor(f"sqlite:///{tmp_path}/x.db")[0] == 2


def test_an_installation_that_lacks_something_ends_with_1_and_says_it_to_machines(doctor, bare_url):
    code, told, _errors = doctor(bare_url, "--json")
    assert code == 1
    lines = {line["code"]: line for line in json.loads(told)}
    assert list(lines) == [check.code for check in (*SERVER, *PAGE)]
    assert lines["offices"]["state"] == "missing"
    assert lines["version"]["state"] == "ok"
    found = lines["offices"]["findings"][0]["found"]
    assert found == "No office is open; nobody can register anybody."
    assert "@" not in told
    _code, told, _errors = doctor(bare_url, "--language", "de")
    assert "fehlt        Stellen: Keine Stelle ist offen" in told
    assert "Erste-Demo" not in told


def test_an_installation_with_warnings_only_ends_with_0(doctor, bare_url, monkeypatch):
    kept = {"version", "clock", "zones", "secret", "scanner", "deadlines"}
    for name in ("PAGE", "SERVER"):
        cut = tuple(check for check in getattr(checks, name) if check.code in kept)
        monkeypatch.setattr(checks, name, cut)
    code, told, _errors = doctor(bare_url)
    assert (code, "look at" in told, "missing" in told) == (0, True, False)


def test_the_verb_is_part_of_the_command(tmp_path):
    environment = {**os.environ, "INTAKE_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    done = subprocess.run(
        [sys.executable, "-m", "intake", "doctor"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_what_the_verb_does_not_know_is_a_sentence(doctor, bare_url):
    code, told, errors = doctor(bare_url, "--language", "fr")
    assert (code, told) == (2, "")
    assert "'fr' is not one of" in errors
