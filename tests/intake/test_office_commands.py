"""The verbs of the command on organisations, programmes and places: what they do and how they refuse."""

import pytest

from intake import shell
from intake.office_commands import organisation, programme
from intake.place_commands import place
from models.places import region_of
from models.programs import program_called
from models.session import connect, db
from tests.conftest import config_for

GROUPS = {"organisation": organisation, "programme": programme, "place": place}


@pytest.fixture
def say(url, tmp_path, monkeypatch, capsys, clock):
    """Say a verb; its exit code and what it printed."""
    config = config_for(url, tmp_path)
    for name, value in (
        ("INTAKE_ENVIRONMENT", "test"),
        ("INTAKE_DATABASE_URL", url),
        ("INTAKE_SECRET_KEY", config.secret_key),
        ("INTAKE_DOCUMENTS", str(config.documents)),
    ):
        monkeypatch.setenv(name, value)

    def said(*words):
        code = shell.run(GROUPS[words[0]], list(words[1:]))
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out + printed.err

    return said


def test_an_office_a_provider_and_its_programme_are_added(say, url):
    word = ("organisation", "add")
    code, told = say(*word, "KESB Olten", "--kind", "office", "--sort", "child_protection",
                     "--region", "Olten", "--region", "Untergäu", "--email", "kesb@example.org")  # fmt: skip
    assert (code, told) == (0, "KESB Olten takes part.\n")
    assert say(*word, "Verein Brücke", "--kind", "provider", "--calendar", "office")[0] == 0
    code, told = say("programme", "add", "Brücken bauen", "brücke", "--months", "9",
                     "--longest", "18", "--check-ins", "2,5", "--from", "1.1.2026")  # fmt: skip
    assert (code, told) == (0, "Brücken bauen (bruecken_bauen) can be wished for.\n")
    contract = ("--from", "2026-01-01", "--until", "2026-12-31", "--places", "20")
    assert say("programme", "contract", "brücken bauen", *contract)[0] == 0
    _code, told = say("organisation", "list")
    assert "KESB Olten\toffice\tchild_protection\tOlten, Untergäu\t" in told
    _code, told = say("programme", "list")
    assert "Brücken bauen\tbruecken_bauen\tVerein Brücke" in told
    assert "20: 01.01.2026" in told


def test_what_is_not_named_stays(say, url):
    say("organisation", "change", "caritas", "--email", "caritas@example.org")
    assert say("organisation", "change", "caritas", "--calendar", "office")[0] == 0
    assert say("programme", "change", "co_pilot", "--longest", "30")[0] == 0
    engine = connect(url)
    found = program_called("co_pilot")
    assert (found.provider.email, found.provider.calendar) == ("caritas@example.org", "office")
    assert (found.longest_months, found.duration_months) == (30, 12)
    db.remove()
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("organisation", "add", "X", "--kind", "nothing"), 2, "nothing"),
        (("organisation", "add", "X", "--kind", "office"), 1, "say what sort of office it is"),
        (("organisation", "add", "Caritas Solothurn", "--kind", "provider"), 1, "has this name"),
        (("organisation", "change", "Sozialregion", "--email", "x"), 1, "several organisations"),
        (("programme", "add", "X", "vseg", "--months", "9"), 1, "is no provider"),
        (("programme", "add", "X", "caritas", "--months", "9", "--check-ins", "x"), 1, "no months"),
        (("programme", "contract", "nope", "--from", "2026-01-01", "--until", "2026-12-31",
          "--places", "2"), 1, "there are: Co-Pilot, Seite an Seite"),
        (("programme", "contract", "co_pilot", "--from", "1.13.2026", "--until", "2026-12-31",
          "--places", "2"), 2, "is no day"),
        (("place", "merge", "2500", "--into", "9999", "--on", "2027-01-01"), 1, "--name"),
        (("place", "move", "2500", "Nirgends", "--on", "2027-01-01"), 1, "there are:"),
        (("place", "rename", "1", "X", "--on", "2027-01-01"), 1, "no municipality has"),
        (("place", "end-region", "Olten", "--until", "2027-01-01"), 1, "move them first"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_sentence(say, words, code, told):
    done, printed = say(*words)
    assert done == code
    assert told in printed


def test_places_are_changed_and_listed_by_day(say, url, tmp_path):
    assert say("place", "merge", "2500", "2501", "--into", "2581", "--on", "1.1.2027")[0] == 0
    assert say("place", "rename", "2581", "Gross-Olten", "--on", "2027-01-01")[0] == 0
    assert say("place", "move", "2571", "Olten", "--on", "2027-01-01")[0] == 0
    (tmp_path / "count.csv").write_text("BFS;Zahl\n2581;29000\n")
    _code, told = say("place", "count", str(tmp_path / "count.csv"), "--on", "31.12.2026",
                      "--source", "BFS")  # fmt: skip
    assert "103 municipalities of that day have no number yet" in told
    assert "2581\tOlten\tOlten\t29000" in say("place", "list", "--on", "2026-12-31")[1]
    after = say("place", "list", "--on", "2027-01-01")[1]
    assert "2581\tGross-Olten\tOlten\t29000" in after
    assert "2500" not in after
    (tmp_path / "bad.csv").write_text("2581;29000\nx;y\n")
    code, told = say("place", "count", str(tmp_path / "bad.csv"), "--on", "31.12.2026",
                     "--source", "BFS")  # fmt: skip
    assert (code, "bad.csv: line 2" in told) == (1, True)
    engine = connect(url)
    from datetime import date

    assert region_of(2571, date(2027, 1, 1)).name == "Olten"
    db.remove()
    engine.dispose()


def test_without_a_database_that_is_ready_one_sentence_says_so(say, monkeypatch, tmp_path):
    monkeypatch.setenv("INTAKE_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    code, told = say("organisation", "list")
    assert (code, "was `intake upgrade` run once?" in told) == (1, True)
