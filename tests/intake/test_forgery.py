"""Requests that no page of ours asked for: from other web sites, other sessions, other people."""

import pytest
import sqlalchemy as sa

from intake.demo.people import PASSWORD
from models.people import User
from models.session import db

ANNA, PETRA, MONIKA = (f"{n}@example.org" for n in ("a.admin", "p.beispiel", "m.muster"))
CHANGE = {"phone": "032 000 00 01", "function": "geändert"}


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
    anna.send(sign_in_email=ANNA, sign_in_password=PASSWORD)
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
