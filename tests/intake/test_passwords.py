"""Passwords: which are taken, guessing, links that set them, and where they never get to."""

import io
import logging
import threading
import unicodedata
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import accounts, passwords
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PASSWORD
from intake.forms.base import REGISTRY
from models.base import Base
from models.outbox import Mail
from models.people import User
from models.session import db, transaction
from models.sign_ins import AttemptOutcome, SignInAttempt
from models.tasks import Task
from workflows import memberships, worker
from workflows.drafts import start_draft

PETRA, MONIKA, URS = (f"{n}@example.org" for n in ("p.beispiel", "m.muster", "u.beispiel"))
GOOD = "fünf nasse Velosättel"
OWNER = User(email="nina.neu@gemeinde.example.org", first_name="Nina", last_name="Neuhaus-Rüegg")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("kurz", "mindestens 12 Zeichen"),
        ("fünf Velos", "mindestens 12 Zeichen"),
        (GOOD * 10, "höchstens 200 Zeichen"),
        ("a" * 12, "leicht zu erraten"),
        (" " * 12, "leicht zu erraten"),
        ("a" * 200, "leicht zu erraten"),
        ("password1234", "leicht zu erraten"),
        ("Passwort-2026!", "leicht zu erraten"),
        ("Willkommen2026!", "leicht zu erraten"),
        ("Sommer2026!!!!", "leicht zu erraten"),
        ("qwertzuiopü1", "leicht zu erraten"),
        ("iloveyou12345", "leicht zu erraten"),
        ("123456789012", "leicht zu erraten"),
        ("hallo hallo hallo", "leicht zu erraten"),
        ("Neuhaus nasse Velosättel", "weder Ihre Adresse"),
        ("N-e-u-h-a-u-s Velosättel", "weder Ihre Adresse"),
        (unicodedata.normalize("NFD", "nasse Rüegg Velosättel"), "weder Ihre Adresse"),
        ("nina.neu nasse Velosättel", "weder Ihre Adresse"),
        ("Caritas nasse Velosättel", "weder Ihre Adresse"),
        ("INTAKE nasse Velosättel", "weder Ihre Adresse"),
    ],
)
def test_weak_passwords_are_refused_with_what_to_do(sqlite_app, chosen, said):
    found = passwords.wrong_with(chosen, OWNER, ["Caritas Solothurn"])
    assert said in found
    assert "Wählen Sie" in found


@pytest.mark.parametrize(
    "chosen", [GOOD, PASSWORD, "x9$Kq!mW2vLp", GOOD * 9, "ein langer guter Satz"]
)
def test_good_ones_are_taken(sqlite_app, chosen):
    assert passwords.wrong_with(chosen, OWNER) == ""


@pytest.mark.parametrize("kept", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_umlauts_are_the_same_from_every_keyboard(kept, typed):
    hashed = passwords.hashed(unicodedata.normalize(kept, GOOD))
    assert passwords.is_right(hashed, unicodedata.normalize(typed, GOOD))
    old = passwords._hasher.hash(unicodedata.normalize(kept, GOOD))
    assert passwords.is_right(old, unicodedata.normalize(typed, GOOD))
    assert not passwords.is_right(hashed, "funf nasse Velosattel")


@pytest.mark.parametrize("typed", ["", "nobody", "x" * 100_000, "a\0b", GOOD])
def test_nobody_has_no_password(typed):
    assert not passwords.is_right(None, typed)


def test_the_rule_holds_wherever_a_password_is_set(web):
    with web.arranged():
        with transaction():
            accounts.send_link(player.user(PETRA), "password_reset")
        secret = db.scalars(sa.select(Mail)).one().facts["secret"]
    petra = web.person(PETRA).open("/account")
    for weak in ("a" * 12, "Petra nasse Velosättel", " " * 12):
        petra.post("/account/password", old_password=PASSWORD, new_password=weak, expect=422)
        guest = web.person().open(f"/password/{secret}")
        guest.post(f"/password/{secret}", sign_in_password=weak, expect=422)
        assert guest.errors[0].startswith(("Dieses Passwort", "Wählen Sie"))


# Guessing


def guess(web, email=PETRA, password="falsch", expect=422, source="192.0.2.66", person=None):
    person = person or web.person()
    person.client.environ_base["REMOTE_ADDR"] = source
    person.open("/sign-in")
    return person.post("/sign-in", sign_in_email=email, sign_in_password=password, expect=expect)


def test_guesses_from_elsewhere_slow_nobody_down_where_they_have_been(web):
    web.person(PETRA)  # the office's network knows her
    for n in range(50):
        guess(web, source=f"198.51.100.{n // 8}", expect=422 if n < 40 else 429)
    guess(web, source="203.0.113.9", password=PASSWORD, expect=429)
    assert web.person(PETRA).open("/account").path == "/account"


def test_a_known_browser_comes_in_while_its_own_network_is_guessing(web):
    petra = web.person(PETRA)
    petra.open("/account").post("/sign-out")
    for n in range(9):
        guess(web, source="127.0.0.1", expect=422 if n < 8 else 429)
    guess(web, source="127.0.0.1", password=PASSWORD, expect=429)
    guess(web, source="127.0.0.1", password=PASSWORD, expect=200, person=petra)
    assert petra.open("/account").path == "/account"


def test_a_known_browser_guesses_no_faster(web):
    petra = web.person(PETRA)
    petra.open("/account").post("/sign-out")
    for n in range(10):
        guess(web, source=f"192.0.2.{n}", expect=422 if n < 8 else 429, person=petra)


def test_colleagues_behind_one_address_are_not_slowed_down(web):
    for n in range(60):
        guess(web, email=f"nobody{n // 8}@example.org", expect=422)
    guess(web, email=URS, password=PASSWORD, expect=200)


def test_who_waits_is_told_how_long_and_types_nothing_twice(web, clock):
    for n in range(8):
        guess(web, email="P.Beispiel@example.ORG " if n % 2 else PETRA)
    clock.shift(timedelta(minutes=5))
    found = guess(web, expect=429)
    assert "in 10 Minuten nochmals" in found.words
    assert found.response.headers["Retry-After"] == "600"
    assert found.page.xpath('//input[@name="sign_in_email"]/@value') == [PETRA]
    clock.shift(timedelta(minutes=9, seconds=30))
    assert "in einer Minute" in guess(web, expect=429).words
    clock.shift(timedelta(seconds=31))
    guess(web, password=PASSWORD, expect=200)


def test_being_right_forgives_what_was_wrong_before(web):
    for _ in range(3):
        for _ in range(7):
            guess(web)
        guess(web, password=PASSWORD, expect=200)


def test_the_old_password_is_guessed_no_faster(web):
    petra = web.person(PETRA).open("/account")
    for n in range(9):
        code = 422 if n < 8 else 429
        petra.post("/account/password", old_password="falsch", new_password=GOOD, expect=code)
    petra.post("/account/password", old_password=PASSWORD, new_password=GOOD, expect=429)
    assert "in 15 Minuten nochmals" in petra.words


def test_parallel_guesses_pass_no_limit(office):
    """Twenty at the same moment: no more than eight are looked at, on both databases."""
    looked = []

    def one():
        with office.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.66"}):
            try:
                accounts.sign_in(PETRA, "falsch")
                looked.append(1)
            except accounts.guessing.TooManyAttempts:
                pass
            finally:
                db.remove()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) <= 8
    assert db.scalar(sa.select(sa.func.count()).select_from(SignInAttempt)) == 20
    refused = sa.select(SignInAttempt.id).where(SignInAttempt.outcome == AttemptOutcome.REFUSED)
    assert len(db.scalars(refused).all()) == 20 - len(looked)


@pytest.mark.parametrize(
    "email", ["x" * 300 + "@example.org", "p\0@example.org", "ü" * 200, "", " ", "a b@c", "\ufffd"]
)
def test_any_address_is_counted_and_refused(office, email):
    for _ in range(8):
        with office.test_request_context(environ_base={"REMOTE_ADDR": "2001:db8::1"}):
            assert accounts.sign_in(email, "falsch") is None
    with (
        office.test_request_context(environ_base={"REMOTE_ADDR": "2001:db8::2"}),
        pytest.raises(accounts.guessing.TooManyAttempts),
    ):
        accounts.sign_in(email, "falsch")


def test_who_comes_by_a_mailed_link_is_known_at_once(web):
    for n in range(41):
        guess(web, source=f"198.51.100.{n // 8}", expect=422 if n < 40 else 429)
    guest = web.person()
    link = asked_for(web, guest)
    guest.open(link).post(link, sign_in_password=GOOD)
    guest.post("/sign-in", sign_in_email=PETRA, sign_in_password=GOOD)
    assert guest.open("/account").path == "/account"


# Links


def asked_for(web, person=None, email=PETRA):
    (person or web.person()).open("/password/forgotten").post(
        "/password/forgotten", sign_in_email=email
    )
    with web.arranged():
        while worker.do_next_job(_keep):
            pass
        mail = db.scalars(sa.select(Mail).order_by(Mail.id.desc())).first()
        return f"/password/{SENT[mail.id]}"


SENT = {}


def _keep(mail):
    SENT[mail.id] = mail.facts["secret"]


def test_only_the_newest_link_opens_and_only_once(web):
    first, second = asked_for(web), asked_for(web)
    guest = web.person().open(first, expect=410)
    assert "Neuen Link anfordern" in guest.words
    guest.open(second).post(second, sign_in_password=GOOD)
    assert guest.path == "/sign-in"
    for link in (first, second):
        guest.open(link, expect=410)
        guest.open("/sign-in").post(link, sign_in_password="x9$Kq!mW2vLp", expect=410)


def test_a_link_is_dead_after_a_change_and_after_leaving(web):
    link = asked_for(web)
    petra = web.person(PETRA).open("/account")
    petra.post("/account/password", old_password=PASSWORD, new_password=GOOD)
    web.person().open(link, expect=410)
    link = asked_for(web, email=MONIKA)
    with web.arranged():
        memberships.deactivate(player.user(MONIKA), by=None)
        memberships.reactivate(player.user(MONIKA), by=None)
    web.person().open(link, expect=410)


def test_a_reset_ends_every_session(web):
    petra, link = web.person(PETRA), asked_for(web)
    web.person().open(link).post(link, sign_in_password=GOOD)
    assert petra.open("/account").path == "/sign-in"


def statements(web, email):
    found = []
    engine = web.app.extensions["engine"]
    note = lambda *a: found.append(a[2])  # noqa: E731
    person = web.person().open("/password/forgotten")
    sa.event.listen(engine, "before_cursor_execute", note)
    person.client.post(
        "/password/forgotten", data={"csrf_token": person.token, "sign_in_email": email}
    )
    sa.event.remove(engine, "before_cursor_execute", note)
    return found


def test_asking_does_the_same_work_whether_the_address_is_known_or_not(web):
    assert statements(web, PETRA) == statements(web, "nobody@example.org")
    with web.arranged():
        assert db.scalars(sa.select(Mail)).all() == []


@pytest.mark.parametrize("email", [PETRA, "nobody@example.org"])
def test_links_are_asked_for_so_often_and_no_more(web, email, clock):
    person = web.person()
    for n in range(4):
        person.open("/password/forgotten").post(
            "/password/forgotten", sign_in_email=email, expect=200 if n < 3 else 429
        )
    assert "in 15 Minuten nochmals" in person.words
    assert person.page.xpath('//input[@name="sign_in_email"]/@value') == [email]
    with web.arranged():
        while worker.do_next_job(_keep):
            pass
        assert len(db.scalars(sa.select(Mail)).all()) == (3 if email == PETRA else 0)


# Where passwords never get to

MARK = "Zwölf geheime Kamele"


def everything(engine):
    """Every value of every row of the whole database, as text."""
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                yield table.name, " ".join(map(str, row))


def test_what_is_typed_as_a_password_is_kept_nowhere(web, caplog):
    """Into every field and every form that is sent, as a password and in a password's place."""
    caplog.set_level(logging.DEBUG)
    link = asked_for(web)
    with web.arranged():
        petra = player.user(PETRA)
        player.refer(organisation_of(petra), petra)
        draft = start_draft(organisation_of(petra).id, {}, by=petra).id
        task = db.scalars(sa.select(Task.id)).one()
    secrets = dict.fromkeys(
        ("sign_in_password", "old_password", "new_password", "password", "Passwort"), MARK
    )
    guest = web.person().open("/sign-in")
    guest.post("/sign-in", sign_in_email=MARK, **secrets, expect=422)
    guest.post("/sign-in", sign_in_email=PETRA, **secrets, expect=422)
    guest.open("/password/forgotten").post("/password/forgotten", sign_in_email=MARK, **secrets)
    guest.open(link).post(link, **secrets)
    guest.post("/sign-in", sign_in_email=PETRA, **secrets)
    person = guest.open("/account")
    for rule in list(web.app.url_map.iter_rules()):
        if "POST" in rule.methods and rule.endpoint not in ("sign_in.leave", "drafts.delete"):
            values = dict.fromkeys(rule.arguments, 1) | {
                name: v
                for name, v in {"draft_id": draft, "task_id": task, "code": "person"}.items()
                if name in rule.arguments
            }
            with web.app.test_request_context():
                url = rule.build(values)[1]
            sent = {"csrf_token": person.token, **secrets, "later": "1"}
            person.client.post(url, data={**sent, "document": (io.BytesIO(b"x"), "x.pdf")})
    monika = web.person(MONIKA).open(f"/tasks/{task}")
    for url in (f"/tasks/{task}", f"/tasks/{task}/draft"):
        sent = monika.shown(**secrets, later="1", note="bleibt")
        assert monika.client.post(url, data=sent).status_code in (200, 302)
    kept = [table for table, row in everything(web.app.extensions["engine"]) if MARK in row]
    assert kept == []
    assert MARK not in caplog.text


def test_every_form_of_a_step_leaves_a_password_out(office):
    for form in REGISTRY.values():
        assert form.own([("sign_in_password", [MARK]), ("csrf_token", ["t"])]) == {}


def test_a_link_that_two_use_at_once_is_used_once(office):
    with transaction():
        accounts.send_link(player.user(PETRA), "password_reset")
    secret = db.scalars(sa.select(Mail)).one().facts["secret"]
    assert accounts.set_password(secret, GOOD) is not None
    assert accounts.set_password(secret, "x9$Kq!mW2vLp") is None
