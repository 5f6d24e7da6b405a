"""Requests that no page of ours asked for: from other web sites, other sessions, other people."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PASSWORD
from models.held_forms import HeldForm
from models.people import User
from models.session import db, transaction
from models.tasks import Task
from workflows.rounds import make_round

ANNA, PETRA, MONIKA, THOMAS, PATRICK = (
    f"{n}@example.org" for n in ("a.admin", "p.beispiel", "m.muster", "t.muster", "p.prozess")
)
CHANGE = {"phone": "032 000 00 01", "function": "geändert", "asked": "shortcuts"}


@pytest.fixture
def task(web):
    """The address of the first step of a case."""
    with web.arranged():
        petra = player.user(PETRA)
        player.refer(organisation_of(petra), petra)
        return f"/tasks/{db.scalars(sa.select(Task.id)).one()}"


def function_of(web, email):
    with web.arranged():
        return db.scalar(sa.select(User.function).where(User.email == email))


def changed(person, token, **headers):
    """Send the form of one's own account; the answer's code."""
    person.response = person.client.post(
        "/account", data={**CHANGE, "csrf_token": token}, headers=headers
    )
    return person.response.status_code


def is_signed_in(person):
    return person.client.get("/account").status_code == 200


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://evil.example.org"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://intake.test.evil.example.org"},
    {"Origin": "https://intake.test"},
    {"Origin": "http://intake.test:81"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example.org"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://intake.test"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_what_another_web_site_sends_is_refused_even_with_a_good_token(web, headers):
    petra = web.person(PETRA).open("/account")
    before = function_of(web, PETRA)
    assert changed(petra, petra.token, **headers) == 403
    assert "eine andere Website" in petra.words
    assert CHANGE["function"] not in petra.text
    assert function_of(web, PETRA) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://intake.test"},
        {"Origin": "http://INTAKE.test"},
    ],
)
def test_what_ones_own_page_sends_is_run(web, headers):
    petra = web.person(PETRA).open("/account")
    assert changed(petra, petra.token, **headers) == 302
    assert function_of(web, PETRA) == CHANGE["function"]


def test_every_route_refuses_another_web_site_before_anything_else(web):
    """Also without a session, also where there is no page: nothing is asked of the database."""
    nobody = web.person()
    statements = []
    engine = web.app.extensions["engine"]
    sa.event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    for rule in web.app.url_map.iter_rules():
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            url = rule.rule.replace("<int:", "<")
            for name in rule.arguments:
                url = url.replace(f"<{name}>", "1")
            found = nobody.client.open(url, method=method, headers={"Origin": "https://evil.test"})
            assert found.status_code == 403, url
            assert "/sign-in?" not in found.text, "no way to have it run after signing in"
    assert statements == []


def forged(web, token=""):
    """What makes an administrator of whoever sends it, as another web site would have it sent."""
    values = {
        "first_name": "Eva",
        "last_name": "Fremd",
        "email": "evil@example.org",
        "organisation": "1",
        "role": "administrator",
    }
    return values | ({"csrf_token": token} if token else {})


def test_a_foreign_form_is_neither_run_nor_carried_through_the_sign_in(web):
    """It made an administrator: the sign-in page held the foreign fields and sent them on."""
    anna = web.person()
    anna.response = anna.client.post("/people/invite", data=forged(web))
    assert anna.response.status_code == 401
    assert "evil@example.org" not in anna.text
    anna.send(sign_in_email=ANNA, sign_in_password=PASSWORD).give_factor()
    assert anna.path == "/people/invite"
    assert "evil@example.org" not in anna.text
    with web.arranged():
        assert db.scalar(sa.select(User).where(User.email == "evil@example.org")) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ImEi.x.y", "ä", "\0"])
def test_a_form_without_a_token_of_ours_is_not_offered_to_be_sent_again(web, token):
    anna = web.person(ANNA)
    anna.response = anna.client.post("/people/invite", data=forged(web, token))
    assert anna.response.status_code == 400
    assert "evil@example.org" not in anna.text
    assert not anna.page.xpath("//main//form")
    with web.arranged():
        assert db.scalar(sa.select(User).where(User.email == "evil@example.org")) is None


def test_the_token_of_another_session_of_the_same_person_is_not_enough(web):
    one, other = web.person(PETRA).open("/account"), web.person(PETRA).open("/account")
    before = function_of(web, PETRA)
    assert changed(one, other.token) != 200
    assert function_of(web, PETRA) == before


def test_the_token_of_another_person_is_not_enough(web):
    petra, monika = web.person(PETRA).open("/account"), web.person(MONIKA).open("/account")
    before = function_of(web, PETRA)
    assert changed(petra, monika.token) == 400
    assert CHANGE["function"] not in petra.text
    assert function_of(web, PETRA) == before


def test_a_token_from_before_the_sign_in_is_worth_nothing_after_it(web):
    petra = web.person().open("/sign-in")
    early = petra.token
    petra.post("/sign-in", sign_in_email=PETRA, sign_in_password=PASSWORD)
    before = function_of(web, PETRA)
    assert changed(petra, early) == 400
    assert function_of(web, PETRA) == before


@pytest.mark.parametrize("brought", ["nothing", "the attacker's"])
def test_nobody_is_signed_in_as_somebody_else_by_another_web_site(web, brought):
    """Login CSRF: who then types, types into the attacker's account."""
    token = web.person().open("/sign-in").token if brought != "nothing" else ""
    victim = web.person()
    for opened in (False, True):
        if opened:
            victim.open("/sign-in")
        values = {"sign_in_email": MONIKA, "sign_in_password": PASSWORD, "csrf_token": token}
        victim.response = victim.client.post("/sign-in", data=values)
        assert victim.response.status_code == 400
        assert MONIKA not in victim.text
        assert not is_signed_in(victim)


def test_a_sign_in_page_that_is_sent_twice_leads_to_the_first_page(web):
    petra = web.person().open("/sign-in")
    values = {
        "csrf_token": petra.token,
        "sign_in_email": PETRA,
        "sign_in_password": PASSWORD,
    }
    petra.client.post("/sign-in", data=values)
    found = petra.client.post("/sign-in", data=values, follow_redirects=True)
    assert found.request.path == "/tasks"


ODD = (
    "//[",
    "http://[",
    "http://a\u2100b",
    "/x\ny",
    "/x\r\nSet-Cookie: a=b",
    "/\\evil.test",
    "//evil.test",
)


@pytest.mark.parametrize("onward", ODD)
def test_an_odd_address_to_go_on_to_leads_nowhere_else(web, onward):
    petra = web.person().open(f"/sign-in?{urlencode({'next': onward})}")
    signs_in(petra, PETRA)
    assert petra.path == "/tasks"
    petra.post("/language", locale="en", next=onward)
    assert petra.response.status_code == 200
    assert petra.path == "/tasks"


def test_public_forms_need_a_token_too(web):
    nobody = web.person()
    for url, values in (
        ("/password/forgotten", {"sign_in_email": PETRA}),
        ("/language", {"locale": "en"}),
    ):
        assert nobody.client.post(url, data=values).status_code == 400
        nobody.open("/sign-in")
        assert nobody.post(url, **values).path in ("/sign-in", "/")


def test_scripts_send_the_token_in_a_header(web):
    petra = web.person(PETRA).open("/account")
    sent = petra.client.post("/account", data=CHANGE, headers={"X-CSRFToken": petra.token})
    assert sent.status_code == 302
    assert function_of(web, PETRA) == CHANGE["function"]


def ended(person):
    """The session is over: the browser has no cookie any more."""
    person.client.delete_cookie("intake")


def sent_late(person, url, **fields):
    person.response = person.client.post(url, data={**fields, "csrf_token": person.token})
    return person.response.status_code


def signs_in(person, email):
    """With the sign-in page that came instead."""
    return person.send(sign_in_email=email, sign_in_password=PASSWORD).give_factor()


def held(web):
    with web.arranged():
        return [(row.user_id, row.path, row.fields) for row in db.scalars(sa.select(HeldForm))]


def test_what_was_typed_waits_for_its_person_and_she_sends_it_herself(web, task):
    monika = web.person(MONIKA).open(task)
    ended(monika)
    answers = {"outcome": "incomplete", "missing_items": "goals", "missing_text": "Welche Ziele?"}
    assert sent_late(monika, task, **answers, evil="fremd", sign_in_password="x") == 401
    assert "Ihre Sitzung ist abgelaufen" in monika.words
    assert "Welche Ziele?" not in monika.text, "the sign-in page carries no fields"
    assert [(path, set(fields)) for _user, path, fields in held(web)] == [(task, set(answers))]
    signs_in(monika, MONIKA)
    assert monika.path == task
    assert "Gesendet ist es nicht" in monika.words
    assert monika.page.xpath("//textarea[@name='missing_text']")[0].text.strip() == "Welche Ziele?"
    assert monika.page.xpath("//input[@name='outcome'][@checked]/@value") == ["incomplete"]
    with web.arranged():
        assert db.scalars(sa.select(Task)).one().closed_at is None, "nothing is sent by itself"
    monika.send()
    assert "Die fallführende Stelle reicht sie nach" in monika.words
    assert held(web) == []
    assert "Gesendet ist es nicht" not in monika.open("/tasks").words


def test_what_waits_may_be_thrown_away(web, task):
    monika = web.person(MONIKA).open(task)
    ended(monika)
    assert sent_late(monika, task, outcome="incomplete", missing_text="Welche Ziele?") == 401
    signs_in(monika, MONIKA)
    monika.press("Verwerfen")
    assert (monika.path, held(web)) == (task, [])
    assert "Welche Ziele?" not in monika.text
    monika.post("/account/held/discard", page="https://elsewhere.example")
    assert monika.path == "/account"


def test_another_person_who_signs_in_sees_nothing_of_it(web, task):
    monika = web.person(MONIKA).open(task)
    ended(monika)
    sent_late(monika, task, outcome="incomplete", missing_text="Nur von Monika")
    signs_in(monika, THOMAS)
    assert monika.path == task
    assert "Nur von Monika" not in monika.text
    assert "Gesendet ist es nicht" not in monika.words
    assert len(held(web)) == 1
    again = web.person(MONIKA)
    assert again.path == task, "she is led to it wherever she signs in"
    assert "Nur von Monika" in again.text


@pytest.mark.parametrize(
    ("email", "page", "url", "name", "text"),
    [
        (PETRA, "/account", "/account", "function", "Neu getippt"),
        (PETRA, "/cases/1", "/cases/1/messages", "text", "Eine lange Nachricht"),
        (MONIKA, "/tasks/1", "/cases/1/messages", "text", "Eine Notiz beim Schritt"),
        (MONIKA, "/mentors", "/mentors/pause", "reason", "Es fehlen Freiwillige."),
        (MONIKA, "/mentors/new", "/mentors/new", "last_name", "Neuling-Demo"),
        (PETRA, "/cases/1/correct", "/cases/1/correct", "last_name", "Korrigiert-Demo"),
        (PETRA, "/cases/1/act/withdrawal", "/cases/1/act/withdrawal", "reason", "Umzug nach Bern"),
        (ANNA, "/people/invite", "/people/invite", "last_name", "Eingeladen-Demo"),
        (ANNA, "/organisations/new", "/organisations/new", "name", "Neue Stelle"),
        (ANNA, "/programs/1/edit", "/programs/1/edit", "name", "Anderer Name"),
        (ANNA, "/programs/1", "/programs/1/contracts", "places", "17"),
        (ANNA, "/places/add-region", "/places/add-region", "name", "Neue Region"),
        (PATRICK, "/deadlines", "/deadlines", "T6-0", "19"),
        (PATRICK, "/deadlines", "/deadlines/days", "name", "Brückentag"),
        (PATRICK, "/workbench", "/workbench/begin", "note", "Ein neuer Schritt"),
    ],
)
def test_each_form_has_what_was_typed_again(web, task, email, page, url, name, text):
    person = web.person(email).open(page)
    assert person.page.xpath(f"//main//*[@name='{name}']"), "the form has such a field"
    ended(person)
    assert sent_late(person, url, **{name: text}) == 401
    signs_in(person, email)
    assert person.path == page
    assert text in person.text
    assert "Gesendet ist es nicht" in person.words


def test_a_page_of_an_earlier_session_of_the_same_person_opens_with_what_was_typed(web, task):
    """Two tabs: in one she has signed in again, in the other she sends what she had begun."""
    monika = web.person(MONIKA).open(task)
    early = monika.token
    ended(monika)
    monika.open("/sign-in").post("/sign-in", sign_in_email=MONIKA, sign_in_password=PASSWORD)
    values = {"csrf_token": early, "outcome": "incomplete", "missing_text": "Aus dem alten Tab"}
    found = monika.client.post(task, data=values)
    assert (found.status_code, found.headers["Location"]) == (303, task)
    assert "Aus dem alten Tab" in monika.open(task).text
    with web.arranged():
        assert db.scalars(sa.select(Task)).one().closed_at is None


def test_a_page_that_was_open_for_more_than_half_a_day_keeps_nothing(web, task, clock):
    monika = web.person(MONIKA).open(task)
    clock.shift(timedelta(hours=12, minutes=1))
    assert sent_late(monika, task, missing_text="von gestern") == 401
    assert held(web) == []


def test_what_nobody_comes_for_is_gone_after_a_day(web, task, clock):
    monika = web.person(MONIKA).open(task)
    ended(monika)
    sent_late(monika, task, missing_text="vergessen")
    clock.shift(timedelta(days=1, minutes=1))
    assert "vergessen" not in web.person(MONIKA).open(task).text
    with web.arranged():
        make_round()
    assert held(web) == []


def test_nothing_is_kept_of_a_request_that_is_not_signed(web, task):
    monika = web.person(MONIKA).open(task)
    ended(monika)
    for token in ("", "x", monika.token[:-1] + "x"):
        monika.client.post(task, data={"csrf_token": token, "missing_text": "fremd"})
    assert held(web) == []


def test_no_more_is_kept_than_a_person_types(web, task):
    monika = web.person(MONIKA).open(task)
    ended(monika)
    assert sent_late(monika, task, missing_text="x" * 300_000) == 401
    assert held(web) == []


def test_somebody_who_has_left_leaves_nothing_behind(web, task):
    monika = web.person(MONIKA).open(task)
    with web.arranged(), transaction():
        db.execute(sa.update(User).where(User.email == MONIKA).values(active=False))
    assert sent_late(monika, task, missing_text="zu spät") == 401
    assert held(web) == []


def test_a_password_is_never_kept(web):
    petra = web.person(PETRA).open("/account")
    ended(petra)
    sent_late(petra, "/account/password", old_password=PASSWORD, new_password="ein neuer Satz")
    assert held(web) == []
