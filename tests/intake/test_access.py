"""Every route as every role of the own, a sibling and a foreign organisation."""

import io

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PERSONAS
from models.documents import Document
from models.drafts import Draft
from models.mentors import Mentor
from models.people import Role
from models.processes import latest_diagram
from models.referrals import Referral
from models.role_requests import RoleRequest
from models.session import db, transaction
from models.tasks import Task
from tests.factors import equip, passkey
from workflows import drawing_drafts
from workflows.diagrams.published import REFERRAL
from workflows.drafts import start_draft
from workflows.role_requests import ask

PETRA, URS, RETO = (f"{n}@example.org" for n in ("p.beispiel", "u.beispiel", "r.beispiel"))
MONIKA, THOMAS, LEA, BRUNO = (
    f"{n}@example.org" for n in ("m.muster", "t.muster", "l.keller", "b.keller")
)
EVA, PATRICK, ANNA = (f"{n}@example.org" for n in ("e.kontroll", "p.prozess", "a.admin"))
#: Works at two places; whom she acts for is chosen first.
NORA = "n.beispiel@example.org"
EVERYBODY = [persona.email for persona in PERSONAS]
OWN_OFFICE, OWN_PROVIDER = {PETRA, URS}, {MONIKA, THOMAS}
NORA_AT = {f"{NORA} {place}": place for place in ("Sozialregion Wasseramt", "SRK Kanton Solothurn")}
NORA_OFFICE, NORA_PROVIDER = NORA_AT
OFFICES = OWN_OFFICE | {RETO, "s.beispiel@example.org", NORA_OFFICE}
PROVIDERS = OWN_PROVIDER | {LEA, BRUNO, NORA_PROVIDER}
WORKERS = OFFICES | PROVIDERS
ALL = {*EVERYBODY, *NORA_AT}
NOBODY: set[str] = set()

#: Who may open what: GET and POST by endpoint. A route that is missing here fails the test.
MAY = {
    "account.show": ALL,
    "role_requests.index": {ANNA},
    "role_requests.agree": {ANNA},
    "role_requests.refuse": {ANNA},
    "security.index": {ANNA},
    "account.change": ALL,
    "account.password": ALL,
    "account.end_session": ALL,
    "account.end_sessions": ALL,
    "account.discard": ALL,
    "acting.show": ALL,
    "acting.choose": ALL,
    "board.show": {PATRICK},
    "board.file": {PATRICK},
    "board.keep": {PATRICK},
    "board.copy": {PATRICK},
    "board.seen": {PATRICK},
    "board.known": {PATRICK},
    "board.names": {PATRICK},
    "board.findings_now": {PATRICK},
    "board.bench": {PATRICK},
    "board.decide": {PATRICK},
    "board.form": {PATRICK},
    "board.pdf": {PATRICK},
    "cases.index": WORKERS,
    "cases.show": OWN_OFFICE | OWN_PROVIDER,
    "cases.received": OWN_OFFICE | OWN_PROVIDER,
    "cases.pdf": OWN_OFFICE | OWN_PROVIDER,
    "cases.drawing": OWN_OFFICE | OWN_PROVIDER,
    "cases.place": OWN_OFFICE | OWN_PROVIDER,
    "cases.say": OWN_OFFICE | OWN_PROVIDER,
    "cases.undo": OWN_OFFICE | OWN_PROVIDER,
    "cases.act": OWN_OFFICE | OWN_PROVIDER,
    "cases.correct": OWN_OFFICE,
    "cases.hand_over": OWN_OFFICE,
    "deadlines.index": {THOMAS, BRUNO, PATRICK},
    "deadlines.add_day": {PATRICK},
    "deadlines.forget_day": {PATRICK},
    "documents.fetch": OWN_OFFICE | OWN_PROVIDER,
    "documents.add": OWN_OFFICE | OWN_PROVIDER,
    "drafts.index": WORKERS,
    "drafts.start": WORKERS,
    "drafts.blank": WORKERS,
    "drafts.consent": WORKERS,
    "drafts.section": OWN_OFFICE,
    "drafts.save": OWN_OFFICE,
    "drafts.review": OWN_OFFICE,
    "drafts.delete": OWN_OFFICE,
    "examples.index": {PATRICK},
    "examples.show": {PATRICK},
    "examples.forget": {PATRICK},
    "examples.from_case": {PATRICK},
    "incidents.index": {ANNA},
    "incidents.retry_all": {ANNA},
    "incidents.mend": {ANNA},
    "incidents.mail": {ANNA},
    "mentors.index": PROVIDERS,
    "mentors.new": PROVIDERS,
    "mentors.edit": OWN_PROVIDER,
    "mentors.pause": PROVIDERS,
    "moves.index": {PATRICK},
    "moves.begin": {PATRICK},
    "moves.progress": {PATRICK},
    "operation.index": {PATRICK},
    "operation.cases": {PATRICK},
    "people.index": {ANNA},
    "people.invite": {ANNA},
    "people.active": {ANNA},
    "people.show": {ANNA},
    "people.give": {ANNA},
    "people.take": {ANNA},
    "people.invite_again": {ANNA},
    "processes.index": ALL,
    "processes.show": ALL,
    "processes.file": ALL,
    "processes.marks": ALL,
    "questions.index": {PATRICK},
    "questions.show": {PATRICK},
    "rehearsals.show": {PATRICK},
    "rehearsals.begin": {PATRICK},
    "rehearsals.progress": {PATRICK},
    "rehearsals.marks": {PATRICK},
    "releases.show": {PATRICK},
    "releases.hand_in": {PATRICK},
    "releases.release": {PATRICK},
    **{
        key: {ANNA}
        for key in (
            "organisations.index",
            "organisations.new",
            "organisations.show",
            "organisations.edit",
            "programs.new",
            "programs.show",
            "programs.edit",
            "programs.add_contract",
            "programs.contract",
            "programs.forget_contract",
            "places.index",
            "places.call_off",
            "places.change",
        )
    },
    "setup.index": {ANNA},
    "tasks.inbox": WORKERS | {EVA},
    "tasks.show": OWN_PROVIDER,
    "tasks.draft": OWN_PROVIDER,
    "tasks.claim": OWN_PROVIDER,
    "tasks.release": OWN_PROVIDER,
    "tasks.assign": OWN_PROVIDER,
    "tryout.show": {PATRICK},
    "tryout.do": {PATRICK},
    "tryout.turn": {PATRICK},
    "tryout.undo": {PATRICK},
    "tryout.begin": {PATRICK},
    "tryout.tell": {PATRICK},
    "tryout.keep": {PATRICK},
    "tryout.place": {PATRICK},
    "waiting_list.index": PROVIDERS,
    "workbench.index": {PATRICK},
    "workbench.begin": {PATRICK},
    "workbench.bring": {PATRICK},
    "workbench.checked": {PATRICK},
    "workbench.describe": {PATRICK},
    "workbench.discard": {PATRICK},
    "workbench.take_back": {PATRICK},
    "workbench.export": {PATRICK},
    "sign_in.leave": ALL,
    "factors.index": ALL,
    "factors.password": ALL,
    "factors.app": ALL,
    "factors.remove_app": ALL,
    "factors.add_passkey": ALL,
    "factors.challenge": ALL,
    "factors.passkey": {PETRA},
    "factors.remove_passkey": {PETRA},
    "factors.codes": ALL,
    "factors.kept": ALL,
    "people.reset_factors": {ANNA},
}
PUBLIC = {
    "monitoring.healthz",
    "monitoring.readyz",
    "monitoring.metrics",
    "sign_in.home",
    "sign_in.show",
    "sign_in.enter",
    "sign_in.enter_as",
    "sign_in.forgotten",
    "sign_in.password",
    "sign_in.language",
    "second_step.show",
    "second_step.enter",
    "second_step.challenge",
}


@pytest.fixture
def rows(web):
    """One of everything: a case of Olten at Co-Pilot, its task, a draft, a mentor, a paper."""
    with web.arranged():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        case = player.refer(organisation_of(petra), petra)
        player.mentor(organisation_of(monika), monika)
        start_draft(organisation_of(petra).id, {}, by=petra)
        drawing_drafts.begin(latest_diagram(REFERRAL), by=player.user(PATRICK))
        case_id = case.id
        equip(petra)
        key = passkey(petra)
        with transaction():
            ask(petra, organisation_of(monika), Role.COORDINATOR, player.user(ANNA))
    person = web.person(PETRA).open(f"/cases/{case_id}")
    person.client.post(
        f"/cases/{case_id}/documents",
        data={"csrf_token": person.token, "document": (io.BytesIO(b"%PDF-1.7 x"), "a.pdf")},
    )
    with web.arranged():
        return {
            "referral_id": case_id,
            "task_id": db.scalars(sa.select(Task.id)).one(),
            "draft_id": db.scalars(sa.select(Draft.id)).one(),
            "mentor_id": db.scalars(sa.select(Mentor.id)).one(),
            "key": db.scalars(sa.select(Document.key)).one(),
            "extra_id": 1,
            "request_id": db.scalars(sa.select(RoleRequest.id)).one(),
            "incident_id": 1,
            "mail_id": 1,
            "organisation_id": organisation_of(monika).id,
            "program_id": 1,
            "contract_id": 1,
            "change": "merge",
            "municipality_id": 2500,
            "session_id": 1,
            "passkey_id": key,
            "user_id": player.user(PETRA).id,
            "membership_id": player.user(PETRA).memberships[0].id,
            "code": "office",
            "form_key": "withdrawal",
            "diagram_id": 1,
            "name": "referral.bpmn",
            "secret": "x",
            "example": "declined.json",
            "decision": "routing",
            "element": "triage",
            "question": "triage.decision",
        }


def routes(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield rule


def test_the_table_names_every_route(web):
    endpoints = {rule.endpoint for rule in routes(web.app)}
    assert endpoints == set(MAY) | PUBLIC


@pytest.mark.parametrize("email", sorted(ALL - {NORA}))
def test_a_person_opens_what_is_theirs_and_nothing_else(web, rows, email):
    person = web.person(email.split()[0])
    if email in NORA_AT:
        person.act_for(NORA_AT[email])
    token = person.open("/account").token
    wrong = []
    for rule in routes(web.app):
        if rule.endpoint in PUBLIC or rule.endpoint == "sign_in.leave":
            continue
        url = rule.rule
        for name in rule.arguments:
            url = url.replace(f"<int:{name}>", str(rows[name])).replace(
                f"<{name}>", str(rows[name])
            )
        allowed = email in MAY[rule.endpoint]
        for method in rule.methods & {"GET", "POST", "PUT"}:
            if method != "GET" and allowed:
                continue  # what it does is told elsewhere; here only that others cannot
            if method == "GET":
                code = person.client.get(url).status_code
            else:
                data = {"csrf_token": token, "text": "x"}
                code = person.client.open(url, method=method, data=data).status_code
            refused = code in (401, 403, 404)
            if refused == allowed:
                wrong.append((method, url, code))
    assert not wrong


def test_without_signing_in_every_page_leads_to_the_sign_in(web, rows):
    nobody = web.person()
    for rule in routes(web.app):
        if rule.endpoint in PUBLIC or "GET" not in rule.methods:
            continue
        url = rule.rule
        for name in rule.arguments:
            url = url.replace(f"<int:{name}>", str(rows[name])).replace(
                f"<{name}>", str(rows[name])
            )
        found = nobody.client.get(url)
        assert (found.status_code, "/sign-in?next=" in found.headers.get("Location", "")) == (
            302,
            True,
        ), url


def test_a_page_without_a_token_is_not_taken(web, rows):
    person = web.person(MONIKA)
    assert (
        person.client.post(f"/tasks/{rows['task_id']}", data={"outcome": "complete"}).status_code
        == 400
    )
    with web.arranged():
        assert db.scalars(sa.select(Task)).one().closed_at is None


def test_headers_let_nothing_in_from_elsewhere(web):
    found = web.person().client.get("/sign-in")
    policy = found.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in found.headers["Cache-Control"]
    assert found.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in found.headers, "not over plain HTTP"
    secure = web.person().client.get("/sign-in", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_browser_forgets_what_it_showed_when_somebody_signs_out(web):
    petra = web.person(PETRA).open("/tasks")
    left = petra.client.post("/sign-out", data={"csrf_token": petra.token})
    assert left.status_code == 302
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_ahv_number_is_not_even_asked_and_never_shown_to_a_provider(web, rows):
    petra = web.person(PETRA).open(f"/drafts/{rows['draft_id']}/person")
    assert "ahv_number" not in petra.text
    assert "AHV" not in web.person(MONIKA).open(f"/cases/{rows['referral_id']}").text


def test_a_provider_never_receives_the_offices_own_answers(web, rows):
    case = f"/cases/{rows['referral_id']}"
    assert "00000101.1" in web.person(PETRA).open(case).text
    monika = web.person(MONIKA)
    assert "00000101.1" not in monika.open(case).text
    read = {mail: _pages(web.person(mail), f"{case}/referral.pdf") for mail in (PETRA, MONIKA)}
    assert "00000101.1" in read[PETRA]
    assert "00000101.1" not in read[MONIKA]


def _pages(person, url):
    """What a PDF says: its bytes are packed and would hide anything."""
    return "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(person.client.get(url).data)).pages
    )


def test_an_office_never_receives_the_providers_notes(web, rows):
    with web.arranged():
        monika = player.user(MONIKA)
        case = db.get(Referral, rows["referral_id"])
        player.do(case, "completeness_check", monika)
        player.do(case, "triage", monika, internal_note="nur für uns")
    case = f"/cases/{rows['referral_id']}"
    assert "nur für uns" not in web.person(PETRA).open(case).text
    assert "nur für uns" in web.person(THOMAS).open(case).text


@pytest.mark.parametrize(
    "url",
    [
        "/tasks/999999",
        "/cases/0",
        "/cases/99999999999999999999",
        "/tasks?after=%00",
        "/tasks?program=x&region=-1&urgency=%F0",
        "/cases?status=nope&after=abc&text=%25%25",
        "/documents/../../etc/passwd",
        "/drafts/1/nope",
        "/cases/1/act/nope",
        "/processes/1/../../x",
    ],
)
def test_whatever_stands_in_the_address_gets_a_page(web, rows, url):
    found = web.person(PETRA).client.get(url, follow_redirects=True)
    assert found.status_code in (200, 400, 404, 409)
    assert "Traceback" not in found.text
