"""Pages under stress: two people, sessions that end, files, sign-in, the administration, mail."""

import io
import os
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import request

from intake import create_app
from intake.config import UnsafeSetting, from_environment
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PASSWORD
from intake.mail import sender
from models import private
from models.documents import Document
from models.mentors import MentorPlace
from models.outbox import Mail, MailState
from models.people import Role, User
from models.referrals import Referral
from models.session import connect, db, transaction
from models.tasks import Task
from tests.conftest import config_for
from tests.storm import free_port
from workflows import worker

PETRA, MONIKA, THOMAS, ANNA = (
    f"{n}@example.org" for n in ("p.beispiel", "m.muster", "t.muster", "a.admin")
)


@pytest.fixture
def task(web):
    """Monika's first task, on a referral of Petra's."""
    with web.arranged():
        petra = player.user(PETRA)
        case = player.refer(organisation_of(petra), petra)
        return f"/tasks/{player.step_of(case, 'completeness_check').id}"


def test_the_second_of_two_is_told_who_was_faster_and_keeps_the_answers(web, task):
    monika, thomas = web.person(MONIKA).open(task), web.person(THOMAS).open(task)
    monika.send(outcome="complete")
    thomas.send(
        outcome="incomplete", missing_items=["goals"], missing_text="Welche Ziele?", expect=409
    )
    assert "Monika Muster-Demo hat diese Aufgabe schon erledigt" in thomas.words
    assert "Welche Ziele?" in thomas.text


def test_a_task_that_a_colleague_holds_is_not_taken(web, task):
    monika, thomas = web.person(MONIKA).open(task), web.person(THOMAS).open(task)
    monika.post(f"{task}/claim")
    thomas.send(
        outcome="incomplete", missing_items=["goals"], missing_text="Welche Ziele?", expect=409
    )
    assert "Monika Muster-Demo hat diese Aufgabe übernommen" in thomas.words
    assert "Welche Ziele?" in thomas.text


def test_a_step_costs_eleven_statements_and_one_commit(web, task):
    """A budget: whoever adds a statement to every step takes one away, or says why here.

    SQLite is told to begin the transaction; that is not counted. The eleventh notes which way was taken
    at a choice, for the figures of operation; a step without a choice takes ten.
    """
    monika = web.person(MONIKA).open(task)
    statements, commits = [], []
    engine = web.app.extensions["engine"]
    sa.event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    sa.event.listen(engine, "commit", lambda _c: commits.append(1))
    data = {"csrf_token": monika.token, "outcome": "complete", "complete_on": "12.1.2026"}
    assert monika.client.post(task, data=data).status_code == 302
    statements.remove("BEGIN IMMEDIATE")
    assert (len(statements), len(commits)) == (11, 1)


def test_idle_people_are_signed_out(web, clock, task):
    monika = web.person(MONIKA)
    clock.shift(timedelta(minutes=59))
    monika.open("/tasks")
    clock.shift(timedelta(minutes=61))
    assert monika.open("/tasks").path == "/sign-in"


def test_a_draft_of_a_step_is_there_again(web, task):
    monika = web.person(MONIKA).open(task)
    half = {"outcome": "incomplete", "missing_text": "halb", "complete_on": ""}
    monika.post(f"{task}/draft", **half, asked=["missing_items", "due_on"])
    assert ">halb</textarea>" in monika.open(task).text
    assert ">halb</textarea>" not in web.person(THOMAS).open(task).text


def test_a_note_is_written_beside_the_work_and_leads_back_to_it(web, task):
    monika = web.person(MONIKA).open(task)
    case = monika.page.xpath("//p[@class='crumbs']/a[2]/@href")[0]
    monika.post(
        f"{case}/messages", note="1", task=task.rsplit("/", 1)[1], text="Rückruf am Freitag"
    )
    assert monika.path == task
    assert "Rückruf am Freitag" in monika.open(case).words
    assert "Rückruf am Freitag" not in web.person(PETRA).open(case).words


def test_a_step_is_undone_from_the_case(web, task):
    monika = web.person(MONIKA).open(task).send(outcome="complete")
    assert "Rückgängig machen" in monika.words
    monika.post(f"{monika.path}/undo")
    assert "ist rückgängig gemacht" in monika.words
    assert "wird auf Vollständigkeit geprüft" in monika.words


def test_a_step_taken_back_still_holds_its_answers(web, task):
    monika = web.person(MONIKA).open(task)
    monika.send(outcome="incomplete", missing_items=["goals"], missing_text="Welche Ziele?")
    monika.post(f"{monika.path}/undo")
    assert ">Welche Ziele?</textarea>" in monika.open(task).text


def test_a_form_with_errors_says_what_to_do_and_keeps_what_was_typed(web, task):
    monika = web.person(MONIKA).open(task)
    monika.send(outcome="complete", complete_on="32.13.2026", expect=422)
    assert monika.errors == [
        "«Vollständig seit»: Diesen Tag gibt es nicht. Prüfen Sie Tag, Monat und Jahr."
    ]
    assert 'value="32.13.2026"' in monika.text
    assert monika.page.findtext(".//title").startswith("Fehler")


def test_a_place_that_was_given_away_is_refused_with_the_answers_kept(web, task):
    with web.arranged():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        mentor = player.mentor(organisation_of(monika), monika)
        cases = [
            db.scalars(sa.select(Referral)).one(),
            player.refer(organisation_of(petra), petra, zemis_number="00000103.1"),
        ]
        for case in cases:
            for step in ("completeness_check", "triage", "intake_interview"):
                player.do(case, step, monika)
        first, second = (f"/tasks/{player.step_of(case, 'matching_proposal').id}" for case in cases)
        mentor_id = str(mentor.id)
    answers = {**player.STEPS["matching_proposal"], "mentor_id": mentor_id}
    one, other = web.person(MONIKA).open(first), web.person(MONIKA).open(second)
    assert "beide frei" in one.words
    one.send(**answers)
    other.send(**answers, expect=422)
    assert "Gemeinsame freie Zeit" in other.text
    with web.arranged():
        assert len(list(db.scalars(sa.select(MentorPlace)))) == 1


def upload(person, case, name, data):
    person.open(case)
    values = {"csrf_token": person.token, "kind": "consent", "document": (io.BytesIO(data), name)}
    person.response = person.client.post(f"{case}/documents", data=values, follow_redirects=True)
    return person.words


def test_documents_are_told_by_their_content_and_served_to_those_who_may(web, task):
    case, petra = "/cases/1", web.person(PETRA)
    assert "Nur PDF, PNG und JPEG" in upload(petra, case, "a.pdf", b"MZ not a pdf")
    assert "Die Datei ist leer" in upload(petra, case, "a.pdf", b"")
    words = upload(petra, case, "../../etc/passwd.exe", b"%PDF-1.7 hello")
    assert "passwd.pdf" in words
    assert "nicht auf Viren geprüft" in words
    with web.arranged():
        document = db.scalars(sa.select(Document)).one()
        key = document.key
    found = web.person(MONIKA).client.get(f"/documents/{key}")
    assert found.data == b"%PDF-1.7 hello"
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert web.person("l.keller@example.org").client.get(f"/documents/{key}").status_code == 404


def test_a_full_disk_is_a_sentence(web, task, monkeypatch):
    def full(_path):
        return os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb")

    monkeypatch.setattr(private, "overwrite", full)
    assert "konnte nicht abgelegt werden" in upload(
        web.person(PETRA), "/cases/1", "a.pdf", b"%PDF-1.7"
    )


def test_a_file_too_large_is_a_sentence(web, task):
    words = upload(web.person(PETRA), "/cases/1", "a.pdf", b"%PDF-" + b"x" * (10 * 1024 * 1024))
    assert "grösser als 10 MB" in words


def test_a_step_drawn_into_the_other_sides_lane_shows_nothing_of_the_provider(web, task):
    """A process owner may swap lanes; the register of mentors does not go along."""
    with web.arranged():
        monika, petra = player.user(MONIKA), player.user(PETRA)
        mentor = player.mentor(organisation_of(monika), monika)
        case = db.scalars(sa.select(Referral)).one()
        for step in ("completeness_check", "triage", "intake_interview"):
            player.do(case, step, monika)
        proposal = player.step_of(case, "matching_proposal")
        url, name = f"/tasks/{proposal.id}", mentor.last_name
        assert name in web.person(MONIKA).open(url).words
        with transaction():
            proposal.role, proposal.organisation_id = Role.CASE_MANAGER, organisation_of(petra).id
    person = web.person(PETRA).open(url)
    assert name not in person.text
    assert not person.page.xpath("//*[@name='mentor_id' or @name='reason']")


def test_an_activity_report_is_the_providers_to_record_while_a_tandem_runs(web, task):
    url = "/cases/1/act/activity_log"
    web.person(MONIKA).open(url, expect=409)
    with web.arranged():
        monika = player.user(MONIKA)
        mentor = player.mentor(organisation_of(monika), monika)
        case = db.scalars(sa.select(Referral)).one()
        for step in ("completeness_check", "triage", "intake_interview"):
            player.do(case, step, monika)
        player.do(case, "matching_proposal", monika, mentor=mentor)
        for side in ("mentor", "mentee"):
            player.do(case, "proposal_answer", monika, side)
        for step in ("first_meeting", "tandem_agreement"):
            player.do(case, step, monika)
    person = web.person(MONIKA).open(url)
    person.send(month="2026-01", meetings="0", hours="2", expenses="viel", expect=422)
    assert "Geben Sie einen Betrag ein" in person.words
    person.send(meetings="3", hours="6,5", expenses="1'012.50", remarks="unter uns gesagt")
    assert "hat einen Einsatzrapport festgehalten" in person.words
    assert "CHF 1'012.50" in person.words
    assert "unter uns gesagt" not in web.person(PETRA).open("/cases/1").words
    web.person(PETRA).open(url, expect=409)


def test_messages_and_notes(web, task):
    petra, monika = web.person(PETRA).open("/cases/1"), web.person(MONIKA).open("/cases/1")
    petra.post("/cases/1/messages", text="Wann ist <b>Platz</b>?")
    monika.post("/cases/1/messages", text="unter uns", note="1")
    assert "Wann ist <b>Platz</b>?" in monika.words
    assert "unter uns" not in petra.open("/cases/1").words


def test_a_correction_is_shown_to_the_provider(web, task):
    petra = web.person(PETRA).open("/cases/1/correct")
    petra.send(first_name="Samara")
    monika = web.person(MONIKA).open("/cases/1")
    assert "korrigiert" in monika.words
    assert "1 Angaben (Vorname)" in monika.words


def test_the_history_tells_who_did_what(web, task):
    web.person(MONIKA).open(task).send(outcome="complete")
    words = web.person(PETRA).open("/cases/1").words
    assert "Monika Muster-Demo hat «Anmeldung auf Vollständigkeit prüfen» erledigt" in words
    place = web.person(PETRA).client.get("/cases/1/place.json").json
    assert "triage" in place["now"]
    assert "completeness_check" in place["passed"]


def test_guessing_passwords_is_throttled_for_everybody(web):
    for _ in range(8):
        web.person().open("/sign-in").post(
            "/sign-in", sign_in_email=PETRA, sign_in_password="x", expect=422
        )
    blocked = web.person().open("/sign-in")
    blocked.post("/sign-in", sign_in_email=PETRA, sign_in_password=PASSWORD, expect=429)
    assert "in 15 Minuten nochmals" in blocked.words


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example.org",
        "https://evil.example.org/",
        "/\\evil.example.org",
        "javascript:alert(1)",
    ],
)
def test_signing_in_never_leads_elsewhere(web, target):
    person = web.person().open("/sign-in")
    values = {"csrf_token": person.token, "sign_in_email": PETRA, "sign_in_password": PASSWORD}
    found = person.client.post("/sign-in", query_string={"next": target}, data=values)
    assert found.headers["Location"] == "/tasks"


def test_one_click_sign_in_exists_in_the_demo_only(web):
    person = web.person().open("/sign-in")
    person.post("/sign-in/as", email=PETRA, expect=404)


def test_an_invited_person_sets_a_password_and_a_leaver_is_out_at_once(web, task):
    anna = web.person(ANNA).open("/people/invite")
    office = anna.page.xpath('//option[text()="Caritas Solothurn"]/@value')[0]
    anna.send(
        first_name="Nina",
        last_name="Neu-Demo",
        email="n.neu@example.org",
        organisation=office,
        role="case_manager",
        expect=422,
    )
    anna.send(role="coordinator")
    with web.arranged():
        mail = db.scalars(sa.select(Mail).where(Mail.notice == "invitation")).one()
        link = f"/password/{mail.facts['secret']}"
    nina = web.person().open(link)
    nina.post(link, sign_in_password="kurz", expect=422)
    nina.post(link, sign_in_password="ein langer guter Satz")
    nina.open(link, expect=410)
    nina.open("/sign-in").post(
        "/sign-in", sign_in_email="n.neu@example.org", sign_in_password="ein langer guter Satz"
    )
    nina.open(task).post(f"{task}/claim")
    with web.arranged():
        nina_id = db.scalars(sa.select(User).where(User.email == "n.neu@example.org")).one().id
    anna.open("/people").post(f"/people/{nina_id}/active", deactivate="1")
    assert "1 Aufgabe ist wieder frei" in anna.words
    assert nina.open("/tasks").path == "/sign-in"
    with web.arranged():
        assert db.scalars(sa.select(Task)).one().assignee_id is None


def test_behind_a_proxy_each_caller_is_throttled_alone(sqlite_url, tmp_path):
    app = create_app(config_for(sqlite_url, tmp_path, proxies=1), connect(sqlite_url))
    seen = []
    app.before_request(lambda: seen.append((request.remote_addr, request.is_secure)))
    headers = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    found = app.test_client().get("/sign-in", headers=headers)
    assert seen == [("203.0.113.7", True)]
    assert "Strict-Transport-Security" in found.headers
    app.extensions["engine"].dispose()


def test_the_secret_of_a_link_is_not_kept_once_the_mail_is_sent(web):
    web.person().open("/password/forgotten").post("/password/forgotten", sign_in_email=PETRA)
    with web.arranged():
        seen = []
        worker.work_until_idle(lambda mail: seen.append("secret" in mail.facts))
        assert seen == [True]
        assert db.scalars(sa.select(Mail)).one().facts == {}


def test_a_forgotten_password_says_the_same_to_everybody(web):
    words = []
    for email in (PETRA, "nobody@example.org"):
        words.append(
            web.person()
            .open("/password/forgotten")
            .post("/password/forgotten", sign_in_email=email)
            .words
        )
    assert words[0] == words[1]


def test_a_provider_pauses_and_offices_read_why(web):
    monika = web.person(MONIKA).open("/mentors")
    monika.post("/mentors/pause", reason="Es fehlen Freiwillige.")
    assert "Es fehlen Freiwillige." in web.person(PETRA).open("/drafts").words
    monika.post("/mentors/pause", resume="1")
    assert "Es fehlen Freiwillige." not in web.person(PETRA).open("/drafts").words


def test_mail_reaches_a_real_server_without_anything_personal(web, task, clock, tmp_path):
    received = []

    class Keep:
        async def handle_DATA(self, _server, _session, envelope):
            received.append(envelope)
            return "250 OK"

    port = free_port()
    server = Controller(Keep(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        config = config_for(
            web.app.extensions["intake"].database_url,
            tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_tls="none",
        )
        clock.shift(timedelta(minutes=3))
        with web.arranged():
            worker.work_until_idle(sender(web.app, config))
    finally:
        server.stop()
    assert sorted(e.rcpt_tos[0] for e in received) == [MONIKA, PETRA]
    with web.arranged():
        assert set(db.scalars(sa.select(Mail.state))) == {MailState.SENT}
    for envelope in received:
        text = envelope.content.decode()
        assert "/cases/1" in text
        assert not re.search("Samira|Muster-Demo|Afghan", text)


def test_a_mail_server_that_is_away_is_shown_to_the_administration(web, task, clock, tmp_path):
    config = config_for(
        web.app.extensions["intake"].database_url,
        tmp_path,
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_tls="none",
    )
    for _ in range(6):
        clock.shift(timedelta(hours=12))
        with web.arranged():
            worker.work_until_idle(sender(web.app, config))
    assert "abgelehnt" in web.person(ANNA).open("/incidents").words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"INTAKE_DATABASE_URL": ""}, "INTAKE_DATABASE_URL"),
        ({"INTAKE_SECRET_KEY": "short"}, "INTAKE_SECRET_KEY"),
        ({"INTAKE_BASE_URL": "http://x"}, "https://"),
        ({"INTAKE_INSECURE_COOKIES": "1"}, "INTAKE_INSECURE_COOKIES"),
        ({"INTAKE_ENVIRONMENT": "prod"}, "INTAKE_ENVIRONMENT"),
        ({"INTAKE_IDLE_MINUTES": "abc"}, "INTAKE_IDLE_MINUTES"),
    ],
)
def test_an_unsafe_setting_stops_the_start_with_a_sentence(monkeypatch, changes, said):
    good = {
        "INTAKE_DATABASE_URL": "sqlite://",
        "INTAKE_SECRET_KEY": "x" * 40,
        "INTAKE_BASE_URL": "https://x",
    }
    for name, value in {**good, **changes}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UnsafeSetting, match=re.escape(said)):
        from_environment().checked()
