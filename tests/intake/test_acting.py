"""Who works at two organisations acts for one at a time: nothing of the other is seen or done."""

import copy
import io

import pytest
import sqlalchemy as sa

from intake import keeping
from intake.demo import player
from intake.demo.cases import organisation_of
from models.documents import Document
from models.drafts import Draft
from models.mentors import Mentor
from models.organisations import organisation_called
from models.people import Membership, Role
from models.referrals import Referral
from models.session import db, transaction
from models.tasks import Task, open_tasks
from workflows import desk
from workflows.drafts import start_draft
from workflows.memberships import give_role

PETRA, SANDRA, MONIKA, LEA, ANNA, NORA = (
    f"{n}@example.org"
    for n in ("p.beispiel", "s.beispiel", "m.muster", "l.keller", "a.admin", "n.beispiel")
)
WASSERAMT, CARITAS, SRK = "Sozialregion Wasseramt", "Caritas Solothurn", "SRK Kanton Solothurn"
#: Pages that show one's own account or the way to switch; they name both organisations on purpose.
OWN = {"acting.show", "acting.choose", "account.show", "account.change", "account.password"}


def refer(office, by, last_name, number, program):
    return player.refer(
        office, by, last_name=last_name, zemis_number=f"0000{number}.1", program_wish=program
    )


def draft(place, by, text):
    return start_draft(place.id, {"last_name": [text]}, by=by)


@pytest.fixture
def two(web):
    """Nora at Wasseramt and at SRK, Monika at Caritas and at SRK; what each place has of its own."""
    with web.arranged():
        nora, monika = player.user(NORA), player.user(MONIKA)
        petra, lea, anna = player.user(PETRA), player.user(LEA), player.user(ANNA)
        wasseramt, srk = organisation_called(WASSERAMT), organisation_called(SRK)
        caritas, olten = organisation_called(CARITAS), organisation_of(petra)
        give_role(monika, srk, Role.COORDINATOR, by=anna)
        office = refer(wasseramt, nora, "Wasser-Demo", 1001, "co_pilot")
        wanted = {"missing_items": ["goals"], "missing_text": "Ziele?"}
        player.do(office, "completeness_check", monika, outcome="incomplete", **wanted)
        provider = [
            refer(olten, petra, f"Kreuz-Demo{n}", 2001 + n, "seite_an_seite") for n in range(3)
        ]
        desk.claim(open_tasks(provider[0].id)[0], by=nora)
        desk.claim(open_tasks(provider[1].id)[0], by=monika)
        other = refer(olten, petra, "Olten-Demo", 3001, "co_pilot")
        desk.claim(open_tasks(other.id)[0], by=monika)
        mentors = [
            player.mentor(srk, lea, last_name="Mentorkreuz-Demo"),
            player.mentor(caritas, monika, last_name="Mentorcaritas-Demo"),
        ]
        drafts = [
            draft(wasseramt, nora, "Entwurfamt-Demo"),
            draft(srk, nora, "Entwurfkreuz-Demo"),
            draft(caritas, monika, "Entwurfcaritas-Demo"),
        ]
        ids = {
            "referral_id": [office.id, provider[0].id, provider[1].id, other.id],
            "mentor_id": [mentor.id for mentor in mentors],
            "draft_id": [one.id for one in drafts],
            "task_id": list(db.scalars(sa.select(Task.id))),
        }
        numbers = {row.id: row.number for row in db.scalars(sa.select(Referral))}
        of_srk = [
            *(numbers[row.id] for row in provider),
            *("Kreuz-Demo", "Mentorkreuz-Demo", "Entwurfkreuz-Demo"),
        ]
        words = {
            WASSERAMT: [numbers[office.id], "Wasser-Demo", "Entwurfamt-Demo"],
            SRK: of_srk,
            CARITAS: [
                *(numbers[office.id], numbers[other.id], "Wasser-Demo", "Olten-Demo"),
                *("Mentorcaritas-Demo", "Entwurfcaritas-Demo"),
            ],
        }
    lea = web.person(LEA).open(f"/cases/{ids['referral_id'][1]}")
    paper = {"csrf_token": lea.token, "document": (io.BytesIO(b"%PDF-1.7 kreuz"), "a.pdf")}
    lea.client.post(f"/cases/{ids['referral_id'][1]}/documents", data=paper)
    with web.arranged():
        ids["key"] = list(db.scalars(sa.select(Document.key)))
    return ids, words


def addresses(app, ids):
    """Every page that is read, with each row of each place in its address."""
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static" or rule.endpoint in OWN:
            continue
        urls = [rule.rule]
        for name in rule.arguments:
            kept = ids.get(name) or {"code": ["person", "office"], "form_key": ["withdrawal"]}.get(
                name, [1]
            )
            forms = (f"<int:{name}>", f"<{name}>")
            urls = [
                url.replace(forms[0], str(one)).replace(forms[1], str(one))
                for url in urls
                for one in kept
            ]
        yield from urls
    yield from ("/tasks?whose=mine", "/tasks?whose=free", "/tasks?text=demo", "/cases?text=demo")
    yield from ("/tasks?text=Kreuz", "/cases?text=Wasser", "/mentors?text=mentor")


@pytest.mark.parametrize(
    ("email", "place", "other", "waiting"),
    [
        (NORA, WASSERAMT, SRK, "1 offene Aufgabe"),
        (NORA, SRK, WASSERAMT, "3 offene Aufgaben"),
        (MONIKA, CARITAS, SRK, "1 offene Aufgabe"),
        (MONIKA, SRK, CARITAS, "3 offene Aufgaben"),
    ],
)
def test_acting_for_one_nothing_is_shown_of_the_other(web, two, email, place, other, waiting):
    ids, words = two
    person = web.person(email)
    person.act_for(place)
    seen, told = set(), []
    for url in addresses(web.app, ids):
        found = person.client.get(url, follow_redirects=True)
        if not found.content_type.startswith(("text/", "application/json")):
            continue
        text = found.get_data(as_text=True)
        told += [(url, word) for word in words[other] if word in text and word not in words[place]]
        seen |= {word for word in words[place] if word in text}
    assert not told
    assert seen == set(words[place]), "the walk comes by all that is theirs"
    assert waiting in person.open("/tasks").words
    mine = {NORA: {WASSERAMT: 1, SRK: 1}, MONIKA: {CARITAS: 1, SRK: 1}}[email][place]
    assert len(person.open("/tasks?whose=mine").page.xpath("//tbody/tr")) == mine


@pytest.mark.parametrize(("place", "other"), [(WASSERAMT, SRK), (SRK, WASSERAMT)])
def test_no_form_of_the_other_organisation_is_taken(web, two, place, other):
    """Sent to every page with the token of the other: nothing is done, whatever it is."""
    ids, _words = two
    person = web.person(NORA)
    person.act_for(other)
    token = person.open("/account").token
    person.act_for(place)
    before = _rows(web)
    for rule in web.app.url_map.iter_rules():
        if not rule.methods & {"POST", "PUT"} or rule.endpoint.startswith(("sign_in.", "acting.")):
            continue
        url = rule.rule
        for name in rule.arguments:
            one = str((ids.get(name) or [1])[0])
            url = url.replace(f"<int:{name}>", one).replace(f"<{name}>", one)
        for method in rule.methods & {"POST", "PUT"}:
            sent = {"csrf_token": token, "text": "für die andere getippt"}
            found = person.client.open(url, method=method, data=sent)
            assert found.status_code == 409, url
            text = found.get_data(as_text=True)
            assert f"Dieses Formular gehört zu {other}, Sie handeln jetzt für {place}" in text
            with web.app.test_request_context():
                own = "text" in keeping.own_fields(*web.app.url_map.bind("").match(url, method))
            assert ("für die andere getippt" in text) == own, "the own fields of the form alone"
    assert _rows(web) == before


def _rows(web):
    with web.arranged():
        return [
            db.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (Referral, Draft, Mentor, Document, Task, Membership)
        ]


def test_what_was_typed_in_another_tab_is_sent_for_its_own_organisation(web, two):
    monika = web.person(MONIKA)
    monika.act_for(CARITAS)
    first = copy.copy(monika).open("/mentors")
    monika.act_for(SRK)
    first.response = first.client.post(
        "/mentors/pause", data={"csrf_token": first.token, "reason": "Es fehlen Freiwillige."}
    )
    assert first.response.status_code == 409
    assert paused(web) == []
    first.press("Für Caritas Solothurn weiterfahren")
    assert paused(web) == [], "nothing is sent by itself"
    first.press("Nochmals senden für Caritas Solothurn")
    assert paused(web) == [CARITAS]
    assert "Sie handeln für Caritas Solothurn" in first.words


def paused(web):
    with web.arranged():
        return [
            o.name
            for o in (organisation_called(CARITAS), organisation_called(SRK))
            if o.intake_paused_on
        ]


def test_a_late_answer_that_brings_back_the_old_choice_does_nothing_for_the_wrong_one(web, two):
    """Two tabs race: the cookie of the slower one wins, the forms still know whose they are."""
    monika = web.person(MONIKA)
    monika.act_for(CARITAS)
    slow = monika.client.get_cookie("intake").value
    monika.act_for(SRK)
    monika.open("/mentors")
    monika.client.set_cookie("intake", slow)
    monika.post("/mentors/pause", reason="Es fehlen Freiwillige.", expect=409)
    assert f"Dieses Formular gehört zu {SRK}, Sie handeln jetzt für {CARITAS}" in monika.words
    assert paused(web) == []


def test_language_switching_and_signing_out_work_from_every_tab(web, two):
    nora = web.person(NORA)
    nora.act_for(WASSERAMT)
    old = copy.copy(nora).open("/cases")
    nora.act_for(SRK)
    assert "English" not in copy.copy(old).post("/language", locale="en", next="/cases").words
    nora.post("/language", locale="de")
    choice = old.open("/acting")
    nora.act_for(WASSERAMT)
    assert f"Sie handeln für {SRK}" in choice.press(SRK).words
    assert old.post("/sign-out").path == "/sign-in"


def test_of_two_tabs_that_choose_the_later_one_counts(web, two):
    first = web.person(NORA)
    later = copy.copy(first).open("/acting")
    first.press(WASSERAMT)
    assert f"Sie handeln für {SRK}" in later.press(SRK).words


def test_a_second_organisation_asks_whose_form_the_first_ones_was(web, two):
    petra = web.person(PETRA)
    form = copy.copy(petra).open("/drafts")
    with web.arranged():
        give_role(player.user(PETRA), organisation_called(SRK), Role.COORDINATOR, by=None)
    petra.act_for(SRK)
    before = _rows(web)
    form.post("/drafts", expect=409)
    assert "Dieses Formular gehört zu Sozialregion Olten" in form.words
    assert _rows(web) == before


def test_whoever_has_not_chosen_chooses_first_and_comes_where_they_wanted(web, two):
    ids, _words = two
    case = f"/cases/{ids['referral_id'][1]}"
    nora = web.person(NORA)
    assert nora.path == "/acting"
    for url in ("/tasks", "/cases", case, "/drafts", "/waiting-list", "/processes", "/people"):
        assert nora.open(url).path == "/acting", url
    nora.open("/account")
    nora.open(case)
    nora.press(SRK)
    assert nora.path == case
    assert f"Sie handeln für {SRK}" in nora.words


def test_what_was_typed_before_choosing_waits_for_the_choice(web, two):
    monika = web.person(MONIKA)
    monika.post("/mentors/pause", reason="Es fehlen Freiwillige.", expect=409)
    assert paused(web) == []
    monika.press(SRK)
    assert paused(web) == []
    monika.press(f"Nochmals senden für {SRK}")
    assert paused(web) == [SRK]


def test_a_page_of_the_other_organisation_offers_to_switch(web, two):
    ids, _words = two
    nora = web.person(NORA)
    nora.act_for(WASSERAMT)
    case = f"/cases/{ids['referral_id'][1]}"
    nora.open(case, expect=404)
    assert nora.press(f"Für {SRK} öffnen").path == case
    assert "wechseln" not in web.person(PETRA).open("/cases/999", expect=404).words


def test_a_role_that_is_gone_is_gone_at_the_next_click(web, two):
    nora = web.person(NORA)
    nora.act_for(SRK)
    nora.open("/mentors")
    with web.arranged(), transaction():
        membership = db.scalars(
            sa.select(Membership)
            .where(Membership.role == Role.COORDINATOR)
            .join(Membership.user)
            .where(sa.text("users.email = :email"))
            .params(email=NORA)
        ).one()
        db.delete(membership)
    nora.post("/mentors/pause", reason="zu spät", expect=409)
    assert f"Dieses Formular gehörte zu {SRK}." in nora.words
    assert paused(web) == []
    nora.open("/mentors", expect=403)
    assert f"Sie handeln für {WASSERAMT}" in nora.words
    with web.arranged(), transaction():
        db.execute(sa.delete(Membership).where(Membership.user_id == player.user(NORA).id))
    nora.open("/cases")
    assert nora.page.findtext(".//h1") == "Sie haben zurzeit keine Rolle"
    assert ANNA in nora.words
    assert "wechseln" not in nora.words
    assert web.person(NORA).path == "/acting"


def test_one_organisation_is_never_asked_about(web):
    petra = web.person(PETRA)
    assert petra.path == "/tasks"
    assert "Sie handeln für Sozialregion Olten" in petra.words
    assert "wechseln" not in petra.words
    assert petra.open("/acting").path == "/tasks"


@pytest.mark.parametrize("chosen", ["0", "1", "999999", "x", "-1", "²", ""])
def test_nobody_acts_for_where_they_have_no_role(web, chosen):
    nora = web.person(NORA)
    nora.open("/acting").post("/acting", acting_for=chosen, acting_next="//evil.example.org")
    assert nora.path == "/acting"
    assert "Dort haben Sie keine Rolle mehr" in nora.words


def test_a_form_of_where_one_works_no_more_is_never_sent_for_another(web):
    """An administrator moves her from Caritas to SRK while her form of Caritas is open."""
    monika = web.person("m.muster@example.org").open("/mentors")
    with web.arranged():
        user, srk = player.user("m.muster@example.org"), organisation_called("SRK")
        with transaction():
            user.memberships[0].organisation = srk
            user.memberships[0].organisation_id = srk.id
    monika.post("/mentors/pause", reason="Caritas ist voll", expect=409)
    assert "Dieses Formular gehörte zu Caritas Solothurn." in monika.words
    assert "Caritas ist voll" in monika.words
    assert not monika.page.xpath("//main//button")
    with web.arranged():
        assert organisation_called("SRK").intake_paused_on is None
