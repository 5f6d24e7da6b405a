"""The pages of the drawings: what a version changes, and where its cases wait."""

from datetime import timedelta

import pytest

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.differences import sentence
from intake.forms import vocabulary
from intake.times import said
from models.processes import Diagram
from models.session import db, transaction
from tests.workflows.test_differences import changed_bundles
from workflows.diagrams.differences import Change
from workflows.diagrams.published import REFERRAL, publish, shipped_bundle

PATRICK, PETRA, ANNA = (f"{n}@example.org" for n in ("p.prozess", "p.beispiel", "a.admin"))
RENAMED = ('name="Über die Aufnahme entscheiden"', 'name="Entscheiden"')
MOVED = ('<dc:Bounds x="', '<dc:Bounds x="1')
TOLD = "Aufgabe «Über die Aufnahme entscheiden» heisst neu «Entscheiden»."


@pytest.fixture
def three(web):
    """Versions 1, 2 with a new name, 3 like 1 but laid out otherwise; three cases on the third."""
    with web.arranged():
        for edit in (RENAMED, MOVED):
            publish(changed_bundles(edit)[1], REFERRAL, vocabulary(), by=None)
        petra, monika = player.user(PETRA), player.user("m.muster@example.org")
        cases = [
            player.refer(organisation_of(petra), petra, zemis_number=f"0000000{n}.1")
            for n in range(3)
        ]
        player.do(cases[0], "completeness_check", monika)


def marks(web, email, query="", file="check_referral.bpmn"):
    return web.person(email).client.get(f"/processes/3/{file}/marks.json{query}").json


def test_a_version_is_told_against_the_one_before_or_another(web, three):
    patrick = web.person(PATRICK)
    assert TOLD in patrick.open("/processes/2").words
    assert "Anmeldung prüfen" in patrick.words, "the process by its name"
    back = "Aufgabe «Entscheiden» heisst neu «Über die Aufnahme entscheiden»."
    assert back in patrick.open("/processes/3").words
    assert "Kein Unterschied" in patrick.open("/processes/3?against=1").words
    assert "Verglichen mit" in patrick.open("/processes/1").words
    assert marks(web, PATRICK)["changed"] == ["triage"]
    assert marks(web, PATRICK, file="referral.bpmn")["changed"] == []
    assert marks(web, PATRICK, "?against=1")["changed"] == []


def test_a_comparison_with_nothing_or_with_another_process_is_not_found(web, three):
    with web.arranged(), transaction():
        first = db.get_one(Diagram, 1)
        db.add(
            Diagram(
                process_id="other",
                version=1,
                checksum="x",
                files=dict(first.files),
                published_at=first.published_at,
                in_force_at=first.published_at,
            )
        )
    patrick = web.person(PATRICK)
    for query in ("?against=99", "?against=4"):
        assert patrick.client.get(f"/processes/3{query}").status_code == 404
        marked = f"/processes/3/referral.bpmn/marks.json{query}"
        assert patrick.client.get(marked).status_code == 404
    assert patrick.client.get("/processes/3/other.bpmn/marks.json").status_code == 404


def test_the_process_owner_sees_where_cases_wait_and_nobody_else(web, three, clock):
    assert marks(web, PATRICK)["counts"] == {"completeness_check": 2, "triage": 1}
    words = web.person(PATRICK).open("/processes/3").words
    assert "Vollständigkeit prüfen20" in words
    clock.shift(timedelta(days=60))
    words = web.person(PATRICK).open("/processes/3").words
    assert "Vollständigkeit prüfen22" in words
    for email in (PETRA, ANNA):
        assert marks(web, email)["counts"] == {}
        assert "Wo Fälle dieser Version warten" not in web.person(email).open("/processes/3").words


def test_one_version_alone_is_compared_with_nothing(web):
    words = web.person(PATRICK).open("/processes/1").words
    assert "Verglichen mit" not in words
    with web.arranged():
        assert publish(shipped_bundle(), REFERRAL, vocabulary(), by=None).version == 1


def test_a_deadline_a_form_and_a_status_are_told_as_people_say_them(sqlite_app):
    def told(what, before, after):
        return sentence(Change("p", "e", "userTask", "Prüfen", what, before, after))

    assert told("property due", "T2", "T3") == (
        "«Prüfen»: Frist von «5 Arbeitstage (T2)» auf «10 Arbeitstage (T3)» geändert."
    )
    assert told("time", "", 'working_days("T3")') == (
        "«Prüfen»: Zeit ist neu «10 Arbeitstage (T3) ab dann»."
    )
    assert (
        said('deadline_before(tandem.end, "T11")')
        == "6 Wochen (T11) vor «Tandem: vorgesehenes Ende»"
    )
    assert said("months_after(lapse.on, 12)") == "12 Monate nach «lapse.on»"
    assert said("2026-01-31") == "2026-01-31"
    assert "«Erstgespräch»" in told("property form", "triage", "intake_interview")
    assert "«Abgelehnt»" in told("property status", "admitted", "declined")
