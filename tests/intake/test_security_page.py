"""The page of security events and the page of roles that wait, as an administrator uses them."""

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PASSWORD
from models.journal import Entry
from models.people import Membership, Role, User
from models.session import db, transaction
from tests.factors import equip_who_needs_it
from workflows import rounds

ANNA, PETRA, MONIKA = (f"{n}@example.org" for n in ("a.admin", "p.beispiel", "m.muster"))
ZITA = "z.zweite@example.org"


@pytest.fixture
def anna(web):
    return web.person(ANNA)


@pytest.fixture
def zita(web):
    """A second administrator, who signs in."""
    with web.arranged():
        anna = player.user(ANNA)
        user = User(email=ZITA, first_name="Zita", last_name="Zweite-Demo")
        user.password_hash = anna.password_hash
        place = organisation_of(anna)
        user.memberships.append(Membership(organisation_id=place.id, role=Role.ADMINISTRATOR))
        with transaction():
            db.add(user)
        equip_who_needs_it()
    return web.person(ZITA)


@pytest.fixture
def two(web):
    """An office that wants two people for roles."""
    config = web.app.extensions["intake"]
    web.app.extensions["intake"] = dataclasses.replace(config, two_for_roles=True)


def rows(person):
    lines = (
        [" ".join(td.text_content().split()) for td in tr] for tr in person.page.xpath("//tbody/tr")
    )
    return [" ".join(filter(None, cells)) for cells in lines]


def page_of(web, email):
    with web.arranged():
        return f"/people/{player.user(email).id}"


def offer(web, anna, email=PETRA):
    """Anna asks for a role at the SRK for somebody."""
    with web.arranged():
        srk = str(player.user("l.keller@example.org").memberships[0].organisation_id)
    return anna.open(page_of(web, email) + "/roles").send(organisation=srk, role="coordinator")


def test_who_signed_in_and_who_failed_stands_there_and_from_where(web, anna):
    stranger = web.person()
    for email in (PETRA, "Mein Passwort 1234!"):
        stranger.open("/sign-in").send(sign_in_email=email, sign_in_password="falsch", expect=422)
    found = rows(anna.open("/security"))
    assert any("Anmeldung misslungen unbekannt Petra Beispiel 127.0.0.1" in row for row in found)
    assert any("Anmeldung misslungen unbekannt 127.0.0.1" in row for row in found)
    assert any("angemeldet Anna" in row for row in found)
    assert "Mein Passwort" not in anna.text


def test_the_list_is_narrowed_by_kind_person_and_day(web, anna, clock):
    web.person(PETRA)
    clock.shift(timedelta(days=3))
    anna = web.person(ANNA)
    offer(web, anna, MONIKA)
    rights = rows(anna.open("/security?group=rights"))
    assert rights
    assert all("Rolle gegeben: Koordinationsperson, SRK Kanton Solothurn" in row for row in rights)
    with web.arranged():
        key = player.user(PETRA).id
    assert all("Petra" in row for row in rows(anna.open(f"/security?person={key}")))
    with web.arranged():
        first = db.scalars(sa.select(Entry.at).order_by(Entry.id)).first().strftime("%d.%m.%Y")
    assert not any("Rolle gegeben" in r for r in rows(anna.open(f"/security?until={first}")))
    assert anna.open("/security?since=31.2.2026", expect=422).text.count('role="alert"') == 1
    anna.open("/security?since=1.1.2027")
    assert "Nichts passt zu dieser Auswahl" in anna.words


@pytest.mark.parametrize("odd", ["person=²", "person=-1", "before=99999999999", "group=x"])
def test_what_makes_no_sense_in_the_address_is_left_out(anna, odd):
    assert rows(anna.open(f"/security?{odd}"))


def test_many_events_come_a_page_at_a_time(web, anna):
    with web.arranged(), transaction():
        from models import journal

        for _ in range(120):
            journal.write("signed_in", by=player.user(PETRA), source="192.0.2.7")
    seen = []
    page = anna.open("/security?group=sign_in")
    while True:
        seen += rows(page)
        older = page.page.xpath("//a[@rel='next']/@href")
        if not older:
            break
        assert "group=sign_in" in older[0]
        page = anna.open(older[0])
    assert len(seen) >= 121
    assert len([row for row in seen if "192.0.2.7" in row]) == 120


def test_events_are_kept_two_years_and_no_line_of_a_case_goes_with_them(web, anna, clock):
    with web.arranged():
        petra = player.user(PETRA)
        case = player.refer(organisation_of(petra), petra)
        lines = sa.select(sa.func.count()).select_from(Entry).where(Entry.referral_id == case.id)
        before = db.scalar(lines)
    clock.shift(timedelta(days=731))
    with web.arranged():
        rounds.make_round()
        left = db.scalars(sa.select(Entry.event).where(Entry.security.is_not(None))).all()
        assert "signed_in" not in left
        assert db.scalar(lines) >= before


def test_a_role_waits_for_the_second_administrator_on_pages(web, anna, zita, two):
    offer(web, anna)
    assert "sobald eine zweite Person zustimmt" in anna.words
    assert "Wartet auf eine zweite Zustimmung" in anna.words
    assert "1 Rolle wartet auf eine Zustimmung" in anna.open("/people").words
    anna.open("/people/requests")
    assert "jemand anderes stimmt zu" in anna.words
    assert not anna.page.xpath("//button[starts-with(text(),'Zustimmen')]")
    link = zita.open("/people/requests").page.xpath("//form[contains(@action,'agree')]/@action")[0]
    anna.post(link)
    assert "Zustimmen muss jemand anderes" in anna.words
    zita.post(link)
    assert "hat jetzt die Rolle «Koordinationsperson»" in zita.words
    zita.post(link)
    assert "Darüber hat inzwischen jemand entschieden" in zita.words
    found = rows(zita.open("/security?group=rights"))
    assert any("Rolle verlangt" in row and "Anna" in row for row in found)
    assert any("Rolle gegeben" in row and "Zita" in row for row in found)


def test_who_is_invited_gets_the_link_with_the_agreement(web, anna, zita, two):
    with web.arranged():
        srk = str(player.user("l.keller@example.org").memberships[0].organisation_id)
    new = {"first_name": "Nina", "last_name": "Neu-Demo", "email": "n.neu@example.org"}
    anna.open("/people/invite").send(organisation=srk, role="coordinator", **new)
    assert "sobald eine zweite Person zustimmt" in anna.words
    assert mails(web, "invitation") == []
    anna.post(f"{anna.path}/invitation")
    assert "Der Link geht weg, sobald eine zweite Person zustimmt" in anna.words
    assert mails(web, "invitation") == []
    zita.open("/people/requests").press("Zustimmen: Nina Neu-Demo")
    assert mails(web, "invitation") == ["n.neu@example.org"]


def test_a_role_can_be_refused_on_the_page(web, anna, zita, two):
    offer(web, anna)
    zita.open("/people/requests").press("Ablehnen: Petra Beispiel")
    assert "bekommt die Rolle" in zita.words
    assert "Keine Rolle wartet" in zita.words
    assert mails(web, "role_refused") == [ANNA]


def test_nobody_gives_herself_a_role_on_any_page(web, anna):
    with web.arranged():
        srk = str(player.user("l.keller@example.org").memberships[0].organisation_id)
    own = page_of(web, ANNA)
    assert f'{own}/roles"' not in anna.open(own).text
    anna.open(f"{own}/roles").send(organisation=srk, role="program_lead")
    assert "Sich selbst können Sie keine Rolle geben" in anna.words
    for address in (ANNA, ANNA.upper(), f" {ANNA} "):
        anna.open("/people/invite").send(
            first_name="A", last_name="A", email=address, organisation=srk,
            role="program_lead", expect=409,
        )  # fmt: skip
        anna.send(known=str(own.rpartition("/")[2]))
        assert "Sich selbst können Sie keine Rolle geben" in anna.words
    with web.arranged():
        assert {m.role for m in player.user(ANNA).memberships} == {Role.ADMINISTRATOR}


def mails(web, notice):
    from models.outbox import Mail

    with web.arranged():
        return list(db.scalars(sa.select(Mail.recipient).where(Mail.notice == notice)))


def test_signing_out_is_an_event(web, anna):
    petra = web.person(PETRA).open("/tasks")
    petra.post("/sign-out")
    assert any("abgemeldet Petra" in row for row in rows(anna.open("/security")))
    assert PASSWORD not in anna.text
