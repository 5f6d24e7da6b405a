"""Files that get a picture in a real browser, and pictures that are arranged: nothing of the file is lost."""

from itertools import pairwise

import pytest

from intake.demo import player
from models.processes import latest_diagram
from models.session import db
from tests.journeys.board import board, pick, saved
from tests.journeys.chromium import someone
from tests.workflows.test_imports import MODEL, VENDORS
from workflows import drawing_drafts
from workflows.diagrams.ech.drawing import Drawing
from workflows.diagrams.files import NAMES, root_of
from workflows.diagrams.published import REFERRAL, shipped_bundle

pytestmark = pytest.mark.xdist_group("chromium")
PATRICK = "p.prozess@example.org"
#: The board says when it has kept the file.
KEPT = "[data-saved]:text-matches('\\\\d\\\\d:\\\\d\\\\d')"


def test_the_file_that_a_browser_saves_says_the_same_as_before(browser, live):
    """Opened and saved without a change that matters, nothing differs and no extension is lost."""
    app, address = live
    with app.test_request_context():
        draft_id = drawing_drafts.begin(latest_diagram(REFERRAL), by=player.user(PATRICK)).id
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        for file in sorted(name for name in shipped_bundle() if name.endswith(".bpmn")):
            board(page, address, draft_id, file)
            saved(page, page.get_by_role("button", name="Anordnen").click)
            page.wait_for_timeout(300)
            source = page.get_attribute("[data-board]", "data-source")
            text = page.request.get(address + source).body()
            assert run_over(text) == []
        page.goto(f"{address}/workbench/{draft_id}/release")
        assert "Kein Unterschied, ausser vielleicht in der Anordnung." in page.inner_text("main")


def run_over(text):
    """(flow, element) for every line that leads through an element at which it does not end."""
    root = root_of(text, "a.bpmn")
    drawing = Drawing(root, root.find("bpmn:process", NAMES))
    hosts = {e.get("id"): e.get("attachedToRef") for e in drawing.process}
    found = []
    for flow in drawing.flows:
        ends = {flow.get("sourceRef"), flow.get("targetRef"), hosts[flow.get("sourceRef")]}
        for node in drawing.nodes:
            if node.id not in ends and node.kind != "boundaryEvent":
                left, top, width, height = drawing.boxes[node.id]
                for a, b in pairwise(drawing.lines[flow.get("id")]):
                    beside = max(a[0], b[0]) <= left + 2 or min(a[0], b[0]) >= left + width - 2
                    apart = max(a[1], b[1]) <= top + 2 or min(a[1], b[1]) >= top + height - 2
                    if not beside and not apart:
                        found.append((flow.get("id"), node.id))
    return found


def test_a_picture_of_many_detours_is_found_in_no_time(browser, live):
    """Forty choices with a detour each: as many ways as two to the fortieth."""
    app, address = live
    inside = '<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="g0"/>'
    for n in range(40):
        inside += f'<exclusiveGateway id="g{n}"/><userTask id="a{n}"/>'
        for key, source, target in (
            ("x", "g", f"g{n + 1}"),
            ("y", "g", f"a{n}"),
            ("z", "a", f"g{n + 1}"),
        ):
            inside += f'<sequenceFlow id="{key}{n}" sourceRef="{source}{n}" targetRef="{target}"/>'
    inside += '<endEvent id="g40"/>'
    text = f'<definitions xmlns="{MODEL}" id="d" targetNamespace="x"><process id="p">{inside}</process></definitions>'
    with app.test_request_context():
        draft_id = drawing_drafts.from_files({"a.bpmn": text}, "p", by=player.user(PATRICK)).id
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id, "a.bpmn")
        page.wait_for_selector(KEPT)
        source = page.get_attribute("[data-board]", "data-source")
        assert run_over(page.request.get(address + source).body()) == []


@pytest.mark.parametrize(
    "inside",
    [
        "",
        '<collaboration id="c"><participant id="p" name="A"/></collaboration>',
        '<process id="p"><userTask id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="z"/></process>',
        '<process id="p"><laneSet id="l"><lane id="x"/></laneSet><boundaryEvent id="b" attachedToRef="n"/></process>',
    ],
)
def test_a_file_that_cannot_be_shown_says_so_and_is_not_overwritten(browser, live, inside):
    app, address = live
    text = f'<definitions xmlns="{MODEL}" id="d" targetNamespace="x">{inside}</definitions>'
    with app.test_request_context():
        draft_id = drawing_drafts.from_files({"a.bpmn": text}, "p", by=player.user(PATRICK)).id
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        page.goto(f"{address}/workbench/{draft_id}/board")
        page.wait_for_selector("[data-board][data-ready], [data-conflict]:visible")
        page.wait_for_timeout(1500)
        source = page.get_attribute("[data-board]", "data-source")
        kept = page.request.get(address + source).text()
        assert kept == text or "BPMNDiagram" in kept
        if not inside:
            page.wait_for_selector("[data-conflict]:has-text('wird hier nichts gespeichert')")


def test_half_a_file_is_not_carried_on_from_a_draft_that_was_handed_in(browser, live):
    """What the browser cannot read would be missing in the copy too."""
    app, address = live
    strange = '<userTask id="a"><strange xmlns=""/></userTask>'
    text = f'<definitions xmlns="{MODEL}" id="d" targetNamespace="x"><process id="p">{strange}</process></definitions>'
    with app.test_request_context():
        draft = drawing_drafts.from_files({"a.bpmn": text}, "p", by=player.user(PATRICK))
        drawing_drafts.hand_in(draft, by=player.user(PATRICK))
        draft_id = draft.id
        db.remove()
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        board(page, address, draft_id, "a.bpmn")
        page.wait_for_selector("[data-conflict]:has-text('wird hier nichts gespeichert')")
        assert page.locator("[data-conflict] button").count() == 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_file_without_a_picture_gets_one_and_keeps_what_is_not_ours(browser, live, vendor):
    """Brought, opened, changed and saved in the browser: another tool's words are still in the file."""
    _app, address = live
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        page.goto(f"{address}/workbench")
        data = {"name": "a.bpmn", "mimeType": "application/xml", "buffer": VENDORS[vendor]}
        page.set_input_files("#files", data)
        page.get_by_role("button", name="Dateien importieren").click()
        page.get_by_role("link", name="Weiterzeichnen").click()
        page.wait_for_selector("[data-board][data-ready]")
        page.wait_for_selector(KEPT)
        pick(page, "ask")
        lane = page.locator("[data-panel] [name=role] option:checked")
        assert lane.inner_text() == "Koordination", "its lanes are in the picture"
        saved(page, lambda: page.fill("[name=name]", "Anders genannt"))
        source = page.get_attribute("[data-board]", "data-source")
        text = page.request.get(address + source).text()
    assert "Anders genannt" in text
    assert run_over(text.encode()) == []
    for foreign in (
        "camunda:assignee",
        "zeebe:assignmentDefinition",
        "signavioMetaData",
        "bgColor",
    ):
        assert (foreign in text) == (foreign in VENDORS[vendor].decode()), foreign
