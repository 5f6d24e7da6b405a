"""The administration's pages: nobody gets or loses anything that was not said before."""

from datetime import date

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.mail import compose
from models.organisations import OrganisationKind, organisation_called, organisations
from models.outbox import Mail
from models.people import Membership, Role, User, people_of, user_by_email
from models.session import db, transaction
from models.tasks import Task, open_tasks
from workflows import desk

PETRA, MONIKA, LEA, BRUNO, ANNA, NORA = (
    f"{n}@example.org"
    for n in ("p.beispiel", "m.muster", "l.keller", "b.keller", "a.admin", "n.beispiel")
)
CARITAS, SRK = "Caritas Solothurn", "SRK Kanton Solothurn"


@pytest.fixture
def anna(web):
    return web.person(ANNA)


def page_of(web, email):
    with web.arranged():
        return f"/people/{player.user(email).id}"


def role_of(web, email, role):
    with web.arranged():
        user = player.user(email)
        key = next(m.id for m in user.memberships if m.role is role)
        return f"/people/{user.id}/roles/{key}"


def place_of(web, name):
    with web.arranged():
        return str(organisation_called(name).id)


def roles_of(web, email):
    with web.arranged():
        found = user_by_email(email)
        return {(m.organisation.name, m.role.value) for m in found.memberships}


def names(person):
    return [a.text for a in person.page.xpath("//tbody//a[@class='row']")]


def invite(anna, web, expect, **changes):
    answers = {"first_name": "Nina", "last_name": "Neu-Demo", "email": "n.neu@example.org"}
    answers |= {"organisation": place_of(web, SRK), "role": "coordinator", **changes}
    return anna.open("/people/invite").send(expect=expect, **answers)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("text=petra", ["Beispiel, Petra"]),
        ("text=BEISPIEL+petra", ["Beispiel, Petra"]),
        ("text=l.keller%40", ["Keller-Demo, Lea"]),
        ("text=muster", ["Muster-Demo, Monika", "Muster-Demo, Thomas"]),
        ("text=keller&state=left", []),
        ("text=100%25", []),
        ("state=left", []),
        ("state=invited", []),
        ("text=muster&state=nope&organisation=x", ["Muster-Demo, Monika", "Muster-Demo, Thomas"]),
    ],
)
def test_people_are_found_by_name_and_address_and_state(anna, asked, found):
    anna.open(f"/people?{asked}")
    assert names(anna) == found
    assert found or "Niemand passt zu dieser Auswahl" in anna.words


def test_people_are_found_by_organisation_with_all_they_are(anna, web):
    anna.open(f"/people?organisation={place_of(web, SRK)}")
    assert names(anna) == ["Beispiel-Demo, Nora", "Keller-Demo, Bruno", "Keller-Demo, Lea"]
    assert "Sozialregion Wasseramt: Fallführende Person" in anna.words
    assert names(anna.open("/people")) == sorted(names(anna))


def test_a_row_leads_to_the_person_and_a_role_is_added_there(anna, web):
    anna.open("/people?text=monika")
    anna.open(anna.page.xpath("//a[@class='row']/@href")[0])
    assert "Monika Muster-Demo" in anna.page.findtext(".//h1")
    give = anna.page.xpath("//a[text()='Rolle hinzufügen']/@href")[0]
    anna.open(give).send(organisation=place_of(web, SRK), role="office_lead", expect=422)
    assert anna.errors == [
        "«Rolle»: Diese Rolle gibt es bei «SRK Kanton Solothurn» nicht. Wählen Sie eine von diesen: "
        "Koordinationsperson, Programmleitung."
    ]
    anna.send(role="program_lead")
    assert "Monika Muster-Demo hat jetzt auch die Rolle «Programmleitung» bei SRK" in anna.words
    assert roles_of(web, MONIKA) == {(CARITAS, "coordinator"), (SRK, "program_lead")}
    assert mails(web, "role_added") == [MONIKA]
    said = text_of(web, "role_added")
    assert "Programmleitung, SRK Kanton Solothurn" in said
    assert "wählen Sie, für welche Sie gerade handeln" in said
    anna.open(give).send(organisation=place_of(web, SRK), role="program_lead")
    assert "hat die Rolle «Programmleitung» bei SRK Kanton Solothurn schon." in anna.words
    assert mails(web, "role_added") == [MONIKA]


def mails(web, notice):
    with web.arranged():
        return list(db.scalars(sa.select(Mail.recipient).where(Mail.notice == notice)))


def text_of(web, notice):
    """The words of the mail of a notice."""
    with web.arranged(), web.app.test_request_context():
        mail = db.scalars(sa.select(Mail).where(Mail.notice == notice)).one()
        return compose(mail, web.app.extensions["intake"]).get_content()


def test_organisations_are_offered_by_kind_with_their_time_where_they_are_not_open(anna, web):
    with web.arranged():
        today = organisation_called(CARITAS)
        with transaction():
            today.valid_to = today.valid_from = date(2020, 1, 1)
        offices = len(organisations(OrganisationKind.OFFICE))
    anna.open("/people/invite")
    groups = {
        group.get("label"): [option.text for option in group]
        for group in anna.page.xpath("//select[@name='organisation']/optgroup")
    }
    assert groups["Anbieterinnen"] == [f"{CARITAS} (01.01.2020 bis 01.01.2020)", SRK]
    assert len(groups["Stellen, die zuweisen"]) == offices
    assert CARITAS in anna.open("/people").text, "its people are still found"


@pytest.fixture
def alone(web):
    """Nora holds one of two tasks at SRK, whose other people have left."""
    with web.arranged():
        petra, nora = player.user(PETRA), player.user(NORA)
        for number in range(2):
            case = player.refer(
                organisation_of(petra),
                petra,
                zemis_number=f"0000020{number}.1",
                program_wish="seite_an_seite",
            )
        desk.claim(open_tasks(case.id)[0], by=nora)
        with transaction():
            for email in (LEA, BRUNO):
                player.user(email).active = False


def test_before_a_role_is_taken_the_page_says_what_happens(anna, web, alone):
    take = role_of(web, NORA, Role.COORDINATOR)
    anna.open(page_of(web, NORA))
    assert take in anna.page.xpath("//a/@href")
    anna.open(take)
    assert "1 offene Aufgabe, die die Person übernommen hat, wird wieder frei" in anna.words
    assert (
        "Niemand sonst arbeitet in dieser Rolle bei SRK Kanton Solothurn: 2 offene Aufgaben"
        in anna.words
    )
    assert "Es ist die letzte Rolle" not in anna.words
    assert "begonnene" not in anna.words, "what she begins at her office stays hers"
    assert len(roles_of(web, NORA)) == 2, "looking changes nothing"
    nora = web.person(NORA)
    nora.act_for(SRK)
    anna.press("Rolle wegnehmen")
    assert "hat die Rolle «Koordinationsperson» bei SRK Kanton Solothurn nicht mehr" in anna.words
    assert "1 Aufgabe ist wieder frei" in anna.words
    assert roles_of(web, NORA) == {("Sozialregion Wasseramt", "case_manager")}
    assert mails(web, "role_removed") == [NORA]
    with web.arranged():
        assert set(db.scalars(sa.select(Task.assignee_id))) == {None}
    nora.open("/mentors", expect=403)
    anna.post(take)
    assert "Diese Rolle ist schon weg" in anna.words
    anna.open(role_of(web, NORA, Role.CASE_MANAGER))
    assert "Es ist die letzte Rolle" in anna.words


def test_before_somebody_is_let_go_the_page_says_what_happens(anna, web, alone):
    leave = page_of(web, NORA) + "/active"
    anna.open(leave)
    assert "2 offene Aufgaben sähe danach niemand" in anna.words
    anna.press("Person deaktivieren")
    assert "ausgetreten am 12.01.2026" in anna.words
    anna.post(leave, deactivate="1")
    assert "ausgetreten am 12.01.2026" in anna.words, "pressed twice lets nobody in again"
    anna.press("Wieder zulassen")
    assert "kann sich wieder anmelden" in anna.words
    assert mails(web, "readmitted") == [NORA]


def test_who_never_came_and_is_let_in_again_gets_a_link(anna, web):
    invite(anna, web, 200)
    page = anna.path
    anna.post(f"{page}/active", deactivate="1")
    anna.open(page)
    assert "bekommt einen Link, mit dem sie ihr erstes Passwort setzt" in anna.words
    before = len(mails(web, "invitation"))
    anna.press("Wieder zulassen")
    assert "Ein neuer Link ist unterwegs an n.neu@example.org" in anna.words
    assert len(mails(web, "invitation")) == before + 1
    assert mails(web, "readmitted") == []


def test_whose_cases_a_leaver_leads_and_that_nobody_is_left_is_said(anna, web):
    with web.arranged():
        reto = player.user("r.beispiel@example.org")
        player.refer(organisation_of(reto), reto, zemis_number="00000301.1")
    anna.open(page_of(web, "r.beispiel@example.org") + "/active")
    assert "1 laufender Fall hat die Person als Ansprechperson" in anna.words
    with web.arranged(), transaction():
        there = organisation_of(player.user("r.beispiel@example.org"))
        for user in people_of(there.id):
            user.active = user.email == "r.beispiel@example.org"
    anna.open(anna.path)
    assert "Niemand sonst arbeitet in dieser Rolle bei Sozialregion" in anna.words


def test_another_language_is_not_offered_where_it_would_lose_what_was_typed(anna):
    switch = "//button[@name='locale']"
    assert anna.open("/people/invite").page.xpath(switch)
    assert not anna.send(email="", role="", expect=422).page.xpath(switch)


def test_what_a_leaver_has_begun_is_counted_and_stays_with_the_office(anna, web):
    petra = web.person(PETRA).open("/drafts")
    petra.post("/drafts")
    begun = petra.path
    for page in (page_of(web, PETRA) + "/active", role_of(web, PETRA, Role.CASE_MANAGER)):
        assert "1 begonnene Anmeldung bleibt bei der Stelle" in anna.open(page).words
    anna.open(page_of(web, PETRA) + "/active").press("Person deaktivieren")
    with web.arranged():
        lead = db.scalars(
            sa.select(User.email)
            .join(User.memberships)
            .where(Membership.organisation == organisation_called("Sozialregion Olten"))
            .where(User.active)
        ).first()
    web.person(lead).open(begun)


def test_an_invitation_that_is_refused_says_so_in_title_and_summary_in_the_order_asked(anna):
    anna.open("/people/invite?role=coordinator").send(email="", role="coordinator", expect=422)
    assert anna.page.findtext(".//title").startswith("Fehler: ")
    assert [words.split("»")[0].split("«")[1] for words in anna.errors] == [
        "Vorname",
        "Name",
        "E-Mail",
        "Organisation",
    ]
    chosen = anna.page.xpath("//select[@name='role']/option[@selected]/@value")
    assert chosen == ["coordinator"]


def test_a_role_of_somebody_else_is_not_taken_by_another_ones_page(anna, web):
    petra, of_monika = page_of(web, PETRA), role_of(web, MONIKA, Role.COORDINATOR)
    foreign = f"{petra}/roles/{of_monika.rsplit('/', 1)[1]}"
    anna.open(foreign, expect=404)
    anna.open("/people").post(foreign)
    assert len(roles_of(web, MONIKA)) == 1


def test_the_administration_is_not_lost(anna, web):
    role, leave = role_of(web, ANNA, Role.ADMINISTRATOR), page_of(web, ANNA) + "/active"
    for url in (role, leave):
        anna.open(url)
        assert "Bitten Sie jemanden, der auch administriert" in anna.words
        assert anna.page.xpath("//main//form") == [], "no button that only says no"
        anna.post(url, deactivate="1")
        assert "Ihre eigene Administration können Sie nicht abgeben" in anna.words
    assert len(roles_of(web, ANNA)) == 1


def test_inviting_an_address_that_exists_names_the_person_and_asks(anna, web):
    invite(anna, web, 409, email=" P.Beispiel@EXAMPLE.org", first_name="Peter", last_name="Anders")
    assert anna.page.findtext(".//h1") == "Diese Adresse gehört Petra Beispiel"
    for said in (
        "Sozialregion Olten: Fallführende Person",
        "Soll Petra Beispiel zusätzlich die Rolle «Koordinationsperson» bei SRK Kanton Solothurn bekommen?",
        "Sie haben «Peter Anders» geschrieben. Der Name im Konto bleibt, wie er ist.",
    ):
        assert said in anna.words
    assert roles_of(web, PETRA) == {("Sozialregion Olten", "case_manager")}
    assert mails(web, "role_added") == mails(web, "invitation") == []
    anna.press("Rolle hinzufügen")
    assert roles_of(web, PETRA) == {("Sozialregion Olten", "case_manager"), (SRK, "coordinator")}
    with web.arranged():
        assert user_by_email(PETRA).name == "Petra Beispiel"
    invite(anna, web, 409, email=PETRA, first_name="Petra", last_name="Beispiel")
    assert "Es ist nichts zu tun" in anna.words
    assert "Der Name im Konto bleibt" not in anna.words


def test_another_address_is_typed_without_typing_the_rest_again(anna, web):
    invite(anna, web, 409, email=PETRA, first_name="Nina").press("Andere Adresse eingeben")
    anna.send(email="nina@example.org")
    assert "Nina Neu-Demo ist eingeladen." in anna.words


def test_a_yes_for_one_person_is_no_yes_for_another(anna, web):
    invite(anna, web, 409, email=PETRA)
    anna.send(email=MONIKA, expect=409)
    assert anna.page.findtext(".//h1") == "Diese Adresse gehört Monika Muster-Demo"
    assert len(roles_of(web, MONIKA)) == 1


def test_whoever_has_left_is_let_in_again_only_by_a_button_that_says_so(anna, web):
    anna.open(page_of(web, PETRA) + "/active").press("Person deaktivieren")
    invite(anna, web, 409, email=PETRA, first_name="Petra", last_name="Beispiel")
    assert "ausgetreten am 12.01.2026" in anna.words
    assert len(roles_of(web, PETRA)) == 1
    with web.arranged():
        person = user_by_email(PETRA)
        assert not person.active
        known = str(person.id)
    anna.send(known=known)  # without the button that says it
    assert "Lassen Sie die Person zuerst wieder zu" in anna.words
    with web.arranged():
        assert not user_by_email(PETRA).active
    invite(anna, web, 409, email=PETRA).press("Wieder zulassen und Rolle hinzufügen")
    assert len(roles_of(web, PETRA)) == 2
    assert web.person(PETRA).path == "/acting"


@pytest.mark.parametrize(
    "written", ["n neu@example.org", "n.neu@exam\tple.org", "n.neu", "n@x\x07.org"]
)
def test_an_address_that_cannot_be_is_refused_with_a_sentence(anna, web, written):
    invite(anna, web, 422, email=written)
    assert len(anna.errors) == 1
    assert "name@example.org" in anna.errors[0]


def test_from_an_organisation_one_invites_into_it(anna, web):
    place = place_of(web, SRK)
    anna.open(f"/people/invite?organisation={place}")
    assert anna.page.xpath("//select[@name='organisation']/option[@selected]") == []
    assert anna.page.xpath("//select[@name='organisation']//option[@selected]/@value") == [place]


def test_an_invitation_is_sent_again(anna, web):
    invite(anna, web, 200)
    assert "eingeladen, hat noch kein Passwort gesetzt" in anna.words
    anna.press("Einladung nochmals senden")
    assert mails(web, "invitation") == ["n.neu@example.org"] * 2
    anna.open(page_of(web, PETRA))
    assert "Einladung nochmals senden" not in anna.words
    anna.post(page_of(web, PETRA) + "/invitation")
    assert "braucht keinen Link mehr" in anna.words


def test_people_who_are_not_there_are_no_page(anna):
    for url in ("/people/999999", "/people/999999/roles", "/people/999999/active"):
        anna.open(url, expect=404)


def test_nobody_yet_and_nobody_left(anna, web):
    with web.arranged(), transaction():
        db.execute(sa.update(User).where(User.email != ANNA).values(active=False))
    assert len(names(anna.open("/people?state=active"))) == 1
