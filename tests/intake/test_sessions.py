"""Sessions through pages: copied cookies, idle and absolute time, scripts, one's own list."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import create_app, sessions
from intake.demo import player
from intake.demo.people import PASSWORD
from models.processes import latest_diagram
from models.session import connect, db
from models.user_sessions import UserSession
from tests.conftest import config_for
from workflows import drawing_drafts, memberships
from workflows.diagrams.published import REFERRAL

ROOT = Path(__file__).parents[2]
PETRA, MONIKA, PATRICK = (f"{n}@example.org" for n in ("p.beispiel", "m.muster", "p.prozess"))
NEW = "fünf nasse Velosättel"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def copy_of(web, person):
    """Another browser with the cookie of this one, as it is now."""
    thief = web.person()
    thief.client.set_cookie("intake", person.client.get_cookie("intake").value)
    return thief


def is_in(person):
    return person.open("/account").path == "/account"


def test_after_signing_out_a_copied_cookie_is_worth_nothing(web):
    petra = web.person(PETRA)
    thief = copy_of(web, petra)
    assert is_in(thief)
    petra.open("/account").post("/sign-out")
    assert not is_in(thief)


def test_the_cookie_holds_nothing_that_is_kept_and_nothing_of_the_person(web):
    petra = web.person(PETRA)
    with petra.client.session_transaction() as cookie:
        secret = cookie["_user_id"]
    with web.arranged():
        row = db.scalars(sa.select(UserSession)).one()
        assert secret not in (row.digest, str(row.user_id))
        assert len(secret) >= 40


def test_no_cookie_goes_with_scripts_and_styles(web):
    petra = web.person(PETRA).open("/tasks")
    src = petra.page.xpath("//script/@src")[0]
    answer = petra.client.get(src)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in petra.client.get("/tasks").headers


def test_a_new_sign_in_ends_the_session_before_it(web):
    petra = web.person(PETRA)
    thief = copy_of(web, petra)
    petra.post("/sign-in", sign_in_email=PETRA, sign_in_password=PASSWORD)
    assert is_in(petra)
    assert not is_in(thief)


def test_the_longest_day_ends_however_busy_one_is(web, clock):
    petra = web.person(PETRA)
    for _ in range(23):
        clock.shift(timedelta(minutes=30))
        assert is_in(petra)
    clock.shift(timedelta(minutes=31))
    assert not is_in(petra)


def test_what_scripts_ask_by_themselves_keeps_nobody_signed_in(web, clock):
    with web.arranged():
        patrick = player.user(PATRICK)
        draft = drawing_drafts.begin(latest_diagram(REFERRAL), by=patrick).id
        version = latest_diagram(REFERRAL).id
    patrick = web.person(PATRICK).open("/account")
    asked = (
        (patrick.client.post, f"/workbench/{draft}/seen"),
        (patrick.client.get, f"/workbench/{draft}/rehearsal/progress.json"),
        (patrick.client.get, f"/processes/{version}/moves/progress.json"),
    )
    headers = {"X-CSRFToken": patrick.token}
    for _ in range(5):
        clock.shift(timedelta(minutes=11))
        for send, url in asked:
            assert send(url, headers=headers).status_code in (200, 404)
    clock.shift(timedelta(minutes=6))
    for send, url in asked:
        assert send(url, headers=headers).status_code in (302, 400, 401)
    assert not is_in(patrick)


def test_what_scripts_ask_by_the_clock_is_known():
    """A new clock in a script: does it ask the server? Then its view is @background."""
    clocks = {
        path.name: len(re.findall(r"set(?:Timeout|Interval)\(", path.read_text()))
        for path in (ROOT / "assets/src").rglob("*.js")
    }
    assert {name: number for name, number in clocks.items() if number} == {
        "saving.js": 3,  # asks board.seen every 20 seconds; saves what was drawn
        "workbench.js": 2,  # asks rehearsals.progress and moves.progress
        "autosave.js": 1,  # saves what was typed
        "fields.js": 1,
        "exports.js": 1,
        "panel.js": 1,
        "once.js": 1,
        "board.js": 1,
    }


def test_being_seen_is_written_once_a_minute_at_most(web, clock):
    petra = web.person(PETRA)
    written = []
    sa.event.listen(
        web.app.extensions["engine"],
        "before_cursor_execute",
        lambda *a: written.append(a[2]) if a[2].startswith("UPDATE user_sessions") else None,
    )
    for seconds in (20, 20, 20, 20, 20, 20):
        clock.shift(timedelta(seconds=seconds))
        petra.client.get("/account")
        petra.client.head("/account")
    assert len(written) == 2


def test_changing_ones_password_goes_on_here_and_ends_everywhere_else(web):
    petra, elsewhere = web.person(PETRA), web.person(PETRA)
    thief = copy_of(web, petra)
    petra.open("/account")
    petra.post("/account/password", old_password=PASSWORD, new_password=NEW)
    assert "Ihr Passwort ist geändert" in petra.words
    assert is_in(petra)
    assert not is_in(elsewhere)
    assert not is_in(thief)
    again = web.person().open("/sign-in")
    again.post("/sign-in", sign_in_email=PETRA, sign_in_password=NEW)
    assert is_in(again)


def test_a_wrong_old_password_says_so_and_stays(web):
    petra = web.person(PETRA).open("/account")
    petra.post("/account/password", old_password="falsch", new_password=NEW, expect=422)
    assert petra.errors == ["Das bisherige Passwort stimmt nicht."]
    assert is_in(petra)


def test_a_leaver_is_out_everywhere_and_stays_out_when_let_in_again(web):
    petra = web.person(PETRA)
    with web.arranged():
        memberships.deactivate(player.user(PETRA), by=None)
        memberships.reactivate(player.user(PETRA), by=None)
    assert not is_in(petra)


def test_one_sees_where_one_is_signed_in_and_ends_it(web, clock):
    petra = web.person(PETRA)
    clock.shift(timedelta(minutes=3))
    other = web.person()
    other.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    other.client.environ_base["REMOTE_ADDR"] = "2001:db8:1:2:3::9"
    other.open("/sign-in").post("/sign-in", sign_in_email=PETRA, sign_in_password=PASSWORD)
    petra.open("/account")
    rows = [" ".join(" ".join(row.itertext()).split()) for row in petra.page.xpath("//tbody/tr")]
    assert len(rows) == 2
    assert rows[0].endswith("Dieser Browser")
    assert "seit 12.01.2026, 10:00, zuletzt 12.01.2026, 10:03" in rows[0]
    assert rows[1].startswith("Firefox, Windows seit 12.01.2026, 10:03")
    assert "2001:db8:1:2::/64" in rows[1]
    petra.press("Abmelden: Firefox")
    assert not is_in(other)
    assert is_in(petra)


def test_one_ends_all_others_at_once(web):
    petra, *others = (web.person(PETRA) for _ in range(3))
    monika = web.person(MONIKA)
    petra.open("/account").press("Überall abmelden")
    assert [is_in(p) for p in (petra, monika, *others)] == [True, True, False, False]
    assert "Überall abmelden, nur" not in petra.open("/account").text


def test_nobody_ends_the_session_of_somebody_else(web):
    petra, monika = web.person(PETRA), web.person(MONIKA)
    with web.arranged():
        rows = {row.user.email: row.id for row in db.scalars(sa.select(UserSession))}
    monika.open("/account").post(f"/account/sessions/{rows[PETRA]}/end")
    assert "schon beendet" in monika.words
    assert is_in(petra)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_a_source_is_an_address_or_an_ipv6_network(address, kept):
    assert sessions.source(address) == kept


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5", ""),
        ("<script>" * 500, ""),
    ],
)
def test_a_device_is_two_words_of_ours(sent, words):
    assert sessions.device(sent) == words


def test_over_https_the_cookie_belongs_to_this_host_alone(sqlite_url, tmp_path):
    config = config_for(
        sqlite_url,
        tmp_path,
        environment="production",
        base_url="https://intake.test",
        insecure_cookies=False,
    )
    app = create_app(config, connect(sqlite_url))
    cookie = app.test_client().get("/sign-in", base_url="https://intake.test").headers["Set-Cookie"]
    assert cookie.startswith("__Host-intake=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert word in cookie
    assert "Domain" not in cookie
    elsewhere = {"Origin": "https://evil.test"}
    sent = app.test_client().post("/sign-in", base_url="https://evil.test", headers=elsewhere)
    assert sent.status_code == 403, "what a request says of its host counts for nothing"
    app.extensions["engine"].dispose()
