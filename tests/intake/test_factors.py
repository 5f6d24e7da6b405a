"""The second factor: codes that count once, guesses, enrolment, the half sign-in, resets."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from intake import factors, passkeys, recovery_codes, time_codes
from intake.commands import main
from intake.demo import player
from intake.demo.people import PASSWORD
from intake.guessing import TooManyAttempts
from models.journal import Entry
from models.organisations import organisation_called
from models.outbox import Mail
from models.people import Membership, Role
from models.second_factors import (
    HalfSignIn,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    TimeCode,
    has_factor,
)
from models.session import connect, db, transaction
from models.user_sessions import UserSession
from tests.conftest import config_for
from tests.factors import SECRET, code, equip
from tests.storm import installation
from workflows import memberships

PETRA, PATRICK, ANNA = (f"{n}@example.org" for n in ("p.beispiel", "p.prozess", "a.admin"))
STEP = timedelta(seconds=30)


def half(web, email, password=PASSWORD):
    """Somebody who has given the password and not yet the second factor."""
    person = web.person().open("/sign-in")
    return person.post("/sign-in", sign_in_email=email, sign_in_password=password)


def is_in(person):
    return person.open("/account").path == "/account"


def events(user_email):
    user = player.user(user_email)
    return [e.event for e in db.scalars(sa.select(Entry).where(Entry.by_id == user.id))]


def without(web, email):
    """Somebody as on their first day: with a password and no second factor."""
    with web.arranged():
        factors.reset(player.user(email), by=None)
        db.remove()


def bare_codes(person):
    return person.page.xpath('//ul[@class="codes"]//code/text()')


# what proves somebody


def test_a_code_of_the_app_counts_once(office, petra):
    equip(petra)
    assert factors.prove(petra, typed=code()) == "app"
    assert factors.prove(petra, typed=code()) == ""


def test_a_code_counts_once_also_when_it_comes_again_within_its_drift(office, petra, clock):
    equip(petra)
    seen = code()
    assert factors.prove(petra, typed=seen) == "app"
    clock.shift(STEP)
    assert factors.prove(petra, typed=seen) == ""
    assert factors.prove(petra, typed=code()) == "app"


@pytest.mark.parametrize(("drift", "how"), [(-2, ""), (-1, "app"), (0, "app"), (1, "app"), (2, "")])
def test_a_clock_may_be_off_by_half_a_minute(office, petra, drift, how):
    equip(petra)
    assert factors.prove(petra, typed=code(drift)) == how


def test_an_older_code_is_used_up_with_the_newer_one(office, petra):
    equip(petra)
    assert factors.prove(petra, typed=code(1)) == "app"
    assert factors.prove(petra, typed=code(0)) == ""


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "0\x000000", "9" * 9999]
)
def test_what_is_no_code_is_refused(office, petra, typed):
    equip(petra)
    assert factors.prove(petra, typed=typed) == ""


def test_a_code_with_blanks_is_the_same_code(office, petra):
    equip(petra)
    assert factors.prove(petra, typed=f" {code()[:3]} {code()[3:]} ") == "app"


def test_nobody_signs_in_with_the_code_of_another(office, petra, monika):
    equip(petra, monika)
    with transaction():
        db.get_one(TimeCode, monika.id).secret = db.get_one(TimeCode, petra.id).secret
    assert factors.prove(monika, typed=code()) == ""  # sealed for Petra, moved to Monika


def test_a_recovery_code_counts_once_however_it_is_typed(office, petra):
    equip(petra)
    made = recovery_codes.renew(petra)
    assert len(set(made)) == 10
    typed = made[3].lower().replace("-", " ")
    assert factors.prove(petra, typed=typed) == "recovery_code"
    assert factors.prove(petra, typed=made[3]) == ""
    assert recovery_codes.left(petra) == 9


def test_how_many_recovery_codes_are_left_is_said_after_the_sign_in(web):
    with web.arranged():
        made = recovery_codes.renew(player.user(ANNA))
        recovery_codes.put_away(player.user(ANNA))
    anna = half(web, ANNA).post("/sign-in/second", code=made[0])
    assert "9 sind noch gültig" in anna.words


def test_new_recovery_codes_end_the_old_ones(office, petra):
    equip(petra)
    before = recovery_codes.renew(petra)
    recovery_codes.renew(petra)
    assert factors.prove(petra, typed=before[0]) == ""


def test_neither_a_secret_nor_a_code_can_be_read_in_the_database(office, petra):
    equip(petra)
    made = recovery_codes.renew(petra)
    kept = db.get_one(TimeCode, petra.id)
    assert SECRET.encode() not in kept.secret
    rows = list(db.scalars(sa.select(RecoveryCode).where(RecoveryCode.user_id == petra.id)))
    assert all(row.hash.startswith("$argon2id$") for row in rows)
    assert not [m for m in made for row in rows if m.replace("-", "")[4:] in row.hash]


def test_with_another_key_of_the_installation_an_app_is_refused_and_recovery_codes_are_not(
    office, petra
):
    equip(petra)
    made = recovery_codes.renew(petra)
    office.extensions["intake"] = config_for(
        office.extensions["intake"].database_url,
        office.extensions["intake"].documents.parent,
        secret_key="f" * 16 + "e" * 16,
    )
    assert not time_codes.can_be_opened(db.get_one(TimeCode, petra.id))
    assert factors.prove(petra, typed=code()) == ""
    assert factors.prove(petra, typed=made[0]) == "recovery_code"


# guesses


def test_guesses_are_counted_before_they_are_looked_at(office, petra, clock):
    equip(petra)
    for _ in range(8):
        assert factors.prove(petra, typed="000000") == ""
    with pytest.raises(TooManyAttempts):
        factors.prove(petra, typed=code())
    clock.shift(timedelta(minutes=16))
    assert factors.prove(petra, typed=code()) == "app"
    assert factors.prove(petra, typed="000000") == ""  # the count begins anew


def test_slow_guesses_end_for_the_day(office, petra, clock):
    equip(petra)
    for _ in range(30):
        factors.prove(petra, typed="000000")
        clock.shift(timedelta(minutes=3))
    with pytest.raises(TooManyAttempts):
        factors.prove(petra, typed=code())


def test_guesses_at_one_person_do_not_hinder_another(office, petra, monika):
    equip(petra, monika)
    for _ in range(8):
        factors.prove(petra, typed="000000")
    assert factors.prove(monika, typed=code()) == "app"


def test_a_new_sign_in_does_not_begin_the_count_anew(web):
    for _ in range(8):
        half(web, ANNA).post("/sign-in/second", code="000000", expect=422)
    half(web, ANNA).post("/sign-in/second", code=code(), expect=429)


def test_a_passkey_is_a_guess_too(office, petra):
    equip(petra)
    for _ in range(8):
        assert factors.prove(petra, signed="{}") == ""
    with pytest.raises(TooManyAttempts):
        factors.prove(petra, signed="{}")


def test_the_password_once_more_is_slowed_down_as_signing_in_is(office, petra):
    for _ in range(8):
        assert not factors.password_again(petra, "wrong")
    with pytest.raises(TooManyAttempts):
        factors.password_again(petra, PASSWORD)


def test_who_has_stolen_the_password_does_not_lock_the_person_out(web):
    anna = web.person(ANNA)
    for _ in range(8):
        half(web, ANNA).post("/sign-in/second", code="000000", expect=422)
    half(web, ANNA).post("/sign-in/second", code="000000", expect=429)
    anna.open("/account").post("/sign-out")
    assert is_in(anna.sign_in(ANNA))


# the half sign-in


def test_the_password_alone_opens_nothing(web):
    anna = half(web, ANNA)
    assert anna.path == "/sign-in/second"
    assert "Abmelden" not in anna.words
    for rule in web.app.url_map.iter_rules():
        view = web.app.view_functions[rule.endpoint]
        if getattr(view, "permission", None) is None:
            continue
        url = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in rule.methods & {"GET", "POST", "PUT"}:
            found = anna.client.open(url, method=method, data={"csrf_token": anna.token})
            refused = found.status_code in (400, 401) or "/sign-in" in found.headers.get(
                "Location", ""
            )
            assert refused, (method, url, found.status_code)
    with web.arranged():
        user = player.user(ANNA)
        assert not list(db.scalars(sa.select(UserSession).where(UserSession.user_id == user.id)))
        assert "signed_in" not in events(ANNA)


def test_with_the_code_one_is_in_and_where_one_wanted_to_go(web):
    anna = web.person().open("/people")
    anna.post("/sign-in?next=/people", sign_in_email=ANNA, sign_in_password=PASSWORD)
    anna.post("/sign-in/second", code=code())
    assert anna.path == "/people"
    with web.arranged():
        assert {"app_used", "signed_in"} <= set(events(ANNA))


def test_a_half_sign_in_lasts_five_minutes(web, clock):
    anna = half(web, ANNA)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert anna.post("/sign-in/second", code=code()).path == "/sign-in"
    assert not is_in(anna)


def test_a_half_sign_in_can_be_finished_once(web, clock):
    anna = half(web, ANNA)
    thief = web.person()
    thief.client.set_cookie("intake", anna.client.get_cookie("intake").value)
    anna.post("/sign-in/second", code=code())
    clock.shift(STEP)
    assert thief.open("/sign-in/second").path == "/sign-in"
    assert not is_in(thief)


@pytest.mark.parametrize("change", ["password", "leaving", "reset"])
def test_what_ends_sessions_ends_a_half_sign_in(web, change):
    anna = half(web, ANNA)
    with web.arranged():
        user = player.user(ANNA)
        if change == "reset":
            factors.reset(user, by=None)
        else:
            with transaction():
                if change == "password":
                    user.password_hash = player.user(PETRA).password_hash + " "
                else:
                    user.active = False
    assert anna.open("/sign-in/second").path == "/sign-in"


def test_nobody_begins_with_the_second_half(web):
    nobody = web.person().open("/sign-in")
    assert nobody.post("/sign-in/second", code=code()).path == "/sign-in"
    token = nobody.open("/sign-in").token
    found = nobody.client.post("/sign-in/second/challenge", headers={"X-CSRFToken": token})
    assert found.status_code == 403


def test_whoever_has_none_and_needs_none_signs_in_with_the_password(web):
    assert is_in(half(web, PETRA))


def test_half_sign_ins_and_challenges_do_not_pile_up(web, clock):
    half(web, ANNA)
    clock.shift(timedelta(minutes=6))
    half(web, ANNA)
    with web.arranged():
        assert len(list(db.scalars(sa.select(HalfSignIn)))) == 1


# who must have one


def set_up(person):
    """Through the pages: the app, its code, the recovery codes; the secret."""
    page = person.open("/account/factors/app").page
    secret = page.xpath('//code[@class="secret"]/text()')[0].replace(" ", "")
    person.send(code=pyotp.TOTP(secret).now())
    return secret


def test_the_first_sign_in_leads_to_the_enrolment_and_nowhere_else(web, clock):
    without(web, ANNA)
    anna = half(web, ANNA)
    assert anna.path == "/account/factors"
    for url in ("/people", "/setup", "/account", "/", "/acting"):
        assert anna.open(url).path == "/account/factors"
    secret = set_up(anna)
    assert anna.path == "/account/factors/codes"
    assert anna.open("/people").path == "/account/factors/codes"
    anna.press("Codes erstellen")
    assert len(bare_codes(anna)) == 10
    anna.press("Ich habe die Codes")
    assert anna.open("/people").path == "/people"
    clock.shift(STEP)
    again = half(web, ANNA)
    again.post("/sign-in/second", code=pyotp.TOTP(secret).now())
    assert is_in(again)


def test_codes_that_were_not_put_away_are_asked_for_again(web, clock):
    without(web, ANNA)
    secret = set_up(half(web, ANNA))
    clock.shift(STEP)
    again = half(web, ANNA)
    again.post("/sign-in/second", code=pyotp.TOTP(secret).now())
    assert again.open("/people").path == "/account/factors/codes"


def test_a_role_given_later_leads_there_at_the_next_request(web):
    petra = web.person(PETRA).open("/tasks")
    with web.arranged():
        vseg = organisation_called("VSEG")
        memberships.give_role(player.user(PETRA), vseg, Role.PROCESS_OWNER, by=None)
    assert petra.open("/tasks").path == "/account/factors"


def test_a_role_at_the_other_organisation_counts_too(web):
    with web.arranged():
        vseg = organisation_called("VSEG")
        memberships.give_role(player.user(PETRA), vseg, Role.ADMINISTRATOR, by=None)
    petra = half(web, PETRA)
    assert petra.path == "/account/factors"


def test_a_form_that_was_begun_before_keeps_what_was_typed(web):
    petra = web.person(PETRA).open("/account")
    with web.arranged(), transaction():
        place = player.user(PETRA).memberships[0].organisation_id
        user = player.user(PETRA).id
        db.add(Membership(user_id=user, organisation_id=place, role=Role.PROCESS_OWNER))
    petra.post("/account", phone="+41 32 000 00 77", expect=409)
    assert "+41 32 000 00 77" in petra.text
    with web.arranged():
        assert "77" not in player.user(PETRA).phone


def test_a_setting_adds_roles(web, tmp_path):
    kept = web.app.extensions["intake"]
    web.app.extensions["intake"] = config_for(
        kept.database_url, tmp_path, second_factor_roles=frozenset({"case_manager"})
    )
    assert half(web, PETRA).path == "/account/factors"


def test_in_a_demo_no_role_needs_one(web, tmp_path):
    kept = web.app.extensions["intake"]
    web.app.extensions["intake"] = config_for(kept.database_url, tmp_path, environment="demo")
    anna = web.person().open("/sign-in").post("/sign-in/as", email=ANNA)
    assert anna.open("/people").path == "/people"


def test_a_session_from_before_the_factor_is_over(web):
    without(web, ANNA)
    old, new = half(web, ANNA), half(web, ANNA)
    set_up(new)
    assert old.open("/account/factors").path == "/sign-in"


# one's own factors


def test_the_last_factor_stays_with_who_must_have_one(web):
    anna = web.person(ANNA).open("/account/factors/app/remove")
    anna.send()
    assert "verlangt einen zweiten Faktor" in anna.words
    with web.arranged():
        assert has_factor(player.user(ANNA).id)


def test_by_choice_one_comes_and_goes(web):
    petra = web.person(PETRA)
    set_up(petra)
    petra.press("Codes erstellen")
    petra.press("Ich habe die Codes")
    petra.open("/account/factors/app/remove").send()
    with web.arranged():
        user = player.user(PETRA)
        assert not has_factor(user.id)
        assert recovery_codes.left(user) == 0
        told = db.scalars(sa.select(Mail).where(Mail.notice == "access_changed"))
        assert [mail.facts["changed"] for mail in told] == ["app_added", "app_removed"]
        assert {"app_added", "recovery_codes_made", "app_removed"} <= set(events(PETRA))


def test_after_a_while_the_password_is_asked_for_again(web, clock):
    petra = web.person(PETRA)
    clock.shift(timedelta(minutes=11))
    for url in ("app", "codes", "app/remove"):
        assert petra.open(f"/account/factors/{url}").path == "/account/factors/password"
    petra.post("/account/factors/password", password="wrong", expect=422)
    petra.post("/account/factors/password?next=/account/factors/app", password=PASSWORD)
    assert petra.path == "/account/factors/app"


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_password_page_leads_nowhere_else(web, onward):
    petra = web.person(PETRA).open("/account/factors/password")
    data = {"csrf_token": petra.token, "password": PASSWORD}
    found = petra.client.post("/account/factors/password", query_string={"next": onward}, data=data)
    assert found.headers["Location"].endswith("/account/factors")


def test_a_secret_that_was_offered_to_another_is_not_taken(web):
    monika = web.person("m.muster@example.org").open("/account/factors/app")
    offered = monika.page.xpath('//input[@name="offered"]/@value')[0]
    secret = monika.page.xpath('//code[@class="secret"]/text()')[0].replace(" ", "")
    petra = web.person(PETRA).open("/account/factors/app")
    petra.send(offered=offered, code=pyotp.TOTP(secret).now(), expect=422)
    with web.arranged():
        assert not has_factor(player.user(PETRA).id)


def test_a_wrong_code_shows_the_same_secret_again(web):
    petra = web.person(PETRA).open("/account/factors/app")
    before = petra.page.xpath('//code[@class="secret"]/text()')
    petra.send(code="000000", expect=422)
    assert petra.page.xpath('//code[@class="secret"]/text()') == before
    assert petra.page.xpath("//img/@src")[0].startswith("data:image/svg+xml")


# resets


def test_an_administrator_resets_who_has_lost_the_telephone(web):
    patrick = web.person(PATRICK)
    anna = web.person(ANNA)
    with web.arranged():
        key = player.user(PATRICK).id
    anna.open(f"/people/{key}").open(f"/people/{key}/factors").send()
    assert not is_in(patrick)
    with web.arranged():
        assert not has_factor(key)
        assert "factors_reset" in events(ANNA)
        mail = db.scalars(sa.select(Mail)).one()
        assert (mail.notice, mail.recipient) == ("factors_reset", PATRICK)
    assert half(web, PATRICK).path == "/account/factors"


def test_nobody_resets_their_own(web):
    anna = web.person(ANNA)
    with web.arranged():
        key = player.user(ANNA).id
    anna.open(f"/people/{key}/factors")
    anna.post(f"/people/{key}/factors", expect=409)
    with web.arranged():
        assert has_factor(key)
        with pytest.raises(factors.OwnFactors):
            factors.reset(player.user(ANNA), by=player.user(ANNA))


def test_the_command_helps_the_last_administrator(url, office, monkeypatch, capsys):
    for name, value in installation(url).items():
        monkeypatch.setenv(name, value)
    db.remove()
    assert main(["user", "reset-factor", ANNA]) == 0
    assert main(["user", "reset-factor", "nobody@example.org"]) == 1
    db.remove()
    connect(url)
    assert "at the next sign-in" in capsys.readouterr().out
    user = player.user(ANNA)
    assert not has_factor(user.id)
    assert db.scalars(sa.select(Mail.notice)).all() == ["factors_reset"]


# passkeys, what no browser is needed for


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        '{"response": 1}',
        '{"response": {"clientDataJSON": "é"}}',
        '{"response": {"clientDataJSON": "e30"}}',
        "[" * 9000,
        "x" * 30000,
    ],
)
def test_what_is_no_answer_of_a_device_is_refused(office, petra, answer):
    equip(petra)
    assert not passkeys.fits(petra, answer)
    with pytest.raises(passkeys.NotAccepted):
        passkeys.add(petra, answer, "x")
    assert not list(db.scalars(sa.select(Passkey)))


@pytest.mark.parametrize(
    ("url_", "possible", "origin"),
    [
        ("http://localhost:8000", True, "http://localhost:8000"),
        ("https://intake.so.ch", True, "https://intake.so.ch"),
        ("https://intake.so.ch:443", True, "https://intake.so.ch"),
        ("https://intake.so.ch:8443/x", True, "https://intake.so.ch:8443"),
        ("http://127.0.0.1:8000", False, "http://127.0.0.1:8000"),
        ("https://10.1.2.3", False, "https://10.1.2.3"),
        ("http://intake.test", False, "http://intake.test"),
    ],
)
def test_browsers_allow_passkeys_at_a_name_over_https_or_at_home(
    sqlite_app, tmp_path, url_, possible, origin
):
    config = sqlite_app.extensions["intake"]
    sqlite_app.extensions["intake"] = config_for(config.database_url, tmp_path, base_url=url_)
    assert passkeys.possible() is possible
    assert passkeys._origin() == origin


def test_a_challenge_is_kept_as_a_digest_for_five_minutes(office, petra, clock):
    asked = passkeys.ask(petra)
    row = db.scalars(sa.select(PasskeyChallenge)).one()
    assert row.digest not in asked
    clock.shift(timedelta(minutes=6))
    passkeys.ask(petra)
    assert len(list(db.scalars(sa.select(PasskeyChallenge)))) == 1
