"""The workbench through its pages: draft, import, check, try, examples, rehearsal, release, move."""

import dataclasses
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import REGISTRY, routing_of, vocabulary
from models.drawing_drafts import DrawingDraft
from models.processes import Diagram, Run, latest_diagram
from models.referrals import Referral
from models.session import db
from tests.conftest import process_owner
from tests.workflows.test_imports import VENDORS
from workflows import drawing_drafts
from workflows.diagrams.published import REFERRAL
from workflows.worker import Words, work_until_idle

PATRICK, PETRA, MONIKA = (f"{n}@example.org" for n in ("p.prozess", "p.beispiel", "m.muster"))
PAULA = "paula@example.org"
OLD, NEW = 'name="Über die Aufnahme entscheiden"', 'name="Entscheiden"'
CHECK = "/workbench/1/files/check_referral.bpmn"


@pytest.fixture
def patrick(web):
    person = web.person(PATRICK).open("/workbench")
    return person.post("/workbench/begin", note="Kürzer")


@pytest.fixture
def cases(web):
    """Two that wait for the check, one at the triage, one declined."""
    with web.arranged():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        found = [
            player.refer(organisation_of(petra), petra, zemis_number=f"0000000{n}.1")
            for n in range(4)
        ]
        for case in found[2:]:
            player.do(case, "completeness_check", monika)
        refusal = {"decline_reason": "LANGUAGE", "decision_text_to_office": "Zuerst ein Kurs."}
        player.do(found[3], "triage", monika, decision="decline", **refusal)
        return [case.number for case in found]


def put(person, text, revision, url=CHECK):
    return person.client.put(
        f"{url}?revision={revision}",
        data=text.encode() if isinstance(text, str) else text,
        headers={"X-CSRFToken": token(person)},
    )


def token(person):
    return (
        person.page.xpath("//@data-token")[0]
        if person.page.xpath("//@data-token")
        else person.token
    )


def seen(web):
    """The revision that the page of the release shows."""
    with web.arranged():
        return str(drawing_drafts.drawing_draft(1).revision)


def text_of(person, url=CHECK):
    return person.client.get(url).get_data(as_text=True)


def work(web):
    with web.arranged():
        return work_until_idle(lambda _mail: None, Words(vocabulary(), routing_of))


def test_a_draft_is_begun_named_put_away_and_taken_back(web, patrick):
    assert "Kürzer" in patrick.words
    patrick.open("/workbench")
    patrick.post("/workbench/1/discard")
    assert "Zurückholen" in patrick.words
    assert patrick.client.get("/workbench/1/board").status_code == 404
    patrick.post("/workbench/1/back")
    patrick.open("/workbench/1/release").post("/workbench/1/note", note="Noch kürzer")
    assert "Noch kürzer" in patrick.open("/workbench").words
    for said in ("begonnen", "weggelegt", "zurückgeholt"):
        assert f"hat Entwurf 1 {said}" in patrick.words


def test_saving_gives_the_next_revision_and_refuses_an_older_one(web, patrick):
    text = text_of(patrick)
    saved = put(patrick, text.replace(OLD, NEW), 1)
    assert (saved.status_code, saved.json["revision"]) == (200, 2)
    late = put(patrick, text.replace(OLD, 'name="Anders"'), 1)
    assert late.status_code == 409
    assert "Patrick Prozess-Demo hat diesen Entwurf" in late.json["sentence"]
    assert NEW in text_of(patrick)


def test_two_people_are_told_of_each_other_and_the_later_keeps_a_copy(web, patrick):
    with web.arranged():
        process_owner("paula")
    paula = web.person(PAULA).open("/workbench/1/board?file=check_referral.bpmn")
    for person in (patrick, paula):
        person.open("/workbench/1/board?file=check_referral.bpmn")
        person.client.post("/workbench/1/seen", headers={"X-CSRFToken": token(person)})
    seen = patrick.client.post("/workbench/1/seen", headers={"X-CSRFToken": token(patrick)}).json
    assert seen["others"] == "Auch hier: Paula Prozess-Demo"
    text = text_of(patrick)
    put(patrick, text.replace(OLD, NEW), 1)
    assert put(paula, text.replace(OLD, 'name="Wählen"'), 1).status_code == 409
    copied = paula.client.post(
        "/workbench/1/copies/check_referral.bpmn",
        data=text.replace(OLD, 'name="Wählen"').encode(),
        headers={"X-CSRFToken": token(paula)},
    ).json["url"]
    assert copied == "/workbench/2/board?file=check_referral.bpmn"
    assert 'name="Wählen"' in text_of(paula, "/workbench/2/files/check_referral.bpmn")
    assert NEW in text_of(paula)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("<html/>", 422),
        ("", 422),
        ("<a>" * 70, 422),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x/>', 422),
        (b"\xff\xfe\x00", 400),
        ("x" * 3_000_000, 422),
    ],
)
def test_hostile_files_are_refused_with_a_sentence_and_change_nothing(web, patrick, data, code):
    before = text_of(patrick)
    assert put(patrick, data, 1).status_code == code
    assert text_of(patrick) == before


def test_a_script_in_a_name_stays_text_on_every_page(web, patrick, cases):
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"
    text = text_of(patrick).replace(OLD, f'name="{evil}"')
    assert put(patrick, text, 1).status_code == 200
    for page in ("check", "try", "examples", "rehearsal", "release", "board"):
        assert "<script>alert" not in patrick.open(f"/workbench/1/{page}").text
        assert "<img src=x" not in patrick.text
    patrick.open("/workbench/1/release").post(
        "/workbench/1/release", **{"from": "", "revision": seen(web)}
    )
    for page in ("/processes/2", "/processes/operation", "/workbench"):
        assert "<img src=x" not in patrick.open(page).text


def test_findings_come_in_words_with_reason_and_place(web, patrick):
    put(patrick, text_of(patrick).replace('name="form" value="triage"', 'name="form" value="x"'), 1)
    found = {
        (f["code"], f["element"]): f for f in patrick.client.get("/workbench/1/findings.json").json
    }
    one = found["UNKNOWN_FORM", "triage"]
    assert one["words"] == "Dieses Formular gibt es nicht."
    assert "nicht kennt" in one["reason"]
    assert "Dieses Formular gibt es nicht." in patrick.open("/workbench/1/check").words
    assert "lässt sich der Entwurf noch nicht spielen" in patrick.open("/workbench/1/try").words
    patrick.open("/workbench/1/release").post(
        "/workbench/1/release", expect=422, **{"from": "", "revision": seen(web)}
    )
    assert "Die Prüfung sagt nein" in patrick.words


def test_the_check_page_tells_which_example_goes_another_way(web, patrick):
    with web.arranged():
        draft = drawing_drafts.drawing_draft(1)
        example = {"name": "Anders", "steps": [{"step": "triage"}]}
        drawing_drafts.keep_example(draft, "x.json", example, by=player.user(PATRICK))
    page = patrick.open("/workbench/1/check")
    assert "Dieses Beispiel geht einen anderen Weg" in page.text
    found = patrick.client.get("/workbench/1/findings.json").json
    (told,) = (one for one in found if one["code"] == "EXAMPLE_FAILED")
    assert told["url"] == "/workbench/1/examples/x.json"
    assert patrick.client.get("/workbench/1/try").status_code == 200, "it runs still"


def test_the_check_page_tells_conventions_in_two_modes_and_where_answers_are_used(web, patrick):
    words = patrick.open("/workbench/1/check").words
    assert "Alle geprüften Regeln sind eingehalten." in words
    assert "Entscheid über die Aufnahme: Entscheid" in words
    assert "beschreibenden Palette" in patrick.open("/workbench/1/check?mode=descriptive").words
    assert patrick.client.get("/workbench/1/check?mode=nope").status_code == 404


def test_a_condition_is_offered_what_is_known_there(web, patrick):
    names = patrick.client.get(
        "/workbench/1/names.json?process=check_referral&element=f_decision_forward"
    ).json["names"]
    triage = next(one for one in names if one["code"] == "triage.decision")
    assert triage["words"] == "Entscheid über die Aufnahme: Entscheid"
    assert {"code": "decline", "words": "ablehnen"} in triage["choices"]
    assert "check_in.outcome" not in {one["code"] for one in names}


def test_the_bench_says_which_rule_fires(web, patrick):
    (table,) = patrick.client.get("/workbench/1/bench/routing.dmn").json
    assert [one["words"] for one in table["inputs"]] == ["Gewünschtes Angebot", "Zielgruppe"]
    told = patrick.client.get('/workbench/1/decide/routing?v0="open"&v1="CHILD"').json
    assert (told["fired"], told["answers"][0]["value"]) == ([2], "Seite an Seite")
    assert patrick.client.get("/workbench/1/decide/nope").status_code == 404


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_every_form_can_be_looked_at_as_people_see_it(web, patrick, key):
    assert patrick.open(f"/workbench/1/forms/{key}?variant=mentor").page.xpath("//*[@data-form]")


def test_files_of_another_tool_become_a_draft_with_a_report(web):
    patrick = web.person(PATRICK).open("/workbench")
    data = {
        "files": (io.BytesIO(VENDORS["Camunda 7"]), "Aufnahme.bpmn"),
        "csrf_token": patrick.token,
    }
    patrick.response = patrick.client.post("/workbench/import", data=data)
    assert "Bericht zum Import" in patrick.words
    assert "embedded:app:forms/triage.html" in patrick.words
    assert "Nichts: So kann veröffentlicht werden." in patrick.words
    with web.arranged():
        draft = db.scalars(sa.select(DrawingDraft)).one()
        assert (draft.process_id, list(draft.files)) == ("admission", ["Aufnahme.bpmn"])
    patrick.open("/workbench/1/board")


def test_a_file_that_cannot_be_read_begins_nothing_and_says_why(web):
    patrick = web.person(PATRICK).open("/workbench")
    data = {"files": (io.BytesIO(b"<svg/>"), "x.bpmn"), "csrf_token": patrick.token}
    patrick.response = patrick.client.post("/workbench/import", data=data)
    assert patrick.response.status_code == 422
    assert "Keine der Dateien lässt sich lesen." in patrick.words
    patrick.open("/workbench").post("/workbench/import", expect=422)
    assert "Wählen Sie mindestens eine Datei." in patrick.words


def test_all_files_go_out_as_a_zip_that_comes_in_unharmed(web, patrick):
    data = patrick.client.get("/workbench/1/files.zip").data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert archive.read("check_referral.bpmn").decode() == text_of(patrick)
        assert json.loads(archive.read("examples/declined.json"))["name"]
    assert len(names) == 9 + 12


def test_a_picture_becomes_a_pdf_and_nothing_else_does(web, patrick):
    patrick.open("/workbench/1/board")
    headers = {"X-CSRFToken": token(patrick)}
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><text>a</text></svg>'
    made = patrick.client.post("/workbench/1/pdf", data=svg, headers=headers)
    assert made.data.startswith(b"%PDF")
    for bad in (b"<html/>", b"x", b'<!DOCTYPE svg [<!ENTITY x "y">]><svg/>'):
        assert patrick.client.post("/workbench/1/pdf", data=bad, headers=headers).status_code == 422


def test_a_case_is_tried_and_kept_as_an_example_and_touches_no_case(web, patrick):
    patrick.open("/workbench/1/try?step=completeness_check")
    patrick.send(expect=422)
    assert "Beantworten Sie" in patrick.errors[0]
    patrick.send(outcome="complete")
    assert "Über die Aufnahme entscheiden" in patrick.words
    patrick.post("/workbench/1/try/timer", timer="triage_late")
    patrick.open("/workbench/1/try?step=triage").send(
        decision="decline", decline_reason="LANGUAGE", decision_text_to_office="Zuerst ein Kurs."
    )
    assert "Der Fall ist zu Ende: not_pursued." in patrick.words
    place = patrick.client.get("/workbench/1/try/place.json").json
    assert (place["now"], "declined" in place["passed"]) == ([], True)
    patrick.post("/workbench/1/try/undo")
    assert "Der Fall ist zu Ende" not in patrick.words
    patrick.post("/workbench/1/try/keep", name="Triage wird spät")
    assert "«Triage wird spät» ist ein Beispiel" in patrick.words
    with web.arranged():
        kept = db.get(DrawingDraft, 1).examples["triage_wird_sp_t.json"]
        assert kept["steps"][-1] == {
            "timer": "triage_late",
            "waits": ["triage"],
            "status": "in_triage",
        }
        assert db.scalar(sa.select(sa.func.count()).select_from(Referral)) == 0
        assert db.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


def test_a_message_comes_in_between_and_other_facts_begin_another_case(web, patrick):
    patrick.open("/workbench/1/try?message=referral_withdrawn").send()
    assert "Der Fall ist zu Ende" in patrick.words
    forms = patrick.page.forms
    facts = next(f for f in forms if (f.get("action") or "").endswith("/try/begin"))
    asked = {element.name: "" for element in facts.inputs if element.name}
    patrick.post("/workbench/1/try/begin", data={**asked, "referral.program_wish": "2"})
    assert "Anmeldung auf Vollständigkeit prüfen" in patrick.words
    patrick.post("/workbench/1/try/timer", timer="nothing_like_this")
    assert "Das geht hier nicht." in patrick.words
    assert patrick.client.get("/workbench/1/try?step=triage").status_code == 200


def test_an_example_is_changed_refused_removed_and_says_what_becomes_of_it(web, patrick):
    assert patrick.open("/workbench/1/examples").words.count("geht seinen Weg.") == 12
    patrick.open("/workbench/1/examples/declined.json")
    patrick.post("/workbench/1/examples/declined.json", text="{", expect=422)
    assert "Das ist kein JSON." in patrick.words
    patrick.post("/workbench/1/examples/declined.json", text='{"steps": [{"x": 1}]}', expect=422)
    wrong = {"name": "Falsch", "steps": [{"step": "completeness_check", "waits": ["triage"]}]}
    wrong["steps"][0]["answers"] = {"outcome": "incomplete"}
    patrick.post("/workbench/1/examples/declined.json", text=json.dumps(wrong))
    assert "es sollte warten: triage. Es wartet: supply_items." in patrick.words
    patrick.open("/workbench/1/release").post(
        "/workbench/1/release", expect=422, **{"from": "", "revision": seen(web)}
    )
    assert "Diese Beispiele gehen einen anderen Weg" in patrick.words
    patrick.open("/workbench/1/examples").post("/workbench/1/examples/declined.json/forget")
    assert "Falsch" not in patrick.words


def test_a_real_case_becomes_an_example_without_its_person(web, patrick, cases):
    patrick.open("/workbench/1/examples")
    patrick.post("/workbench/1/examples/from-case", number=cases[3])
    assert "Ein Beispiel ohne Namen ist gemacht." in patrick.words
    with web.arranged():
        mentee = db.scalars(sa.select(Referral).where(Referral.number == cases[3])).one().mentee
        for said in (mentee.last_name, mentee.first_name, cases[3], "Zuerst ein Kurs"):
            assert said not in patrick.text
    patrick.open("/workbench/1/examples").post("/workbench/1/examples/from-case", number="x<y>")
    assert "Einen Fall «x<y>» gibt es nicht." in patrick.words


def test_rehearse_release_move_and_back(web, patrick, cases):
    put(patrick, text_of(patrick).replace(OLD, NEW), 1)
    patrick.open("/workbench/1/rehearsal").post("/workbench/1/rehearsal")
    assert patrick.client.get("/workbench/1/rehearsal/progress.json").json["ended"] is False
    patrick.post("/workbench/1/rehearsal")
    assert "Ein Probelauf ist schon im Gang." in patrick.words
    work(web)
    words = patrick.open("/workbench/1/rehearsal").words
    assert "gehen mit, wie sie sind2" in words
    assert "«Über die Aufnahme entscheiden» heisst neu «Entscheiden»" in words
    assert "gingen denselben Weg1" in words
    assert patrick.client.get("/workbench/1/rehearsal/marks.json").json["counts"] == {"triage": 1}
    words = patrick.open("/workbench/1/release").words
    assert "3 laufende Fälle gehen mit, 1 davon mit Änderungen, 0 nicht." in words
    patrick.post("/workbench/1/release", **{"from": "", "revision": seen(web)})
    assert patrick.path == "/processes/2"
    patrick.open("/processes/2/moves").post("/processes/2/moves", numbers=f"{cases[0]}, {cases[2]}")
    work(web)
    assert "2 von 2 umgestellt" in patrick.open("/processes/2/moves").words
    patrick.post("/processes/2/moves", numbers="2026-99999")
    assert "lässt sich nicht umstellen" in patrick.words
    patrick.post("/processes/2/moves", back="1")
    work(web)
    assert "2 von 2 zurückgestellt" in patrick.open("/processes/2/moves").words


def test_a_blocked_case_says_why_and_what_would_help(web, patrick, cases):
    text = text_of(patrick)
    for old, new in (('"triage"', '"decide"'), (">triage<", ">decide<")):
        text = text.replace(old, new)
    put(patrick, text.replace('value="decide"', 'value="triage"'), 1)
    with web.arranged():
        draft = drawing_drafts.drawing_draft(1)
        owner = player.user(PATRICK)
        for name in list(draft.examples):
            drawing_drafts.forget_example(draft, name, by=owner)
    patrick.open("/workbench/1/release").post(
        "/workbench/1/release", **{"from": "", "revision": seen(web)}
    )
    patrick.open("/processes/2/moves").post("/processes/2/moves", numbers="")
    work(web)
    words = patrick.open("/processes/2/moves").words
    assert "2 von 3 umgestellt" in words
    assert "ist nicht mehr gezeichnet, und der Fall wartet dort." in words
    assert "Lassen Sie «Über die Aufnahme entscheiden» in der Zeichnung" in words


def test_with_four_eyes_another_person_releases(web, patrick):
    config = web.app.extensions["intake"]
    web.app.extensions["intake"] = dataclasses.replace(config, four_eyes=True)
    with web.arranged():
        process_owner("paula")
    put(patrick, text_of(patrick).replace(OLD, NEW), 1)
    patrick.open("/workbench/1/release").post(
        "/workbench/1/release", expect=409, **{"from": "", "revision": seen(web)}
    )
    assert "Freigeben muss eine andere Person" in patrick.words
    patrick.open("/workbench/1/release").post("/workbench/1/release/hand-in")
    assert put(patrick, text_of(patrick), 2).status_code == 409
    paula = web.person(PAULA).open("/workbench/1/release")
    paula.post("/workbench/1/release", **{"from": "", "revision": seen(web)})
    words = paula.open("/workbench").words
    assert "Patrick Prozess-Demo" in words
    assert "Paula Prozess-Demo hat Entwurf 1 als Version 2 freigegeben" in words


def test_a_version_from_a_day_on_waits_for_its_day(web, patrick, clock):
    put(patrick, text_of(patrick).replace(OLD, NEW), 1)
    for wrong in ("12.1.2026", "1.1.2020", "32.1.2026", "morgen"):
        patrick.open("/workbench/1/release")
        patrick.post("/workbench/1/release", expect=422, **{"from": wrong, "revision": seen(web)})
    patrick.post("/workbench/1/release", **{"from": "15.1.2026", "revision": seen(web)})
    assert "ab 15.01.2026" in patrick.open("/workbench").words
    with web.arranged():
        assert latest_diagram(REFERRAL).version == 1
        assert db.scalar(sa.select(sa.func.count()).select_from(Diagram)) == 2


def test_operation_leads_from_a_figure_to_the_cases_but_not_to_their_names(web, patrick, cases):
    words = patrick.open("/processes/operation").words
    assert "Anmeldung auf Vollständigkeit prüfen 0001 Anmeldung prüfen2" in words
    assert "ablehnen1100 %" in words
    marks = json.loads(patrick.page.xpath('//script[@id="marks-2"]')[0].text)
    assert marks["counts"] == {"completeness_check": 2, "triage": 1}
    assert marks["shares"]["f_decision_tell_decline"] == "100 %"
    assert "die Hälfte war in 0 Stunden fertig" in marks["said"]["triage"]
    listed = patrick.open("/processes/operation/cases/completeness_check")
    assert cases[0] in listed.words
    with web.arranged():
        mentee = db.scalars(sa.select(Referral).where(Referral.number == cases[0])).one().mentee
        assert mentee.last_name not in listed.text
    assert "–" in patrick.open("/processes/operation?days=0&program=2").words
    assert patrick.client.get("/processes/operation/cases/nope").status_code == 404
