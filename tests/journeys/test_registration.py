"""A social worker registers somebody, a provider takes the case up: through the rendered pages."""

import io
import re

import pypdf
import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.answers import REFERRAL
from intake.demo.cases import organisation_of
from intake.forms.referral import ReferralForm
from models.drafts import Draft
from models.referrals import Referral
from models.session import db

PETRA, MONIKA = "p.beispiel@example.org", "m.muster@example.org"


def fill_section(person, names, **changes):
    values = {k: v for k, v in {**REFERRAL, **changes}.items() if k in names}
    sent = {
        k: ("y" if v is True else [str(x) for x in v] if isinstance(v, list) else str(v))
        for k, v in values.items()
    }
    return person.send(**sent)


def write_referral(person, **changes):
    """From the first click to the review page."""
    person.open("/drafts").post("/drafts")
    for code, _heading, names in ReferralForm.sections:
        assert person.path.endswith(code)
        fill_section(person, names, **changes)
    assert person.path.endswith("review")
    return person


def test_from_the_first_click_to_the_number(web):
    petra = write_referral(web.person(PETRA))
    assert "Petra Beispiel" in petra.words  # prefilled
    petra.send()
    assert "2026-00001 eingereicht" in petra.words
    assert "Caritas Solothurn prüft sie als Nächstes" in petra.words
    pdf = petra.client.get(re.search(r'href="(/cases/\d+/referral.pdf)"', petra.text)[1])
    reader = pypdf.PdfReader(io.BytesIO(pdf.data))
    assert "Muster-Demo" in "".join(page.extract_text() for page in reader.pages)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in str(reader.xmp_metadata.stream.get_data())


def test_a_provider_takes_it_up(web):
    write_referral(web.person(PETRA)).send()
    monika = web.person(MONIKA)
    assert "1 offene Aufgabe" in monika.words
    monika.open(monika.page.xpath('//a[@class="row"]/@href')[0])
    assert "Muster-Demo" in monika.words
    assert "00000101.1" not in monika.text  # only the case management sees it
    monika.send(outcome="complete")
    assert "Die Anbieterin entscheidet über die Aufnahme" in monika.words
    monika.open(monika.page.xpath('//div[@class="buttons"]/a/@href')[0])
    monika.send(
        target_group_ok="yes",
        region_ok="yes",
        voluntary_ok="yes",
        language_sufficient="yes",
        decision="admit",
    )
    assert "Die Person ist aufgenommen" in monika.words


def test_an_error_links_to_its_question_and_loses_nothing(web):
    petra = web.person(PETRA)
    petra.open("/drafts").post("/drafts")
    petra.send(case_manager_phone="keine Ahnung", case_reference="X-17", expect=422)
    assert "Geben Sie eine Telefonnummer ein" in petra.errors[0]
    assert petra.page.xpath('//*[@class="errors"]//a/@href') == ["#case_manager_phone"]
    assert 'value="keine Ahnung"' in petra.text
    assert 'value="X-17"' in petra.text


def test_a_rule_over_two_answers_is_told_in_its_section(web):
    """Not first at the review, when every section was called complete."""
    petra = web.person(PETRA)
    petra.open("/drafts").post("/drafts")
    fill_section(petra, ReferralForm.sections[0][2])
    petra.send(phone="", email="", expect=422)
    assert "Geben Sie ein Telefon oder eine E-Mail-Adresse der Person an" in " ".join(petra.errors)
    for name in ("phone", "email"):
        assert "freiwillig" not in petra.page.xpath(f'//label[@for="{name}"]')[0].text_content()


def test_who_mends_an_error_of_the_review_comes_back_to_it(web):
    petra = web.person(PETRA)
    petra.open("/drafts").post("/drafts")
    for _code, _heading, names in ReferralForm.sections[:3]:
        fill_section(petra, names)
    petra.open(petra.page.xpath('//ol[@class="steps"]//a/@href')[-1])
    assert petra.path.endswith("review")
    wrong = [a.get("href") for a in petra.page.xpath('//*[@class="errors"]//a')]
    for _code, _heading, names in ReferralForm.sections[3:]:
        first = next(href for href in wrong if href.partition("#")[2] in names)
        petra.open(first.partition("#")[0])
        fill_section(petra, names)
        assert petra.path.endswith("review")
    petra.open(petra.page.xpath("//dl//a/@href")[0].partition("#")[0])
    petra.send(case_manager_phone="keine Ahnung", expect=422)
    petra.send(case_manager_phone="032 555 00 00")
    assert petra.path.endswith("review")


def test_a_draft_goes_on_on_another_machine(web):
    first = web.person(PETRA)
    first.open("/drafts").post("/drafts")
    half = first.shown(case_reference="halb getippt", case_manager_phone="032")
    first.post(first.path + "/draft", data=half)
    second = web.person(PETRA).open("/drafts")
    second.open(second.page.xpath('//a[@class="row"]/@href')[0])
    assert 'value="halb getippt"' in second.text
    assert 'value="032"' in second.text


def test_a_colleague_may_continue_a_draft_a_stranger_may_not(web):
    first = web.person(PETRA)
    first.open("/drafts").post("/drafts")
    assert web.person("u.beispiel@example.org").open(first.path)
    for email in ("r.beispiel@example.org", MONIKA):
        web.person(email).open(first.path, expect=404)


def test_family_members_are_added_without_javascript(web):
    petra = web.person(PETRA)
    petra.open("/drafts").post("/drafts")
    petra.open(petra.path.replace("office", "person"))
    petra.send(button=("add", "household_members"))
    petra.send(button=("add", "household_members"), **{"household_members-0-first_name": "Samir"})
    assert len(petra.page.xpath("//div[@data-entry]")) == 2
    assert 'value="Samir"' in petra.text
    petra.send(button=("remove", "household_members-0"))
    assert len(petra.page.xpath("//div[@data-entry]")) == 1


def test_a_duplicate_is_shown_only_as_far_as_it_may_be(web):
    write_referral(web.person(PETRA)).send()
    other = web.person("r.beispiel@example.org")
    write_referral(other)
    assert "vermutlich bereits angemeldet bei Caritas Solothurn" in other.words
    assert "2026-00001" not in other.text
    own = write_referral(web.person(PETRA))
    assert "2026-00001" in own.text


def test_a_double_click_submits_once(web):
    petra = write_referral(web.person(PETRA))
    path = petra.path
    petra.send()
    with web.arranged():
        assert db.scalar(sa.select(sa.func.count()).select_from(Referral)) == 1
        assert db.scalars(sa.select(Draft)).one().referral_id is not None
    petra.open("/account").post(path, expect=404)


def test_a_coordinator_enters_a_paper_referral(web):
    monika = web.person(MONIKA)
    write_referral(monika)
    choice = monika.page.xpath(
        '//select[@name="case_manager"]/option[contains(., "Beispiel, Petra")]/@value'
    )[0]
    monika.send(channel="paper", received_on="9.1.2026", case_manager=choice)
    with web.arranged():
        referral = db.scalars(sa.select(Referral)).one()
        assert (referral.received_on.isoformat(), referral.channel) == ("2026-01-09", "paper")
        assert referral.case_manager.email == PETRA


def test_the_papers_to_print_are_accessible_pdf(web):
    petra = web.person(PETRA)
    for name in ("blank.pdf", "consent.pdf"):
        found = petra.client.get(f"/drafts/{name}")
        assert found.data.startswith(b"%PDF")
        assert b"pdfuaid" in pypdf.PdfReader(io.BytesIO(found.data)).xmp_metadata.stream.get_data()


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_pdf_says_which_language_it_is_in(web, language):
    petra = web.person(PETRA)
    petra.post("/language", locale=language, next="/tasks")
    for name in ("blank.pdf", "consent.pdf"):
        reader = pypdf.PdfReader(io.BytesIO(petra.client.get(f"/drafts/{name}").data))
        assert reader.trailer["/Root"]["/Lang"].partition("-")[0] == language


@pytest.mark.parametrize("name", ["سميرة احمدي", "Ångström-Ø", "李小龙", "Nuñez", "Ḥāmid"])
def test_a_pdf_takes_every_name(web, name):
    with web.arranged():
        petra = player.user(PETRA)
        number = player.refer(organisation_of(petra), petra, last_name=name).id
    found = web.person(PETRA).client.get(f"/cases/{number}/referral.pdf")
    assert found.data.startswith(b"%PDF")


def test_english_is_a_click_away(web):
    petra = web.person(PETRA)
    petra.post("/language", locale="en", next="/tasks")
    assert "All done." in petra.words
    write_referral(petra)
    assert "Check and submit the referral" in petra.words
