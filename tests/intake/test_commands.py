"""The command line, as an office and a script use it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from intake.commands import main
from intake.demo import player
from models.processes import newest_diagram
from models.session import db
from models.tasks import open_tasks
from tests.storm import installation

ROOT = Path(__file__).parents[2]


def intake(*words, **settings):
    environment = {**os.environ, **settings}
    return subprocess.run(
        [sys.executable, "-m", "intake", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_the_shipped_drawings_pass_the_check(capsys):
    assert main(["check", str(ROOT / "bpmn")]) == 0
    assert "0 errors, 2 warnings" in capsys.readouterr().out


def test_examples_beside_the_drawings_are_part_of_the_check(tmp_path, capsys):
    for path in (ROOT / "bpmn").glob("*.*mn"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "x.json").write_text('{"name": "Anders", "steps": [{"step": "triage"}]}')
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "x.json:0: error: EXAMPLE_FAILED: step 1: not_waiting: triage" in told
    (tmp_path / "x.json").write_text("{")
    assert main(["check", str(tmp_path)]) == 2


def test_the_findings_come_as_json_with_everything_a_machine_needs(tmp_path, capsys):
    broken = (
        (ROOT / "bpmn/close_tandem.bpmn").read_text().replace('value="final_report"', 'value="x"')
    )
    (tmp_path / "close_tandem.bpmn").write_text(broken)
    assert main(["check", "--json", str(tmp_path)]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "code": "UNKNOWN_FORM",
        "severity": "error",
        "file": "close_tandem.bpmn",
        "element": "final_report",
        "name": "Abschlussbericht verfassen",
        "line": found["line"],
        "sentence": "form 'x' does not exist; set the property form",
    }
    assert found["line"] > 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"<html>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<a" * 9,
        b"<a/>" * 3,
        b"x" * 1_000_001,
    ],
)
def test_bytes_that_are_no_drawing_get_a_sentence(tmp_path, capsys, data):
    (tmp_path / "x.bpmn").write_bytes(data)
    assert main(["check", str(tmp_path / "x.bpmn")]) in (1, 2)
    assert "x.bpmn" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_exit_2(capsys):
    assert main(["check", "/nowhere/x.bpmn"]) == 2
    assert "/nowhere/x.bpmn" in capsys.readouterr().err


def test_a_diff_tells_in_sentences_of_two_languages_what_differs(tmp_path, capsys):
    text = (ROOT / "bpmn/check_referral.bpmn").read_text()
    text = text.replace('name="due" value="T2"', 'name="due" value="T3"')
    for path in (ROOT / "bpmn").glob("*.*mn"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "check_referral.bpmn").write_text(text)
    assert main(["diff", str(ROOT / "bpmn"), str(tmp_path)]) == 1
    assert capsys.readouterr().out == (
        "check_referral: «Anmeldung auf Vollständigkeit prüfen»:"
        " Frist von «5 Arbeitstage (T2)» auf «10 Arbeitstage (T3)» geändert.\n"
    )
    assert main(["diff", "--language", "en", str(ROOT / "bpmn"), str(tmp_path)]) == 1
    assert "from «5 working days (T2)» to «10 working days (T3)»" in capsys.readouterr().out
    assert main(["diff", "--json", str(ROOT / "bpmn"), str(tmp_path)]) == 1
    (change,) = json.loads(capsys.readouterr().out)
    assert (change["element"], change["what"]) == ("completeness_check", "property due")
    assert main(["diff", str(ROOT / "bpmn"), str(ROOT / "bpmn")]) == 0
    (tmp_path / "routing.dmn").write_text("nothing")
    assert main(["diff", str(ROOT / "bpmn"), str(tmp_path)]) == 2
    assert "routing.dmn" in capsys.readouterr().err
    assert main(["diff", "/nowhere", str(tmp_path)]) == 2
    assert main(["diff", "a", "b", "c"]) == 2


def test_examples_are_played_on_the_drawings_beside_them(tmp_path, capsys):
    assert main(["test", str(ROOT / "bpmn")]) == 0
    assert (
        "declined.json (Die Aufnahme wird abgelehnt): geht seinen Weg." in capsys.readouterr().out
    )
    example = tmp_path / "one.json"
    example.write_text('{"name": "Eins", "steps": [{"step": "triage"}]}')
    assert main(["test", str(ROOT / "bpmn"), str(example)]) == 1
    told = capsys.readouterr().out
    assert "one.json (Eins): Schritt 1: «triage» wartet nicht, sondern: completeness_check." in told
    assert main(["test", "--json", str(ROOT / "bpmn"), str(example)]) == 1
    assert json.loads(capsys.readouterr().out)["examples"]["one.json"]["reason"] == "not_waiting"
    example.write_text("{")
    assert main(["test", str(ROOT / "bpmn"), str(example)]) == 2
    assert "one.json: this is no JSON" in capsys.readouterr().err
    assert main(["test", "/nowhere.bpmn"]) == 2
    (tmp_path / "x.bpmn").write_text("nothing")
    assert main(["test", str(tmp_path / "x.bpmn")]) == 2
    assert "x.bpmn" in capsys.readouterr().err


def test_a_rehearsal_tells_how_running_cases_would_go_on(tmp_path, url, case):
    number, settings = case.number, installation(url)
    text = (ROOT / "bpmn/check_referral.bpmn").read_text()
    for path in (ROOT / "bpmn").glob("*.*mn"):
        (tmp_path / path.name).write_bytes(path.read_bytes())

    def rehearsed(old, new, *more):
        (tmp_path / "check_referral.bpmn").write_text(text.replace(old, new))
        return intake("rehearse", *more, str(tmp_path), **settings)

    same = rehearsed("", "")
    assert same.returncode == 0, same.stderr
    assert same.stdout.startswith("1 Fälle gehen mit, davon 0 mit Änderungen; 0 gehen nicht mit.")
    name = "Anmeldung auf Vollständigkeit prüfen"
    other = rehearsed(f'name="{name}"', 'name="Alles da?"', "--language", "en")
    assert other.returncode == 0
    assert f"{number} (version" in other.stdout.lower()
    assert f"«{name}» is now called «Alles da?»" in other.stdout
    gone = rehearsed("completeness_check", "completeness_test", "--json")
    assert gone.returncode == 2, "the check refuses it: no form of this name"
    moved = re.sub(
        '"completeness_check"|>completeness_check<', lambda m: m[0].replace("check", "test"), text
    )
    moved = moved.replace(
        'name="form" value="completeness_test"', 'name="form" value="completeness_check"'
    )
    blocked = rehearsed(text, moved, "--json")
    assert blocked.returncode == 1, blocked.stderr
    (told,) = json.loads(blocked.stdout)
    assert told["number"] == number
    assert told["blocked"][0]["element"] == "completeness_check"


def test_ended_cases_are_replayed_on_other_drawings(tmp_path, url, case, monika):
    player.do(case, "completeness_check", monika)
    refusal = {"decline_reason": "LANGUAGE", "decision_text_to_office": "Zuerst ein Kurs."}
    player.do(case, "triage", monika, decision="decline", **refusal)
    number, settings = case.number, installation(url)
    for path in (ROOT / "bpmn").glob("*.*mn"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    same = intake("rehearse", "--ended", str(tmp_path), **settings)
    assert same.returncode == 0, same.stderr
    assert "1 gingen denselben Weg" in same.stdout
    check = tmp_path / "check_referral.bpmn"
    turned = ('triage.decision == "decline"', 'triage.decision == "ask_back"')
    check.write_text(check.read_text().replace(*turned))
    other = intake("rehearse", "--ended", "--json", str(tmp_path), **settings)
    (told,) = json.loads(other.stdout)
    assert (told["number"], told["result"]) == (number, "other")
    assert "declined" in told["told"]["gone"]


def test_publishing_plays_the_examples_beside_the_drawings_and_keeps_them(tmp_path, url, office):
    settings = installation(url)
    for path in (ROOT / "bpmn").glob("*.*mn"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    check = tmp_path / "check_referral.bpmn"
    check.write_text(check.read_text().replace("Über die Aufnahme entscheiden", "Entscheiden"))
    example = tmp_path / "one.json"
    example.write_text('{"name": "Eins", "steps": [{"step": "triage"}]}')
    wrong = intake("publish", str(tmp_path), **settings)
    assert wrong.returncode == 1
    assert "one.json: Schritt 1: «triage» wartet nicht" in wrong.stderr
    told = json.loads(intake("publish", "--json", str(tmp_path), **settings).stdout)
    assert (told["version"], told["examples"]["one.json"]["reason"]) == (None, "not_waiting")
    assert intake("publish", "/nowhere/x.bpmn", **settings).returncode == 2
    example.write_text(
        '{"steps": [{"step": "completeness_check", "answers": {"outcome": "complete"}}]}'
    )
    done = intake("publish", "--json", str(tmp_path), "--note", "Kürzer", **settings)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == 2
    version = newest_diagram("referral")
    assert (version.version, version.note, list(version.examples)) == (2, "Kürzer", ["one.json"])


def test_running_cases_move_to_what_is_published_and_back(tmp_path, url, case):
    number, settings = case.number, installation(url)
    for path in (ROOT / "bpmn").glob("*.*mn"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    check = tmp_path / "check_referral.bpmn"
    check.write_text(check.read_text().replace("Anmeldung auf Vollständigkeit prüfen", "Alles da?"))

    def moved(*words):
        done = intake("rebind", *words, **settings)
        return done.returncode, done.stdout.strip() + done.stderr.strip()

    assert moved() == (0, "0 Fälle umgestellt, 0 nicht.")
    assert intake("publish", str(tmp_path), **settings).returncode == 0
    assert moved("--to", "3") == (2, "intake: there is no such version of 'referral'")
    assert moved("--case", "26-0") == (2, "intake: 26-0 is no case that could be moved")
    assert moved("--case", number) == (0, "1 Fälle umgestellt, 0 nicht.")
    assert [task.name for task in open_tasks(case.id)] == ["Alles da?"]
    assert moved("--back", "--language", "en") == (0, "1 cases moved, 0 not.")
    db.expire_all()
    assert [task.name for task in open_tasks(case.id)] == ["Anmeldung auf Vollständigkeit prüfen"]
    assert moved("--json")[0] == 0
    player.do(case, "completeness_check", player.user("m.muster@example.org"))
    code, told = moved("--back", "--json")
    assert code == 1
    assert json.loads(told) == {
        "moved": 0,
        "blocked": {number: ["Der Fall ist seither weitergegangen."]},
    }


def test_every_change_has_its_sentence(tmp_path, sqlite_app):
    from intake.differences import sentence
    from tests.workflows.test_differences import EDITS, changed_bundles
    from workflows.diagrams.differences import differences

    told = [
        sentence(c) for edit in EDITS for c in differences(*changed_bundles(*EDITS[edit][0]))[0]
    ]
    assert len(told) > 15
    for words in told:
        assert words.endswith(".")
        assert "property" not in words


def test_a_missing_setting_is_a_sentence_not_a_traceback():
    done = intake("upgrade", INTAKE_DATABASE_URL="")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("name the database to use.")


def test_help_names_every_command():
    words = intake("--help").stdout
    for verb in ("serve", "worker", "upgrade", "check", "publish", "user", "demo"):
        assert verb in words


def test_an_installation_from_nothing(tmp_path):
    settings = {
        "INTAKE_DATABASE_URL": f"sqlite:///{tmp_path}/new.db",
        "INTAKE_SECRET_KEY": "x" * 40,
        "INTAKE_BASE_URL": "https://intake.example.org",
        "INTAKE_NEW_PASSWORD": "ein langer guter Satz",
    }
    for _ in range(2):  # the second time changes nothing
        done = intake("upgrade", **settings)
        assert (done.returncode, done.stdout.strip()) == (
            0,
            "The database is up to date; referral 1 is in force.",
        ), done.stderr
    added = intake(
        "user",
        "add",
        "a@example.org",
        "Anna",
        "Admin",
        "Caritas Solothurn",
        "administrator",
        **settings,
    )
    assert added.returncode == 0, added.stderr
    unknown = intake(
        "user", "add", "b@example.org", "B", "B", "Niemand", "administrator", **settings
    )
    assert unknown.returncode == 1
    assert "Caritas Solothurn" in unknown.stderr
    alone = intake(
        *("user", "add", "c@example.org", "C", "C", "Caritas Solothurn", "coordinator"),
        **{**settings, "INTAKE_NEW_PASSWORD": ""},
    )
    assert alone.returncode == 1
    assert alone.stderr.strip().endswith("put it into INTAKE_NEW_PASSWORD")
    again = intake("publish", "bpmn", **settings)
    assert again.returncode == 0
    same = intake("diff", "bpmn", **settings)
    assert (same.returncode, same.stdout) == (0, "")


def test_what_would_break_without_an_answer_is_said_before_it_goes(url, case):
    settings = installation(url)
    found = intake("uses", "triage.decision=admit_direct", **settings)
    assert found.returncode == 1, found.stderr
    assert "Version 1: Bedingung aufnehmen (admit, admit_direct)" in found.stdout
    assert "workflows/records/referrals.py: Spalte: Fall (admit, admit_direct)" in found.stdout
    told = json.loads(intake("uses", "--json", "referral.deputy_email", **settings).stdout)
    assert [place["where"] for place in told] == ["workflows/notices.py"]
    assert intake("uses", "triage.further_reasons", **settings).returncode == 0
    unknown = intake("uses", "triage.decision=perhaps", **settings)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "no form asks triage.decision=perhaps" in unknown.stderr


@pytest.mark.parametrize("verb", ["upgrade", "backup", "serve", "worker"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all/x.db", "its folder there"),
        ("postgresql://intake@127.0.0.1:9/intake", "its folder there"),
        ("/srv/intake.db", "begins with sqlite:/// or postgresql://"),
        ("mysql://intake@db/intake", "begins with sqlite:/// or postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(tmp_path, verb, url, said):
    if verb in ("serve", "worker") and url.startswith(("sqlite", "postgresql")):
        pytest.skip("what lasts waits for its database")
    words = [verb, str(tmp_path / "x.zip")] if verb == "backup" else [verb]
    found = intake(
        *words, INTAKE_DATABASE_URL=url, INTAKE_SECRET_KEY="x" * 32, INTAKE_ENVIRONMENT="test"
    )
    assert found.returncode == 1
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.splitlines()) == 1
