"""The workbench in a real browser: from the first click on a task to a moved case, and back."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import routing_of, vocabulary
from models.drawing_drafts import DraftState
from models.processes import latest_diagram, run_of
from models.session import db
from tests.conftest import process_owner
from tests.journeys.board import CHECK, board, pick, saved
from tests.journeys.chromium import someone
from workflows import drawing_drafts
from workflows.diagrams.published import REFERRAL
from workflows.worker import Words, work_until_idle

pytestmark = pytest.mark.xdist_group("chromium")
PETRA, MONIKA, PATRICK, PAULA = (
    f"{name}@example.org" for name in ("p.beispiel", "m.muster", "p.prozess", "paula")
)


def arrange(app):
    """A case that waits for the triage, and a draft; their ids."""
    with app.test_request_context():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        case = player.refer(organisation_of(petra), petra)
        player.do(case, "completeness_check", monika)
        draft = drawing_drafts.begin(
            latest_diagram(REFERRAL), by=player.user(PATRICK), note="Probe"
        )
        found = case.id, draft.id
        db.remove()
    return found


def work(app):
    with app.test_request_context():
        work_until_idle(lambda _mail: None, Words(vocabulary(), routing_of))
        db.remove()


def codes(page):
    return page.locator("[data-findings] li.error").evaluate_all(
        "items => items.map((item) => `${item.dataset.code} ${item.dataset.element}`)"
    )


def test_a_process_is_changed_tried_released_and_a_running_case_moved_and_back(browser, live):
    app, address = live
    case_id, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        assert page.locator("a.bjs-powered-by").is_visible()
        pick(page, "triage")
        saved(page, lambda: page.fill("[name=name]", "Aufnahme entscheiden"))
        assert "Aufnahme" in page.locator("g[data-element-id='triage'] text").text_content()

        page.select_option("[data-panel] [name=form]", "")
        page.wait_for_selector("li[data-code=UNKNOWN_FORM][data-element=triage]")
        assert page.locator("g.found-error[data-element-id='triage']").count() == 1
        saved(page, lambda: page.select_option("[data-panel] [name=form]", "triage"))
        page.wait_for_selector("li[data-code=UNKNOWN_FORM]", state="detached")

        pick(page, "f_decision_tell_decline")
        page.wait_for_selector(".condition .row")
        value = page.locator(".condition .row [aria-label=Wert]")
        assert value.locator("option:checked").inner_text() == "ablehnen"
        saved(page, lambda: page.fill("[data-panel] [name=condition]", ""))
        page.wait_for_selector("li[data-code=NO_CONDITION]")
        assert codes(page) == ["NO_CONDITION f_decision_tell_decline"]
        page.get_by_role("button", name="Rückgängig").click()
        page.wait_for_selector("li[data-code=NO_CONDITION]", state="detached")

        pick(page, "f_rules_triage")
        assert page.locator("[data-panel] [name=condition]").count() == 0
        pick(page, "complete")
        pick(page, "f_complete_ask")
        saved(page, lambda: page.uncheck("[data-panel] [name=default]"))
        page.wait_for_selector("li[data-code=NO_CONDITION][data-element=f_complete_ask]")
        saved(page, lambda: page.click("[data-repair=NO_CONDITION]"))
        page.wait_for_selector("[data-findings] li.error", state="detached")

        page.get_by_role("link", name="Ausprobieren").click()
        page.get_by_role("link", name="Anmeldung auf Vollständigkeit prüfen").click()
        page.check("input[name=outcome][value=complete]")
        page.get_by_role("button", name="Abschliessen").click()
        assert page.get_by_role("link", name="Aufnahme entscheiden").is_visible()
        page.fill("#name", "Vollständig heisst Triage")
        page.get_by_role("button", name="Festhalten").click()
        assert page.get_by_role("link", name="Vollständig heisst Triage").is_visible()

        page.get_by_role("link", name="Probelauf", exact=True).click()
        page.get_by_role("button", name="Probelauf beginnen").click()
        work(app)
        page.wait_for_selector("text=Probelauf wiederholen")
        assert "heisst neu «Aufnahme entscheiden»" in page.inner_text("main")
        page.wait_for_selector(".djs-element.changed[data-element-id='triage']")

        page.get_by_role("link", name="Freigeben", exact=True).click()
        assert "heisst neu «Aufnahme entscheiden»" in page.inner_text("main")
        page.get_by_role("button", name="Freigeben").click()
        page.wait_for_url("**/processes/2")
        page.wait_for_selector(".djs-element.changed[data-element-id='triage']")

        page.get_by_role("link", name="Fälle umstellen").click()
        page.get_by_role("button", name="Umstellen").click()
        work(app)
        page.wait_for_selector("text=1 von 1 umgestellt")
        with app.test_request_context():
            assert run_of(case_id).diagram_id == 2
            db.remove()
        page.get_by_role("button", name="Zurückstellen").click()
        work(app)
        page.wait_for_selector("text=1 von 1 zurückgestellt")
        with app.test_request_context():
            assert run_of(case_id).diagram_id == 1
            db.remove()
    with someone(browser, address, MONIKA) as page:
        assert page.get_by_role("link", name="Über die Aufnahme entscheiden").is_visible()


def test_the_palette_offers_only_what_runs_and_a_new_task_is_for_people(browser, live):
    app, address = live
    _case, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        offered = page.locator(".djs-palette .entry").evaluate_all(
            "e => e.map((x) => x.dataset.action)"
        )
        assert "create.subprocess-expanded" not in offered
        assert "create.data-store" not in offered
        assert "create.task" in offered
        pick(page, "triage")
        page.click(".djs-context-pad [data-action='append.append-task']")
        page.wait_for_selector("li[data-code=UNKNOWN_FORM]")
        assert page.inner_text("[data-panel] h2") == "Aufgabe"
        pick(page, "completeness_check")
        page.click(".djs-context-pad [data-action='replace']")
        page.wait_for_selector(".djs-popup .entry")
        kinds = page.locator(".djs-popup .entry").evaluate_all("e => e.map((x) => x.dataset.id)")
        assert kinds
        assert not [
            kind for kind in kinds if "script" in kind or "send" in kind or "manual" in kind
        ]


def test_a_time_is_built_in_words_and_a_reminder_in_one_step(browser, live):
    app, address = live
    _case, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        pick(page, "items_late")
        page.wait_for_selector("[name=timer-deadline]")
        saved(page, lambda: page.select_option("[name=timer-deadline]", "T3B"))
        assert page.inner_text("[data-panel] code") == 'working_days("T3B")'
        pick(page, "reminder_2")
        saved(page, lambda: page.select_option("[name=timer-kind]", "then_every"))
        assert page.input_value("[name=timer-days]") == "7"
        saved(page, lambda: page.fill("[name=timer-days]", "14"))
        pick(page, "items_late")
        pick(page, "reminder_2")
        assert page.inner_text("[data-panel] code") == 'then_every("T3B", 14)'
        page.wait_for_timeout(800)
        assert codes(page) == []
        pick(page, "triage")
        before = page.locator(".djs-shape").count()
        saved(page, lambda: page.click("[name=remind]"))
        assert page.locator(".djs-shape").count() > before + 2
        page.wait_for_timeout(800)
        assert codes(page) == []
        saved(page, page.get_by_role("button", name="Rückgängig").click)
        assert page.locator(".djs-shape").count() == before


def test_tokens_walk_the_drawing_in_the_readers_language(browser, live):
    """From the start to the end; console errors, broken styles among them, fail the test."""
    app, address = live
    _case, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1000, "height": 800}) as page:
        board(page, address, draft_id)
        page.get_by_role("button", name="Durchspielen").click()
        page.wait_for_selector("[data-how]:visible")
        at = ".djs-overlays[data-container-id={}] .bts-context-pad"
        stop = page.locator(f"{at.format('completeness_check')}[title='Hier anhalten']")
        stop.dispatch_event("click")
        page.locator(f"{at.format('start')}:visible").click()
        count = page.wait_for_selector(".bts-token-count")
        assert count.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(15, 107, 74)"
        page.get_by_title("Verlauf zeigen").click()
        page.wait_for_selector(".bts-log :text('Fall begonnen')")
        page.wait_for_selector(".bts-log :text('Anmeldung zugewiesen')")
        english = page.evaluate(
            """() => [...document.querySelectorAll('[class*="bts-"]')].map((one) => one.title)
              .filter((title) => /Simulation|Trigger|Sequence|pause|speed/.test(title))"""
        )
        assert english == []
        page.get_by_role("button", name="Durchspielen").click()
        assert page.locator("[data-how]").is_hidden()


def test_who_comes_too_late_keeps_a_draft_of_their_own(browser, live):
    app, address = live
    _case, draft_id = arrange(app)
    with app.test_request_context():
        process_owner("paula")
        db.remove()
    size = {"width": 1400, "height": 1000}
    with (
        someone(browser, address, PATRICK, viewport=size) as patrick,
        someone(browser, address, PAULA, viewport=size) as paula,
    ):
        for page in (patrick, paula):
            board(page, address, draft_id)
            pick(page, "triage")
        saved(patrick, lambda: patrick.fill("[name=name]", "Von Patrick"))
        paula.fill("[name=name]", "Von Paula")
        paula.wait_for_selector("[data-conflict]:visible")
        assert "Patrick Prozess-Demo hat diesen Entwurf" in paula.inner_text("[data-conflict]")
        paula.get_by_role("button", name="Als eigenen Entwurf weiterführen").click()
        paula.wait_for_url(f"**/workbench/{draft_id + 1}/board*")
        paula.wait_for_selector("[data-board][data-ready]")
        assert "Von Paula" in paula.locator("g[data-element-id='triage'] text").text_content()


def test_a_draft_that_was_handed_in_is_drawn_on_in_a_draft_of_ones_own(browser, live):
    app, address = live
    _case, draft_id = arrange(app)
    with app.test_request_context():
        drawing_drafts.drawing_draft(draft_id).state = DraftState.IN_REVIEW
        db.commit()
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        page.wait_for_selector("text=Dieser Entwurf lässt sich nicht mehr ändern: in Prüfung.")
        pick(page, "triage")
        page.fill("[name=name]", "Nur bei mir")
        page.get_by_role("button", name="Als eigenen Entwurf weiterführen").click()
        page.wait_for_url(f"**/workbench/{draft_id + 1}/board**")
        page.wait_for_selector("[data-board][data-ready]")
        assert "Nur" in page.locator("g[data-element-id='triage'] text").text_content()
    with app.test_request_context():
        assert "Nur bei mir" not in drawing_drafts.drawing_draft(draft_id).files[CHECK]
        db.remove()


def test_a_table_is_changed_on_its_bench_and_a_gap_is_shown(browser, live):
    app, address = live
    _case, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        page.goto(f"{address}/workbench/{draft_id}/board?file=routing.dmn")
        page.wait_for_selector("[data-table][data-ready]")
        assert page.locator(
            "a.dmn-js-bjs-logo, .powered-by-logo, .bjs-powered-by"
        ).first.is_visible()
        page.select_option("[name=v0]", '"open"')
        page.select_option("[name=v1]", '"CHILD"')
        page.wait_for_selector("text=Es trifft Regel 2.")
        assert page.locator("tr.fires").count() == 1
        page.locator(".tjs-table tbody tr").nth(2).locator("td.input-cell").nth(1).click()
        page.keyboard.press("Control+a")
        saved(page, lambda: page.keyboard.type('"ADULT"'))
        page.wait_for_selector("li[data-code=GAP]")


def test_an_answer_that_arrives_late_is_not_told(browser, live):
    """The bench of a table asks at each change; a slow answer to an earlier one says nothing any more."""
    app, address = live
    _case, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        page.goto(f"{address}/workbench/{draft_id}/board?file=routing.dmn")
        page.wait_for_selector("[data-table][data-ready]")
        slow = []

        def hold(route):
            slow.append(route)

        page.route("**/decide/**", hold)
        page.select_option("[name=v0]", '"open"')
        page.select_option("[name=v1]", '"CHILD"')
        while len(slow) < 2:
            page.wait_for_timeout(20)
        slow[1].continue_()
        page.wait_for_selector("text=Es trifft Regel 2.")
        with page.expect_response("**/decide/**"):
            slow[0].continue_()
        page.wait_for_timeout(200)
        assert page.locator("text=Es trifft Regel 2.").is_visible()


PAGES = (
    "board",
    "check",
    "check?mode=descriptive",
    "try",
    "try?step=completeness_check",
    "examples",
    "rehearsal",
    "release",
)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["de", "en"])
def test_axe_finds_nothing_outside_the_canvas_and_nothing_overflows(browser, live, width, language):
    app, address = live
    _case, draft_id = arrange(app)
    urls = [f"/workbench/{draft_id}/{page}" for page in PAGES]
    urls += ["/workbench", f"/workbench/{draft_id}/examples/declined.json", "/processes/1/moves"]
    urls += ["/workbench/questions", "/workbench/questions/triage.decision"]
    urls += ["/processes/operation", "/processes/operation/cases/triage"]
    wrong = []
    with someone(browser, address, PATRICK, viewport={"width": width, "height": 800}) as page:
        if language == "en":
            page.get_by_role("button", name="English").click()
        for url in urls:
            page.goto(address + url)
            if url.endswith("/board"):
                page.wait_for_selector("[data-board][data-ready]")
                page.wait_for_timeout(1000)
            report = Axe().run(page, {"exclude": [["[data-canvas]"], [".drawing"]]})
            wrong += [
                (url, v["id"], v["nodes"][0]["html"][:150]) for v in report.response["violations"]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [(url, "overflow", wide)] if wide > width else []
    assert wrong == []


def test_what_only_the_server_can_see_is_shown_on_the_board_too(browser, live):
    """A form and a process that do not exist: something is chosen, so the browser has nothing to say."""
    app, address = live
    _case, draft_id = arrange(app)
    with app.test_request_context():
        draft = drawing_drafts.drawing_draft(draft_id)
        text = draft.files[CHECK].replace(
            'name="form" value="triage"', 'name="form" value="nothing"'
        )
        drawing_drafts.save(draft, {CHECK: text}, revision=1, by=player.user(PATRICK))
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        page.wait_for_selector("li[data-code=UNKNOWN_FORM][data-element=triage]")
        assert page.locator("g.found-error[data-element-id='triage']").count() == 1
        pick(page, "triage")
        saved(page, lambda: page.select_option("[data-panel] [name=form]", "triage"))
        page.wait_for_selector("li[data-code=UNKNOWN_FORM]", state="detached")


def test_the_panel_and_the_findings_work_by_keyboard(browser, live):
    app, address = live
    _case, draft_id = arrange(app)
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        pick(page, "triage")
        page.select_option("[data-panel] [name=form]", "")
        page.wait_for_selector("li[data-code=UNKNOWN_FORM]")
        page.locator("li[data-code=UNKNOWN_FORM] button").first.focus()
        page.keyboard.press("Enter")
        page.locator("[data-panel] [name=form]").focus()
        page.keyboard.type("Entscheid")
        page.wait_for_selector("li[data-code=UNKNOWN_FORM]", state="detached")
        page.keyboard.press("Control+z")


def test_hostile_drawings_harm_no_browser(browser, live):
    """Names with markup and scripts are shown as text; nothing runs (console errors fail the test)."""
    app, address = live
    _case, draft_id = arrange(app)
    with app.test_request_context():
        draft = drawing_drafts.drawing_draft(draft_id)
        evil = "&lt;img src=x onerror=&quot;document.title=1&quot;&gt;&lt;/script&gt;"
        text = draft.files[CHECK].replace("Über die Aufnahme entscheiden", evil)
        drawing_drafts.save(draft, {CHECK: text}, revision=1, by=player.user(PATRICK))
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id)
        pick(page, "triage")
        page.select_option("[data-panel] [name=form]", "")
        page.wait_for_selector("li[data-code=UNKNOWN_FORM]")
        assert page.locator("[data-findings] img, [data-panel] img").count() == 0
        assert "Zeichnen" in page.title()
