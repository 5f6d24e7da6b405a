"""Notes, papers and what is left of a case: after a hand-over, a forwarding, an end; and typed numbers."""

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import REGISTRY
from intake.forms.fields import Text
from intake.forms.numbers import masked, refuse_numbers
from models.documents import Document
from models.journal import Audience
from models.messages import Message
from models.migrations import downgrade, upgrade
from models.programs import programs
from models.referrals import Referral
from models.session import db, transaction
from models.submissions import Submission
from models.tasks import Task
from workflows import desk

PETRA, URS, RETO, MONIKA, LEA = (
    f"{n}@example.org" for n in ("p.beispiel", "u.beispiel", "r.beispiel", "m.muster", "l.keller")
)
AHV = "756.1234.5678.97"


@pytest.fixture
def case_id(web):
    with web.arranged():
        petra = player.user(PETRA)
        return player.refer(organisation_of(petra), petra, last_name="Verschwunden-Demo").id


def write(person, case_id, text, **fields):
    return person.open(f"/cases/{case_id}").post(f"/cases/{case_id}/messages", text=text, **fields)


def add_paper(person, case_id, name):
    token = person.open(f"/cases/{case_id}").token
    paper = (io.BytesIO(b"%PDF-1.7 x"), name)
    url = f"/cases/{case_id}/documents"
    person.client.post(url, data={"csrf_token": token, "document": paper})


def hand_over(web, case_id):
    with web.arranged():
        reto = player.user(RETO)
        case = db.get(Referral, case_id)
        desk.hand_over(case, reto, organisation_of(reto), by=player.user(PETRA))


def forward(web, case_id, along=()):
    with web.arranged():
        case, monika = db.get(Referral, case_id), player.user(MONIKA)
        player.do(case, "completeness_check", monika)
        other = next(p for p in programs() if p.code == "seite_an_seite")
        ids = db.scalars(sa.select(Document.id).where(Document.filename.in_(along)))
        player.do(
            case,
            "triage",
            monika,
            decision="forward",
            forward_to=str(other.id),
            decision_text_to_office="Dort passt es besser.",
            papers_along=[str(key) for key in ids],
        )


def test_a_note_is_not_read_by_the_next_office_nor_by_the_next_provider(web, case_id):
    write(web.person(PETRA), case_id, "Notiz von Olten", note="1")
    write(web.person(PETRA), case_id, "Frage von Olten")
    write(web.person(MONIKA), case_id, "Notiz von Co-Pilot", note="1")
    assert "Notiz von Olten" in web.person(URS).open(f"/cases/{case_id}").text
    hand_over(web, case_id)
    page = web.person(RETO).open(f"/cases/{case_id}").text
    assert "Notiz von" not in page
    assert "Frage von Olten" in page
    assert web.person(PETRA).client.get(f"/cases/{case_id}").status_code == 404
    forward(web, case_id)
    page = web.person(LEA).open(f"/cases/{case_id}").text
    assert "Notiz von" not in page
    assert "Frage von Olten" not in page


def test_papers_of_the_office_go_along_and_those_of_a_provider_only_if_they_are_given(web, case_id):
    add_paper(web.person(PETRA), case_id, "olten.pdf")
    for name in ("behalten.pdf", "mitgegeben.pdf"):
        add_paper(web.person(MONIKA), case_id, name)
    assert "behalten.pdf" in web.person(PETRA).open(f"/cases/{case_id}").text
    forward(web, case_id, along=["mitgegeben.pdf"])
    lea = web.person(LEA)
    page = lea.open(f"/cases/{case_id}").text
    assert [n in page for n in ("olten.pdf", "mitgegeben.pdf", "behalten.pdf")] == [1, 1, 0]
    with web.arranged():
        keys = dict(db.execute(sa.select(Document.filename, Document.key)).all())
    codes = {name: lea.client.get(f"/documents/{key}").status_code for name, key in keys.items()}
    assert codes == {"olten.pdf": 200, "mitgegeben.pdf": 200, "behalten.pdf": 404}
    monika = web.person(MONIKA)
    assert {monika.client.get(f"/documents/{key}").status_code for key in keys.values()} == {404}
    assert "ein Dokument hinzugefügt" in page
    hand_over(web, case_id)
    assert "olten.pdf" in web.person(RETO).open(f"/cases/{case_id}").text


ENDS = {
    "declined": lambda case, monika, petra: player.do(
        case,
        "triage",
        monika,
        decision="decline",
        decline_reason="NOT_TARGET_GROUP",
        decision_text_to_office="Leider kein Platz.",
    ),
    "withdrawn": lambda case, monika, petra: player.send(case, "withdrawal", petra),
    "revoked": lambda case, monika, petra: player.send(case, "consent_revocation", petra),
}


@pytest.mark.parametrize("end", [*ENDS, "forwarded"])
def test_after_the_end_a_provider_has_a_remainder_and_nothing_else(web, case_id, end):
    add_paper(web.person(PETRA), case_id, "olten.pdf")
    if end == "forwarded":
        forward(web, case_id)
    else:
        with web.arranged():
            case, monika, petra = db.get(Referral, case_id), player.user(MONIKA), player.user(PETRA)
            player.do(case, "completeness_check", monika)
            ENDS[end](case, monika, petra)
    with web.arranged():
        case = db.get(Referral, case_id)
        number, last_name = case.number, case.mentee.last_name
        key = db.scalars(sa.select(Document.key)).one()
        tasks = db.scalars(sa.select(Task.id).where(Task.closed_at.is_not(None))).all()
        answers = db.scalars(sa.select(Submission.answers)).first()
        assert desk.can_undo(case, player.user(MONIKA)) is None
        assert desk.possible_messages(case, player.user(MONIKA)) == []
        assert desk.possible_records(case, player.user(MONIKA)) == []
    monika = web.person(MONIKA)
    page_text = monika.open(f"/cases/{case_id}").text
    assert number in page_text
    assert "Wird gelöscht am" in page_text
    assert {"declined": "Leider kein Platz.", "forwarded": "Dort passt es"}.get(
        end, ""
    ) in page_text
    listed = monika.open("/cases").text
    assert number in listed
    assert "Kein Fall passt" in monika.open(f"/cases?text={last_name}").words
    for text in (page_text, listed, monika.open("/tasks").text):
        assert last_name not in text
        assert answers["goals"] not in text
    for url in (
        *(f"/cases/{case_id}/{part}" for part in ("referral.pdf", "received", "place.json")),
        *(f"/cases/{case_id}/{part}" for part in ("drawing.bpmn", "act/withdrawal", "correct")),
        f"/documents/{key}",
        *(f"/tasks/{task}" for task in tasks),
    ):
        assert monika.client.get(url).status_code in (403, 404), url
    token = monika.open("/account").token
    for url in ("messages", "undo", "documents", "act/withdrawal"):
        data = {"csrf_token": token, "text": "x"}
        assert monika.client.post(f"/cases/{case_id}/{url}", data=data).status_code == 404, url


@pytest.mark.parametrize(
    "typed",
    [AHV, "7561234567897", "756 1234 5678 97", "ZEMIS 12345678.9", "Zemis-Nr. 012.345.678-9"],
)
def test_a_number_is_refused_at_every_field_for_text(typed):
    for key, form in REGISTRY.items():
        for name, field in form()._fields.items():
            if isinstance(field, Text):
                field.process({}, None)
                with pytest.raises(ValueError, match="Nehmen Sie sie weg"):
                    field.process_formdata([f"Frau Demo, {typed}, zuhause"])
                assert name, key


@pytest.mark.parametrize("typed", ["756.1234.5678.98", "12345678.9", "032 000 00 11", "31.12.2026"])
def test_what_is_no_such_number_is_taken(typed):
    refuse_numbers(typed)
    assert masked(typed) == typed


def test_the_numbers_of_older_versions_are_masked_for_a_provider(web, case_id):
    with web.arranged(), transaction():
        sent = db.scalars(sa.select(Submission)).one()
        number = sent.answers["zemis_number"]
        sent.answers = {
            **sent.answers,
            "case_reference": f"AHV {AHV}",
            "remarks": f"Dossier {number}",
            "last_name": f"Demo {AHV}",
        }
        db.add(Message(**_message(sent, f"AHV {AHV}")))
    shown = web.person(MONIKA).open(f"/cases/{case_id}")
    assert AHV not in shown.text
    assert number not in shown.text
    assert "AHV •••" in shown.text
    assert AHV in web.person(PETRA).open(f"/cases/{case_id}").text


def _message(sent, text):
    return {
        "referral_id": sent.referral_id,
        "provider_id": sent.provider_id,
        "by_id": sent.by_id,
        "at": sent.at,
        "text": text,
        "audience": Audience.BOTH,
    }


def test_a_message_with_a_number_is_refused_and_stays_in_its_field(web, case_id):
    petra = web.person(PETRA).open(f"/cases/{case_id}")
    petra.post(f"/cases/{case_id}/messages", 422, text=f"Ihre Nummer: {AHV}")
    assert AHV in petra.page.xpath('//textarea[@id="text"]')[0].text
    assert "Hier steht eine AHV-Nummer" in petra.text
    with web.arranged():
        assert db.scalars(sa.select(Message)).all() == []


def test_a_provider_is_not_asked_for_the_numbers_of_the_office(web):
    web.app.extensions["intake"] = _with_ahv(web.app.extensions["intake"])
    for email, asked in ((PETRA, True), (MONIKA, False)):
        person = web.person(email).open("/drafts")
        person.post("/drafts")
        page = person.open(person.path.replace("/office", "/person")).text
        for name in ("zemis_number", "ahv_number", "n_number", "social_assistance"):
            assert (f'name="{name}"' in page) is asked, (email, name)


def _with_ahv(config):
    return replace(config, ahv=True)


def test_existing_notes_and_papers_get_the_organisation_that_wrote_them(web, case_id, sqlite_url):
    write(web.person(PETRA), case_id, "Notiz von Olten", note="1")
    write(web.person(MONIKA), case_id, "Notiz von Co-Pilot", note="1")
    add_paper(web.person(PETRA), case_id, "olten.pdf")
    add_paper(web.person(MONIKA), case_id, "copilot.pdf")
    with web.arranged():
        office = organisation_of(player.user(PETRA)).id
        provider = organisation_of(player.user(MONIKA)).id
    web.app.extensions["engine"].dispose()
    downgrade(sqlite_url, "0016")
    upgrade(sqlite_url)
    with web.arranged():
        for row in (Message, Document):
            found = db.scalars(sa.select(row.organisation_id).order_by(row.id)).all()
            assert found == [office, provider]
