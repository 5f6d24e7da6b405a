"""People and the choice for whom one acts, in a real browser: keys, widths, schemes, axe."""

import pytest
import sqlalchemy as sa

from intake.demo import player
from models.people import Membership
from models.session import db, transaction
from tests.journeys.chromium import WAYS, look, someone

pytestmark = pytest.mark.xdist_group("chromium")
ANNA, NORA = "a.admin@example.org", "n.beispiel@example.org"
SRK = "SRK Kanton Solothurn"


def sized(width, scheme):
    return {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}


@pytest.fixture
def person(live):
    """The page of who works at two places, and the key of one of her roles."""
    nora = player.user(NORA)
    found = f"/people/{nora.id}", nora.memberships[0].id
    db.remove()
    return found


@pytest.mark.parametrize(("width", "scheme"), WAYS)
def test_axe_finds_nothing_on_the_pages_of_people(browser, live, person, width, scheme):
    _app, address = live
    own, key = person
    with someone(browser, address, ANNA, **sized(width, scheme)) as page:
        for name, url in (
            ("people", "/people"),
            ("nobody", "/people?text=nobody"),
            ("person", own),
            ("give", f"{own}/roles"),
            ("take", f"{own}/roles/{key}"),
            ("leaving", f"{own}/active"),
            ("invite", "/people/invite"),
        ):
            page.goto(address + url)
            look(page, name, width, scheme)
        page.fill("#first_name", "Petra")
        page.fill("#last_name", "Anders")
        page.fill("#email", "P.Beispiel@example.org")
        page.select_option("#organisation", label=SRK)
        page.select_option("#role", "office_lead")
        page.get_by_role("button", name="Einladen").click()
        page.get_by_role("alert").wait_for()
        look(page, "refused", width, scheme)
        page.select_option("#role", "coordinator")
        with page.expect_response(lambda r: r.status == 409):
            page.get_by_role("button", name="Einladen").click()
        page.get_by_role("heading", name="Diese Adresse gehört Petra Beispiel").wait_for()
        look(page, "known", width, scheme)
        page.goto(address + own)
        page.get_by_role("button", name="English").click()
        page.get_by_role("button", name="Deutsch").wait_for()
        look(page, "person-en", width, scheme)


@pytest.mark.parametrize(("width", "scheme"), WAYS)
def test_one_switches_by_keys_and_loses_nothing_in_another_tab(browser, live, width, scheme):
    _app, address = live
    with someone(browser, address, NORA, **sized(width, scheme)) as page:
        look(page, "choose", width, scheme)
        page.locator(f"button:has-text('{SRK}')").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/tasks")
        look(page, "frame", width, scheme)
        page.goto(f"{address}/mentors")
        page.fill("#reason", "Es fehlen Freiwillige.")
        other = page.context.new_page()
        other.goto(f"{address}/tasks")
        other.get_by_role("link", name="wechseln").focus()
        other.keyboard.press("Enter")
        other.locator("button:has-text('Sozialregion Wasseramt')").click()
        other.wait_for_url("**/tasks")
        with page.expect_response(lambda r: r.status == 409):
            page.get_by_role("button", name="Aufnahme pausieren").click()
        page.get_by_role("heading", name="Dieses Formular gehört zu SRK").wait_for()
        look(page, "other", width, scheme)
        page.get_by_role("button", name=f"Für {SRK} weiterfahren").click()
        again = page.get_by_role("button", name=f"Nochmals senden für {SRK}")
        again.wait_for()
        look(page, "again", width, scheme)
        again.click()
        page.get_by_role("status").filter(has_text="Die Aufnahme pausiert").wait_for()


def test_who_has_no_role_reads_whom_to_ask(browser, live):
    _app, address = live
    with transaction():
        nora = player.user(NORA).id
        db.execute(sa.delete(Membership).where(Membership.user_id == nora))
    db.remove()
    with someone(browser, address, NORA, **sized(360, "light")) as page:
        page.get_by_role("heading", name="Sie haben zurzeit keine Rolle").wait_for()
        look(page, "nowhere", 360, "light")
