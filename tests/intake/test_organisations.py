"""The administration's pages: organisations, programmes, contracts, places; and a third provider."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models.organisations import Organisation, organisation_called
from models.places import Municipality
from models.programs import Program
from models.session import db, transaction
from models.tasks import open_tasks
from tests.journeys.test_registration import write_referral

PETRA, ANNA = "p.beispiel@example.org", "a.admin@example.org"
THOMAS, PATRICK = "t.muster@example.org", "p.prozess@example.org"


@pytest.fixture
def anna(web):
    return web.person(ANNA)


def third(anna):
    """A third provider, its programme and a contract, as somebody adds them on pages."""
    anna.open("/organisations/new?kind=provider")
    anna.send(name="Verein Brücke", email="bruecke@example.org")
    assert "Ohne eines kann niemand hier angemeldet werden." in anna.words
    anna.open(anna.page.xpath('//a[contains(@href, "/programs/new/")]/@href')[0])
    anna.send(
        name="Brücken bauen", duration_months="9", longest_months="18", check_in_months="2, 5"
    )
    assert "kein Vertrag gilt heute" in anna.words
    anna.post(f"{anna.path}/contracts", valid_from="1.1.2026", valid_to="31.12.2026", places="20")
    assert "0 von 20" in anna.words
    return anna.path


def test_a_third_provider_is_a_few_minutes_on_pages(web, anna):
    third(anna)
    petra = write_referral(web.person(PETRA), program_wish="bruecken_bauen")
    petra.send()
    assert "Verein Brücke prüft sie als Nächstes" in petra.words
    thomas = web.person(PATRICK).open("/deadlines")
    assert "Brücken bauen" in thomas.words


def test_an_office_is_changed_and_two_at_once_are_told(web, anna):
    with web.arranged():
        office = organisation_of(player.user(PETRA)).id
    anna.open(f"/organisations/{office}/edit")
    other = web.person(ANNA).open(f"/organisations/{office}/edit")
    anna.send(email="olten@example.org")
    assert "olten@example.org" in anna.words
    other.send(email="anders@example.org", expect=409)
    assert "Jemand anders hat dies inzwischen geändert." in other.words
    assert 'value="anders@example.org"' in other.text
    other.send()
    with web.arranged():
        assert db.get_one(Organisation, office).email == "anders@example.org"


def test_errors_stand_at_their_question_and_lose_nothing(anna):
    anna.open("/organisations/new?kind=office")
    anna.send(name="Caritas Solothurn", office_kind="social_region", email="kein", expect=422)
    assert [error.split(".")[0] for error in anna.errors] == [
        "Beantworten Sie «Welche Sozialregion ist es?»",
        "«E-Mail der Organisation»: Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example",
    ]
    regions = anna.page.xpath('//select[@name="region"]/option/@value')
    anna.send(email="a@example.org", region=regions[1], expect=422)
    assert anna.errors == [
        "«Name der Organisation»: Diesen Namen gibt es schon. Geben Sie einen anderen ein."
    ]
    assert 'value="a@example.org"' in anna.text
    anna.send(name="Sozialregion Zwei")
    assert "Sozialregion Zwei ist dabei." in anna.words


def test_where_an_organisation_works_is_asked_as_its_kind_needs_it(web, anna):
    """One Sozialregion of its office, any number of a KESB and of a provider."""
    for kind, office_kind, asked in (
        ("office", "social_region", {"region": "1"}),
        ("office", "child_protection", {"areas": ["1", "2"]}),
        ("provider", None, {"served": ["2", "3"]}),
    ):
        anna.open(f"/organisations/new?kind={kind}")
        chosen = {"office_kind": office_kind} if office_kind else {}
        anna.send(name=f"Neu {office_kind or kind}", **chosen, **asked)
        anna.open(anna.page.xpath("//a[text()='Ändern']/@href")[0]).send()
        assert "Gespeichert." in anna.words
        with web.arranged():
            found = organisation_called(f"Neu {office_kind or kind}")
            (wanted,) = asked.values()
            assert {str(region.id) for region in found.areas} == set(wanted)


def test_a_region_whose_office_has_ended_gets_it_back_and_no_second_one(web, anna):
    with web.arranged(), transaction():
        olten = organisation_called("Sozialregion Olten")
        olten.valid_to = date(2025, 12, 31)
        key = olten.id
    edit = f"/organisations/{key}/edit"
    assert edit in anna.open("/setup").page.xpath("//main//a[text()='Olten']/@href")
    assert edit in anna.open("/organisations").page.xpath("//main//a/@href")


def test_the_address_of_a_refused_form_leads_to_the_page_above(anna):
    page = third(anna)
    assert anna.open(f"{page}/contracts").path == page


def test_an_office_whose_municipality_is_gone_is_named(web, anna):
    anna.open("/organisations/new?kind=office")
    anna.send(name="Gemeinde Trimbach", office_kind="municipality", municipality_id="2500")
    anna.open("/places/merge").send(gone=["2500"], into="2581", start="12.1.2026")
    assert "Ihre Gemeinde gibt es nicht mehr: Gemeinde Trimbach." in anna.open("/setup").words
    anna.open("/places").press("zurücknehmen")
    assert "Ihre Gemeinde gibt es nicht mehr" not in anna.open("/setup").words


def test_a_municipality_that_refers_directly(web, anna):
    anna.open("/organisations/new?kind=office")
    anna.send(name="Gemeinde Gerlafingen", office_kind="municipality", municipality_id="2519")
    assert "Gerlafingen" in anna.words
    with web.arranged():
        office = db.scalars(
            sa.select(Organisation).where(Organisation.name == "Gemeinde Gerlafingen")
        ).one()
        assert (office.municipality_id, office.areas) == (2519, [])


def test_a_contract_is_corrected_and_one_by_mistake_removed(anna):
    page = third(anna)
    link = anna.page.xpath('//a[contains(@href, "/programs/contracts/")]/@href')[0]
    anna.open(link).send(places="0", expect=422)
    anna.send(places="25", valid_to="31.12.2025", expect=422)
    wrong = "«Vertrag gilt bis und mit»: Das Ende liegt vor dem Anfang. Prüfen Sie beide Daten."
    assert wrong in anna.errors
    anna.send(valid_to="31.12.2027")
    assert "0 von 25" in anna.words
    assert "zählen ihre Plätze zusammen" not in anna.words
    anna.send(valid_from="1.1.2027", valid_to="31.12.2028", places="5")
    assert "zählen ihre Plätze zusammen" in anna.words
    anna.open(anna.page.xpath('//a[contains(@href, "/programs/contracts/")]/@href')[1])
    anna.press("Vertrag entfernen")
    assert "zählen ihre Plätze zusammen" not in anna.words
    anna.open(link).post(f"{link}/forget")
    anna.post(f"{link}/forget")
    assert "Das hat inzwischen jemand entfernt." in anna.words
    assert "kein Vertrag gilt heute" in anna.open(page).words


def test_a_contract_to_come_is_said_where_none_holds_today(anna):
    page = third(anna)
    link = anna.page.xpath('//a[contains(@href, "/programs/contracts/")]/@href')[0]
    anna.open(link).send(valid_from="1.2.2027", valid_to="31.12.2027")
    said = "noch kein Vertrag, der nächste gilt ab 01.02.2027"
    assert said in anna.open(page).words
    provider = anna.page.xpath('//p[@class="crumbs"]/a/@href')[-1]
    assert said in anna.open(provider).words
    anna.open("/setup")
    assert "Der Vertrag von Brücken bauen gilt erst ab 01.02.2027." in anna.words
    assert "Ohne Vertrag, der heute gilt" not in anna.words


@pytest.mark.parametrize("months", ["3, x", "6, 3", "3 3", "0", "²", "99999999999"])
def test_months_are_read_as_people_write_them_or_refused(anna, months):
    page = third(anna)
    anna.open(f"{page}/edit").send(check_in_months=months, expect=422)
    assert anna.errors
    anna.send(check_in_months="2 4;6")
    assert "2, 4, 6" in anna.words


def test_a_merger_on_the_page_and_an_old_case_beside_it(web, anna):
    with web.arranged():
        petra = player.user(PETRA)
        case = player.refer(organisation_of(petra), petra, municipality_id="2500").id
    anna.open("/places/merge")
    (group,) = anna.page.xpath('//*[@class="group" and @aria-label="Thal-Gäu"]')
    assert group.xpath('.//label[text()="Balsthal"]')
    anna.send(gone=["2500", "2501"], into="2581", start="12.1.2026")
    assert "Die Fusion zu Olten ist eingetragen." in anna.words
    assert "Trimbach (2500), bis 11.01.2026 → Olten" in anna.words
    petra = web.person(PETRA).open(f"/cases/{case}")
    assert "Trimbach" in petra.words
    petra.open(f"/cases/{case}/correct")
    assert (
        petra.page.xpath('//select[@name="municipality_id"]/option[@selected]')[0].text
        == "Trimbach"
    )
    petra.send(phone="032 000 00 99")
    assert not petra.errors
    petra.open("/drafts").post("/drafts")
    petra.open(petra.path.replace("office", "person"))
    offered = petra.page.xpath('//select[@name="municipality_id"]/option/text()')
    assert "Trimbach" not in offered


def test_places_are_renamed_moved_and_counted(web, anna):
    anna.open("/places/rename").send(municipality="2500", name="Trimbach SO", start="12.1.2026")
    assert "Sie heisst ab 12.01.2026 Trimbach SO." in anna.words
    anna.open("/places/move")
    thal = anna.page.xpath('//select[@name="region"]/option[text()="Thal-Gäu"]/@value')[0]
    anna.send(municipality="2500", region=thal, start="1.2.2026")
    anna.open("/places/count")
    anna.send(counted_on="31.12.2025", source="BFS", lines="2500;abc", expect=422)
    assert anna.errors == [
        "«BFS-Nummer und Einwohnerzahl, eine Gemeinde pro Zeile»: Zeile 1 ist keine BFS-Nummer mit Zahl."
    ]
    anna.send(lines="2500\t6'800\n2501\t2000")
    assert "2 Gemeinden sind gezählt." in anna.words
    assert "6'800" in anna.words
    anna.open("/places/count").send(
        counted_on="31.12.2025", source="BFS", lines="9999;1", expect=422
    )
    anna.open("/places/nothing", expect=404)
    with web.arranged():
        assert db.get_one(Municipality, 2500).name == "Trimbach SO"


def test_a_region_begins_and_ends(anna):
    anna.open("/places/add-region").send(name="Mitte", start="1.1.2026")
    assert "Noch keine Gemeinde. Teilen Sie ihr Gemeinden zu." in anna.words
    anna.open("/organisations")
    assert "1 Sozialregion hat keine Stelle, die zuweist: Mitte" in anna.words
    anna.open(anna.page.xpath('//a[contains(@href, "region=")]/@href')[0])
    assert 'value="Sozialregion Mitte"' in anna.text
    anna.send()
    anna.open("/places/end-region")
    mitte = anna.page.xpath('//*[@name="region"]/option[text()="Mitte"]/@value')[0]
    anna.send(region=mitte, last="12.1.2026")
    assert "Die Sozialregion Mitte endet." in anna.words


def test_without_a_programme_the_registration_says_whom_to_ask(web, anna):
    with web.arranged():
        keys = list(db.scalars(sa.select(Program.id)))
    for key in keys:
        anna.open(f"/programs/{key}/edit").send(valid_to="11.1.2026")
    petra = web.person(PETRA).open("/drafts")
    assert "Zurzeit nimmt kein Angebot Anmeldungen entgegen." in petra.words
    assert not petra.page.xpath('//button[text()="Neue Anmeldung beginnen"]')
    petra.post("/drafts")
    assert petra.path == "/drafts"


def test_the_waiting_list_says_how_many_places_are_taken(web):
    thomas = web.person(THOMAS).open("/waiting-list")
    assert re.search(r"Co-Pilot: 0 von \d+ Plätzen belegt", thomas.words)
    assert "Seite an Seite" not in thomas.words


def test_a_body_has_an_inbox_that_says_why_it_is_empty(web, anna):
    with web.arranged():
        eva = player.user("e.kontroll@example.org")
        assert eva.active
    words = web.person("e.kontroll@example.org").open("/tasks").words
    assert "Noch gibt kein Prozess Ihrer Rolle Aufgaben." in words


def test_a_typing_error_does_not_hide_that_somebody_else_has_saved(web, anna):
    anna.open("/organisations/new?kind=provider").send(name="Verein Brücke")
    page = f"{anna.path}/edit"
    anna.open(page)
    web.person(ANNA).open(page).send(email="zuerst@example.org")
    anna.send(email="kein", expect=422)
    anna.send(email="danach@example.org", expect=409)
    anna.send(email="danach@example.org")
    assert "danach@example.org" in anna.words


@pytest.mark.parametrize("key", ["9" * 20, "²", "-1", "x", "1" * 5000])
def test_odd_keys_in_addresses_and_fields_are_nobody(web, anna, key):
    anna.open(f"/organisations/new?kind=office&region={key}")
    anna.post("/acting", acting_for=key)
    anna.open("/people/invite")
    anna.send(first_name="A", last_name="B", email="a@example.org", organisation=key, expect=422)
    anna.open("/places/merge")
    (group,) = anna.page.xpath('//*[@class="group" and @aria-label="Thal-Gäu"]')
    assert group.xpath('.//label[text()="Balsthal"]')
    anna.send(gone=[key], into=key, start="1.1.2027", expect=422)


def test_without_a_wish_nobody_is_sent_where_nobody_is_taken(web, anna):
    anna.open("/programs/1/edit").send(valid_to="11.1.2026")
    petra = write_referral(web.person(PETRA))
    petra.send(expect=500)
    assert "Der Fall steht, wo er stand, und Ihre Angaben sind noch da." in petra.words
    assert "Ohne Wunsch führt die Tabelle" in anna.open("/setup").words
    anna.open("/programs/1/edit").send(valid_to="")
    petra.open("/drafts").open(petra.page.xpath('//a[@class="row"]/@href')[0])


def test_what_is_missing_in_a_request_is_not_empty(web, anna):
    anna.open("/organisations/new?kind=provider").send(name="Brücke", email="b@example.org")
    page = f"{anna.path}/edit"
    anna.open(page).post(page, name="Brücke", expect=422)
    assert "b@example.org" in anna.open(page.removesuffix("/edit")).words


def test_a_merger_that_is_to_come_stands_on_the_page_and_can_be_taken_back(anna):
    anna.open("/places/merge")
    (group,) = anna.page.xpath('//*[@class="group" and @aria-label="Thal-Gäu"]')
    assert group.xpath('.//label[text()="Balsthal"]')
    anna.send(gone=["2500"], into="2581", start="1.1.2027")
    assert "Trimbach geht nach dem 31.12.2026 in Olten auf." in anna.words
    anna.post("/places/2500/call-off")
    assert "Die Fusion von Trimbach ist zurückgenommen." in anna.words
    assert "Kommt noch" not in anna.words


@pytest.mark.parametrize(
    "sign", ["\u3164", "\u2800", "\u115f", "\uffa0", "\ufe0f", "(b)", ":x", "\\"]
)
def test_signs_that_nobody_sees_make_no_second_account(anna, sign):
    anna.open("/people/invite")
    place = anna.page.xpath('//*[@name="organisation"]//option[text()="Caritas Solothurn"]/@value')[
        0
    ]
    anna.send(
        first_name="A",
        last_name="B",
        email=f"m.muster{sign}@example.org",
        organisation=place,
        role="coordinator",
        expect=422,
    )


def test_head_never_does_what_post_does(web):
    with web.arranged():
        petra, monika = player.user(PETRA), player.user("m.muster@example.org")
        case = player.refer(organisation_of(petra), petra)
        task, by = open_tasks(case.id)[0].id, monika.email
    monika = web.person(by)
    sent = {"outcome": "incomplete", "missing_items": ["goals"], "missing_text": "x"}
    for url in (f"/tasks/{task}", "/deadlines", "/organisations/1/edit", "/programs/1/edit"):
        monika.client.head(url, data={**sent, "complete_on": "12.01.2026"})
    with web.arranged():
        assert open_tasks(case.id)[0].id == task
