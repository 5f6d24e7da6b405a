"""An office from nothing, without the demo: the shell, the pages and the mail that a real one has."""

import re
from datetime import date, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller

from intake import create_app
from intake.commands import main
from intake.demo import player
from intake.demo.answers import REFERRAL
from intake.demo.people import PASSWORD
from intake.forms import StepForm
from intake.forms.mentor import MentorForm
from intake.forms.referral import ReferralForm
from intake.mail import sender
from models.base import OFFICE_ZONE
from models.mentors import Mentor
from models.referrals import Referral, ReferralStatus
from models.session import connect, db
from models.tasks import open_tasks
from tests.browser import Person
from tests.conftest import config_for
from tests.storm import free_port
from workflows import worker

ADMIN, SUSANNE, CARLA, OLAF = (
    f"{name}@example.org" for name in ("anna.amt", "susanne.sozial", "carla.kontakt", "olaf.ablauf")
)


class Office:
    """The application on an empty database, its mail server, and what its people do."""

    def __init__(self, url, folder, clock, port, letters):
        self.config = config_for(
            url, folder, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none"
        )
        self.app = create_app(self.config, connect(url))
        self.clock, self.letters = clock, letters

    def person(self, email):
        return Person(self.app, email)

    def work(self):
        """The worker does what is due, mail goes out."""
        self.clock.shift(timedelta(minutes=5))
        with self.app.test_request_context():
            worker.work_until_idle(sender(self.app, self.config))
            db.remove()

    def come_to(self, year, month, day):
        self.clock.move_to(datetime(year, month, day, 10, tzinfo=OFFICE_ZONE))
        self.work()

    def arrive(self, email):
        """Follow the link in the last mail to an address and set a password."""
        self.work()
        letter = [text for to, text in self.letters if to == email][-1]
        guest = Person(self.app)
        guest.open("/password/" + re.search(r"/password/([\w-]+)", letter)[1])
        guest.post(guest.path, sign_in_password=PASSWORD)
        return self.person(email)


@pytest.fixture
def nothing(empty_url, tmp_path, clock, monkeypatch):
    """An empty database and the settings of an office; nothing else."""
    letters = []

    class Keep:
        async def handle_DATA(self, _server, _session, envelope):
            for to in envelope.rcpt_tos:
                letters.append((to, envelope.content.decode()))
            return "250 OK"

    port = free_port()
    server = Controller(Keep(), hostname="127.0.0.1", port=port)
    server.start()
    config = config_for(empty_url, tmp_path)
    for name, value in (
        ("INTAKE_ENVIRONMENT", "test"),
        ("INTAKE_DATABASE_URL", empty_url),
        ("INTAKE_SECRET_KEY", config.secret_key),
        ("INTAKE_DOCUMENTS", str(config.documents)),
        ("INTAKE_NEW_PASSWORD", PASSWORD),
    ):
        monkeypatch.setenv(name, value)
    yield lambda: Office(empty_url, tmp_path, clock, port, letters)
    server.stop()


def found(office):
    """From the shell to people who have come: what the manual of an office says."""
    assert main(["upgrade"]) == 0
    assert main(["user", "add", ADMIN, "Anna", "Amt", "VSEG", "administrator"]) == 0
    started = office()
    anna = started.person(ADMIN)
    assert "Was noch fehlt" in anna.words
    anna.open("/places/add-region").send(name="Jura-Süd")
    anna.open("/places/move")
    region = anna.page.xpath('//*[@name="region"]/option[text()="Jura-Süd"]/@value')[0]
    anna.send(municipality="2581", region=region, start="1.1.2026")
    anna.open(f"/organisations/new?kind=office&region={region}").send(email="sued@example.org")
    anna.open("/organisations/new?kind=provider")
    anna.send(name="Verein Brücke", email="bruecke@example.org")
    anna.open(anna.page.xpath('//a[contains(@href, "/programs/new/")]/@href')[0])
    anna.send(name="Brücken", duration_months="6", longest_months="12", check_in_months="3")
    anna.post(f"{anna.path}/contracts", valid_from="1.1.2026", valid_to="31.12.2027", places="5")
    for email, name, place, role in (
        (SUSANNE, "Susanne", "Sozialregion Jura-Süd", "case_manager"),
        (CARLA, "Carla", "Verein Brücke", "coordinator"),
        (OLAF, "Olaf", "Verband Solothurner Einwohnergemeinden (VSEG)", "process_owner"),
    ):
        anna.open("/people/invite")
        key = anna.page.xpath(f'//*[@name="organisation"]//option[text()="{place}"]/@value')[0]
        anna.send(first_name=name, last_name="Muster", email=email, organisation=key, role=role)
        assert f"{name} Muster" in anna.words
        started.arrive(email)
    return started, anna


def register(office):
    """The five sections, the review, the number; the key of the case."""
    susanne = office.person(SUSANNE)
    susanne.open("/drafts").post("/drafts")
    wanted = {
        **REFERRAL,
        "case_manager_email": SUSANNE,
        "case_manager_phone": "032 000 00 21",
        "program_wish": "bruecken",
    }
    for _code, _heading, names in ReferralForm.sections:
        sent = {
            key: "y" if value is True else value if isinstance(value, list) else str(value)
            for key, value in wanted.items()
            if key in names and value is not None
        }
        susanne.send(**sent)
        assert not susanne.errors, susanne.errors
    susanne.send()
    assert "Verein Brücke prüft sie als Nächstes" in susanne.words
    return int(re.search(r"/cases/(\d+)", susanne.text)[1])


def volunteer(office):
    """Carla enters a volunteer who is ready; the key."""
    with office.app.test_request_context():
        raw = player.raw_of(MentorForm().offer(), player.MENTOR)
        db.remove()
    carla = office.person(CARLA).open("/mentors/new")
    carla.fill("/mentors/new", raw)
    assert not carla.errors
    with office.app.test_request_context():
        key = db.query(Mentor).one().id
        db.remove()
    return key


def do(office, case_id, form_key, variant="", **changes):
    """Finish a step of the case on its page, from the inbox of who has it."""
    with office.app.test_request_context():
        task = next(
            t
            for t in open_tasks(case_id)
            if t.form_key == form_key and t.variant in (variant, t.variant if not variant else "")
        )
        form = StepForm.for_task(task)
        for name, rated in player.RATED.items():
            if name in form._fields:
                goals = [entry.data["goal"] for entry in form._fields[name].entries]
                changes.setdefault(name, [{"goal": goal, rated: "3"} for goal in goals])
        raw = player.raw_of(form, {**player.STEPS[form_key], **changes})
        task_id = task.id
        db.remove()
    carla = office.person(CARLA)
    assert f"/tasks/{task_id}" in carla.open("/tasks").text
    carla.open(f"/tasks/{task_id}")
    if carla.page.xpath("//button[@data-claim]"):
        carla.post(f"/tasks/{task_id}/claim")
    carla.fill(f"/tasks/{task_id}", raw)
    assert not carla.errors, carla.errors


def test_an_office_comes_from_nothing_to_its_first_closed_case(nothing):
    office, anna = found(nothing)
    case_id = register(office)
    office.work()
    told = [to for to, _text in office.letters]
    assert {SUSANNE, CARLA} <= set(told)
    mentor_id = volunteer(office)
    office.come_to(2026, 1, 15)
    for step in ("completeness_check", "triage", "intake_interview"):
        do(office, case_id, step)
    do(office, case_id, "matching_proposal", mentor_id=str(mentor_id))
    do(office, case_id, "proposal_answer", "mentor")
    do(office, case_id, "proposal_answer", "mentee")
    do(office, case_id, "first_meeting")
    do(
        office,
        case_id,
        "tandem_agreement",
        start_date="2026-01-20",
        planned_end_date="2026-07-20",
        trial_until="2026-03-17",
    )
    assert "1 von 5 Plätzen belegt" in office.person(CARLA).open("/waiting-list").words
    office.come_to(2026, 3, 18)
    do(office, case_id, "trial_review")
    office.come_to(2026, 4, 20)
    do(office, case_id, "check_in")
    office.come_to(2026, 6, 10)
    do(office, case_id, "extension", extend="no", new_end=None)
    office.come_to(2026, 7, 21)
    do(office, case_id, "final_report")
    with office.app.test_request_context():
        case = db.get_one(Referral, case_id)
        assert case.status is ReferralStatus.COMPLETED
        assert (case.social_region.name, case.office.name) == ("Jura-Süd", "Sozialregion Jura-Süd")
        db.remove()
    assert "Das Tandem ist abgeschlossen." in office.person(SUSANNE).open(f"/cases/{case_id}").words
    anna.open("/people", expect=200)
    office.app.extensions["engine"].dispose()


def test_the_day_after_the_upgrade_nothing_is_lost_by_doing_it_again(nothing):
    office, _anna = found(nothing)
    office.app.extensions["engine"].dispose()
    assert main(["upgrade"]) == 0
    assert main(["user", "add", ADMIN, "Anna", "Amt", "VSEG", "administrator"]) == 1
    again = nothing()
    anna = again.person(ADMIN).open("/organisations")
    assert "Sozialregion Jura-Süd" in anna.words
    assert date.today().year == 2026
    again.app.extensions["engine"].dispose()
