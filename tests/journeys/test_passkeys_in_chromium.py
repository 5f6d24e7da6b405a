"""The second factor in a real browser: passkeys of its virtual device, the app, every page's looks."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pyotp
import pytest

from intake import create_app, factors
from intake.demo import player
from intake.demo.people import PASSWORD
from models.second_factors import passkeys_of
from models.session import connect, db, transaction
from tests.conftest import config_for
from tests.journeys.chromium import WAYS, look, served, someone

pytestmark = pytest.mark.xdist_group("chromium")
ANNA, PETRA = "a.admin@example.org", "p.beispiel@example.org"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def at_home(sqlite_url, tmp_path):
    """The application under a name that browsers allow passkeys for."""
    app = create_app(config_for(sqlite_url, tmp_path), connect(sqlite_url))
    with served(app) as address:
        home = address.replace("127.0.0.1", "localhost")
        app.extensions["intake"] = replace(app.extensions["intake"], base_url=home)
        yield app, home
    app.extensions["engine"].dispose()


@contextmanager
def arranged(app):
    with app.test_request_context():
        yield
        db.remove()


def device(page, *, verified=True):
    """Give the browser a device of its own; how to speak to it, and what it is called."""
    speak = page.context.new_cdp_session(page)
    speak.send("WebAuthn.enable")
    options = {**DEVICE, "isUserVerified": verified}
    return speak, speak.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
        "authenticatorId"
    ]


def enter(page, address, email):
    page.goto(f"{address}/sign-in")
    page.fill("#sign_in_email", email)
    page.fill("#sign_in_password", PASSWORD)
    page.get_by_role("button", name="Anmelden im System").click()


def leave(page):
    page.get_by_role("button", name="Abmelden", exact=True).click()
    page.wait_for_selector("#sign_in_email")


def add_passkey(page, address, name):
    page.goto(f"{address}/account/factors/passkeys/new")
    page.fill("#name", name)
    page.get_by_role("button", name="Passkey hinzufügen").click()


def change(name):
    """The words of the link beside a passkey."""
    return re.compile(rf"^Ändern ?: {name}")


def put_codes_away(page):
    page.get_by_role("button", name="Codes erstellen").click()
    page.get_by_role("button", name="Ich habe die Codes aufbewahrt").click()


def without(app, email):
    with arranged(app):
        factors.reset(player.user(email), by=None)


def test_a_passkey_is_added_used_named_and_taken_away(browser, at_home):
    _app, address = at_home
    with someone(browser, address, PETRA) as page:
        device(page)
        add_passkey(page, address, "Telefon")
        put_codes_away(page)
        page.get_by_role("cell", name="Telefon", exact=True).wait_for()
        leave(page)
        enter(page, address, PETRA)
        page.get_by_role("button", name="Mit Passkey anmelden").click()
        page.get_by_role("button", name="Abmelden", exact=True).wait_for()
        page.goto(f"{address}/account/factors")
        assert "zuletzt" in page.inner_text("table")
        page.get_by_role("link", name=change("Telefon")).click()
        page.fill("#name", "Altes Telefon")
        page.get_by_role("button", name="Speichern").click()
        page.get_by_role("link", name=change("Altes Telefon")).click()
        page.get_by_role("button", name="Passkey entfernen").click()
        page.get_by_text("Der Passkey gilt nicht mehr.").wait_for()
        leave(page)
        enter(page, address, PETRA)
        page.get_by_role("button", name="Abmelden", exact=True).wait_for()


def test_a_device_has_one_passkey_and_says_so(browser, at_home):
    app, address = at_home
    with someone(browser, address, PETRA) as page:
        device(page)
        add_passkey(page, address, "Telefon")
        put_codes_away(page)
        add_passkey(page, address, "Nochmals")
        page.get_by_text("Dieses Gerät hat schon einen Passkey").wait_for()
    with arranged(app):
        assert [row.name for row in passkeys_of(player.user(PETRA).id)] == ["Telefon"]


def test_a_device_that_does_not_know_who_holds_it_is_refused(browser, at_home):
    app, address = at_home
    with someone(browser, address, PETRA) as page:
        device(page, verified=False)
        add_passkey(page, address, "Telefon")
        page.get_by_text("Das Gerät hat nicht geantwortet").wait_for()
    with arranged(app):
        assert not passkeys_of(player.user(PETRA).id)


def test_an_answer_counts_once_and_a_key_that_was_taken_away_not_at_all(browser, at_home):
    app, address = at_home
    with someone(browser, address, PETRA) as page:
        device(page)
        add_passkey(page, address, "Telefon")
        put_codes_away(page)
        leave(page)
        enter(page, address, PETRA)
        with page.expect_request(
            lambda r: r.method == "POST" and "signed=%7B" in (r.post_data or "")
        ) as sent:
            page.get_by_role("button", name="Mit Passkey anmelden").click()
        page.get_by_role("button", name="Abmelden", exact=True).wait_for()
        signed = sent.value.post_data_json["signed"]
        with arranged(app):
            petra = player.user(PETRA)
            assert factors.prove(petra, signed=signed) == ""  # the same answer again
            with transaction():
                for row in passkeys_of(petra.id):
                    row.credential = "another"
        leave(page)
        enter(page, address, PETRA)
        page.get_by_role("button", name="Mit Passkey anmelden").click()
        page.get_by_text("Das Gerät hat nicht geantwortet").wait_for()


def test_an_answer_given_to_another_origin_is_refused(browser, at_home):
    app, address = at_home
    with someone(browser, address, PETRA) as page:
        device(page)
        add_passkey(page, address, "Telefon")
        put_codes_away(page)
        leave(page)
        enter(page, address, PETRA)
        held = app.extensions["intake"]

        def elsewhere(route):
            app.extensions["intake"] = replace(held, base_url="https://localhost")
            route.continue_()

        page.route("**/sign-in/second", elsewhere)
        page.get_by_role("button", name="Mit Passkey anmelden").click()
        page.get_by_role("alert").first.wait_for()
        app.extensions["intake"] = held
        page.goto(f"{address}/tasks")
        page.wait_for_selector("#sign_in_email")


@pytest.mark.parametrize(("width", "scheme"), WAYS)
def test_the_first_day_of_an_administrator_with_the_app(browser, at_home, width, scheme):
    app, address = at_home
    without(app, ANNA)
    size = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with someone(browser, address, ANNA, **size) as page:
        look(page, "factors-begin", width, scheme)
        page.get_by_role("link", name="App einrichten").click()
        page.get_by_text("Schlüssel als Text").click()
        look(page, "factors-app", width, scheme)
        totp = pyotp.TOTP(page.inner_text("code.secret").replace(" ", ""))
        page.fill("#code", "000000")
        page.get_by_role("button", name="Einrichten").click()
        page.get_by_role("alert").wait_for()
        look(page, "factors-app-wrong", width, scheme)
        page.fill("#code", totp.now())
        page.get_by_role("button", name="Einrichten").click()
        page.get_by_role("heading", name="Wiederherstellungscodes").wait_for()
        look(page, "factors-codes-before", width, scheme)
        page.get_by_role("button", name="Codes erstellen").click()
        page.wait_for_selector(".codes")
        look(page, "factors-codes", width, scheme)
        spare = page.inner_text(".codes li:first-child")
        page.get_by_role("button", name="Ich habe die Codes aufbewahrt").click()
        page.get_by_role("navigation", name="Hauptnavigation").wait_for()
        device(page)
        page.goto(f"{address}/account/factors/passkeys/new")
        look(page, "factors-passkey", width, scheme)
        page.get_by_role("button", name="Passkey hinzufügen").click()
        page.wait_for_selector("table")
        look(page, "factors-all", width, scheme)
        page.get_by_role("link", name=change("")).click()
        look(page, "factors-rename", width, scheme)
        page.goto(f"{address}/account/factors/password")
        look(page, "factors-password", width, scheme)
        page.goto(f"{address}/account/factors/app/remove")
        look(page, "factors-remove-app", width, scheme)
        page.goto(f"{address}/account")
        look(page, "account", width, scheme)
        with arranged(app):
            patrick = player.user("p.prozess@example.org").id
        page.goto(f"{address}/people/{patrick}/factors")
        look(page, "factors-reset", width, scheme)
        leave(page)
        enter(page, address, ANNA)
        page.get_by_text("Gerät nicht zur Hand?").click()
        look(page, "second-step", width, scheme)
        page.fill("#recovery", spare)
        page.get_by_role("button", name="Mit diesem Code anmelden").click()
        page.get_by_text("9 sind noch gültig").wait_for()
