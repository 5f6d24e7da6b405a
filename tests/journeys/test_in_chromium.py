"""The most important stories in a real browser, with its clock: typing, keys, width, axe."""

import contextlib

import pytest
from axe_playwright_python.sync_playwright import Axe

from intake.demo import cases, player
from intake.demo.answers import REFERRAL
from intake.demo.cases import organisation_of
from intake.forms import vocabulary
from intake.forms.referral import ReferralForm
from models.base import today
from models.session import db
from tests.journeys.chromium import someone
from tests.workflows.test_differences import EDITS, changed_bundles
from workflows.diagrams.published import REFERRAL as REFERRAL_PROCESS
from workflows.diagrams.published import publish
from workflows.drafts import start_draft
from workflows.worker import work_until_idle

pytestmark = pytest.mark.xdist_group("chromium")
PETRA, MONIKA, ANNA, PATRICK = (
    f"{name}@example.org" for name in ("p.beispiel", "m.muster", "a.admin", "p.prozess")
)


def answer(page, name, value):
    """Answer a question as a person would: click, choose, type."""
    if isinstance(value, list):
        for place, one in enumerate(value):
            selects = page.locator(f"select[name='{name}']")
            if selects.count():
                selects.nth(place).select_option(one)
            else:
                page.check(f"input[name='{name}'][value='{one}']")
    elif value is True:
        page.check(f"input[name='{name}']")
    elif page.locator(f"select[name='{name}']").count():
        page.select_option(f"select[name='{name}']", str(value))
    elif page.locator(f"input[name='{name}'][type='radio']").count():
        page.check(f"input[name='{name}'][value='{value}']")
    else:
        page.fill(f"[name='{name}']", str(value))


def test_a_social_worker_registers_somebody_and_a_provider_decides(browser, live):
    _app, address = live
    with someone(browser, address, PETRA) as page:
        page.get_by_role("link", name="Person anmelden").click()
        page.get_by_role("button", name="Neue Anmeldung beginnen").click()
        for _code, _heading, names in ReferralForm.sections:
            for name in names:
                if name in REFERRAL:
                    value = today().isoformat() if name == "consent_given_on" else REFERRAL[name]
                    answer(page, name, value)
            page.get_by_role("button", name="Weiter", exact=False).first.click()
        assert page.locator(".errors").count() == 0, page.locator(".errors").inner_text()
        page.get_by_role("button", name="Anmeldung einreichen").click()
        page.wait_for_url("**/received")
        assert "eingereicht" in page.inner_text("h1")
    with someone(browser, address, MONIKA) as page:
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tasks/*")
        page.check("input[name='outcome'][value='complete']")
        page.get_by_role("button", name="Abschliessen").click()
        page.get_by_role("link", name="Über die Aufnahme entscheiden").click()
        for name in ("target_group_ok", "region_ok", "voluntary_ok", "language_sufficient"):
            answer(page, name, "yes")
        answer(page, "decision", "admit")
        page.get_by_role("button", name="Entscheid festhalten").click()
        assert "Die Person ist aufgenommen" in page.inner_text(".status")
        page.locator("summary", has_text="Zeichnung").click()
        page.wait_for_selector(".drawing[data-ready]")
        assert page.locator("g[data-element-id='intake_interview'].now").count() == 1
        assert page.locator("a.bjs-powered-by").is_visible()


def test_what_is_typed_survives_the_browsers_crash(browser, live):
    _app, address = live
    with someone(browser, address, PETRA) as page:
        page.goto(f"{address}/drafts")
        page.get_by_role("button", name="Neue Anmeldung beginnen").click()
        page.fill("#case_reference", "vor dem Absturz")
        page.wait_for_function(
            "document.querySelector('[data-saved]').textContent.includes('Gespeichert')"
        )
        with page.expect_response("**/draft"):
            page.fill("#case_reference", "vor dem Absturz!")
    with someone(browser, address, PETRA) as page:
        page.goto(f"{address}/drafts")
        page.locator("a.row").first.click()
        assert page.input_value("#case_reference") == "vor dem Absturz!"


def test_questions_that_are_not_asked_are_hidden(browser, live):
    app, address = live
    task = arrange(app)["task"]
    with someone(browser, address, MONIKA) as page:
        page.goto(f"{address}{task}")
        assert page.locator("#missing_text").is_hidden()
        page.check("input[name='outcome'][value='incomplete']")
        assert page.locator("#missing_text").is_visible()


def test_a_check_in_is_recorded(browser, live):
    app, address = live
    with app.test_request_context():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        mentor = player.mentor(organisation_of(monika), monika)
        case = player.refer(organisation_of(petra), petra)
        for step in ("completeness_check", "triage", "intake_interview"):
            player.do(case, step, monika)
        player.do(case, "matching_proposal", monika, mentor=mentor)
        player.do(case, "proposal_answer", monika, "mentor")
        player.do(case, "proposal_answer", monika, "mentee")
        player.do(case, "first_meeting", monika)
        player.do(
            case,
            "tandem_agreement",
            monika,
            start_date="2026-03-02",
            planned_end_date="2027-02-28",
            trial_until="2026-04-27",
        )
        work_until_idle(lambda _mail: None)
        url, case_url = (
            f"{address}/tasks/{player.step_of(case, 'check_in').id}",
            f"{address}/cases/{case.id}",
        )
        db.remove()
    with someone(browser, address, MONIKA) as page:
        page.goto(url)
        answer(page, "took_place", "yes")
        for name in (
            "form",
            "meetings_count",
            "hours_total",
            "relationship_quality_mentee",
            "relationship_quality_mentor",
            "outcome",
        ):
            answer(page, name, player.STEPS["check_in"][name])
        page.check("input[name='participants'][value='mentee']")
        for number in (0, 1):
            answer(page, f"goals_progress-{number}-progress", "3")
        page.get_by_role("button", name="Abschliessen").click()
        page.wait_for_url(case_url)
        assert "Standortgespräch führen" in page.inner_text(".timeline")


def arrange(app):
    """One case at its first step, a mentor, a draft; the addresses of the pages that show them."""
    with app.test_request_context():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        mentor = player.mentor(organisation_of(monika), monika)
        waiting = player.refer(organisation_of(petra), petra, zemis_number="00000103.1")
        for step in ("completeness_check", "triage", "intake_interview"):
            player.do(waiting, step, monika)
        case = player.refer(organisation_of(petra), petra)
        draft = start_draft(
            organisation_of(petra).id,
            {"last_name": ["Sehr-Langer-Name-Mit-Vielen-Bindestrichen-Demo"]},
            by=petra,
        )
        found = {
            "task": f"/tasks/{player.step_of(case, 'completeness_check').id}",
            "proposal": f"/tasks/{player.step_of(waiting, 'matching_proposal').id}",
            "case": f"/cases/{case.id}",
            "draft": f"/drafts/{draft.id}",
            "mentor": f"/mentors/{mentor.id}",
        }
        publish(changed_bundles(*EDITS["label"][0])[1], REFERRAL_PROCESS, vocabulary(), by=None)
        db.remove()
    return found


def pages_of(found):
    """Every page, by the person who opens it."""
    case, draft = found["case"], found["draft"]
    return {
        "": ["/sign-in", "/password/forgotten", "/password/nope"],
        PETRA: [
            "/tasks",
            "/cases",
            "/drafts",
            case,
            f"{case}/received",
            f"{case}/correct",
            f"{case}/hand-over",
            f"{case}/act/withdrawal",
            f"{case}/act/consent_revocation",
            f"{case}/act/status_change",
            *(f"{draft}/{code}?check=1" for code, _h, _n in ReferralForm.sections),
            f"{draft}/review",
            "/account",
            "/processes",
            "/processes/1",
            "/cases/999",
        ],
        MONIKA: [
            "/tasks",
            "/tasks?text=nobody",
            found["task"],
            found["proposal"],
            "/waiting-list",
            "/mentors",
            "/mentors/new",
            found["mentor"],
            case,
        ],
        PATRICK: ["/deadlines", "/processes/1", "/processes/2"],
        ANNA: ["/setup", "/people", "/people/invite"],
    }


def test_the_drawings_show_what_changed_and_where_cases_wait(browser, live):
    app, address = live
    arrange(app)
    with someone(browser, address, PATRICK) as page:
        page.goto(f"{address}/processes/2")
        page.wait_for_selector(".djs-element.changed[data-element-id='complete']")
        assert page.locator(".djs-element.changed").count() == 1
        page.select_option("#against", label=page.locator("#against option").first.inner_text())
        page.get_by_role("button", name="Vergleichen").click()
        assert page.get_by_text("«Vollständig?» heisst neu «Alles da?»").is_visible()
        page.goto(f"{address}/processes/1")
        page.wait_for_selector(".count")
        assert sorted(page.locator(".count").all_inner_texts()) == ["1", "1"]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(browser, live, width, scheme):
    app, address = live
    found = arrange(app)
    wrong = []
    for email, urls in pages_of(found).items():
        opened = someone(
            browser,
            address,
            email or PETRA,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
        )
        with contextlib.suppress(AssertionError), opened as page:
            if not email:
                page.context.clear_cookies()
            for url in urls:
                page.goto(address + url)
                report = Axe().run(page)
                wrong += [
                    (url, v["id"], v["nodes"][0]["html"][:120])
                    for v in report.response["violations"]
                    if not _in_drawing(v)
                ]
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    wrong.append((url, "overflow", wide))
    assert wrong == []


@pytest.mark.parametrize("story", [cases.case_a, cases.case_b])
def test_axe_finds_nothing_on_any_step(browser, live, clock, monkeypatch, story):
    """Cases A and B with the page of each step opened, narrow and wide, before it is done."""
    app, address = live
    wrong, seen = [], set()

    def look(case, form_key, by, variant="", **changes):
        url = f"{address}/tasks/{player.step_of(case, form_key, variant).id}"
        if (form_key, variant) not in seen:
            seen.add((form_key, variant))
            with someone(browser, address, by.email) as page:
                for width in (1280, 320):
                    page.set_viewport_size({"width": width, "height": 800})
                    page.goto(url)
                    violations = Axe().run(page).response["violations"]
                    wrong.extend(
                        (form_key, width, v["id"], v["nodes"][0]["html"]) for v in violations
                    )
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    wrong.extend([(form_key, "overflow", wide)] if wide > width else [])
        return player.do(case, form_key, by, variant, **changes)

    monkeypatch.setattr(cases, "do", look)
    with app.test_request_context():
        story(cases.Stage(clock.move_to))
        db.remove()
    assert len(seen) >= 11
    assert wrong == []


def _in_drawing(violation):
    """bpmn.io's own canvas is not ours to mend."""
    return all("djs" in node["html"] or "bjs" in node["html"] for node in violation["nodes"])


@pytest.mark.parametrize("javascript", [True, False])
def test_the_day_works_by_keyboard_and_without_javascript(browser, live, javascript):
    app, address = live
    task = arrange(app)["task"]
    with someone(browser, address, MONIKA, java_script_enabled=javascript) as page:
        page.goto(address + task)
        for _ in range(40):
            page.keyboard.press("Tab")
            if (
                page.evaluate("document.activeElement.name") == "outcome"
                if javascript
                else page.locator("input[name='outcome']:focus").count()
            ):
                break
        page.keyboard.press("Space")
        assert page.locator("input[name='outcome']:checked").count() == 1
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/*")
