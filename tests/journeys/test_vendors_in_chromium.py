"""A file that each maker's tool really wrote, opened and drawn on in a real browser."""

import re

import pytest
from lxml import etree

from tests.journeys.board import pick, saved
from tests.journeys.chromium import someone
from tests.workflows.test_vendors import BPMN, FETCHED, MAKERS, TOOLS

pytestmark = pytest.mark.xdist_group("chromium")
PATRICK = "p.prozess@example.org"
ONE_EACH = {
    maker: next(tool for tool in reversed(TOOLS) if tool.startswith(maker)) for maker in MAKERS
}


@pytest.mark.parametrize("maker", sorted(ONE_EACH))
def test_a_makers_file_is_drawn_on_and_what_is_not_ours_stays(browser, live, maker):
    _app, address = live
    data = (FETCHED / f"{ONE_EACH[maker]}.bpmn").read_bytes()
    step = next(e for e in etree.fromstring(data).iter() if str(e.tag).lower().endswith("task"))
    with someone(browser, address, PATRICK, viewport={"width": 1400, "height": 1000}) as page:
        page.goto(f"{address}/workbench")
        file = {"name": "a.bpmn", "mimeType": "application/xml", "buffer": data}
        page.set_input_files("#files", file)
        page.get_by_role("button", name="Dateien importieren").click()
        page.get_by_role("link", name="Weiterzeichnen").click()
        page.wait_for_selector("[data-board][data-ready]")
        if maker == "e2e":  # it puts elements of its own where BPMN has no place for them
            page.wait_for_selector("text=wird hier nichts gespeichert")
            return
        pick(page, step.get("id"))
        saved(page, lambda: page.fill("[name=name]", "Anders genannt"))
        source = page.get_attribute("[data-board]", "data-source")
        text = page.request.get(address + source).text()
    assert "Anders genannt" in text
    assert foreign(text.encode()) >= foreign(data)


def foreign(data: bytes) -> set[tuple[str, str]]:
    """Elements and attributes of other namespaces, with what they say."""
    found = set()
    for element in etree.fromstring(data).iter(etree.Element):
        if not element.tag.startswith((BPMN, "{http://www.omg.org/spec/")):
            found.add((element.tag, " ".join((element.text or "").split())))
        for key, value in element.attrib.items():
            if re.match(r"\{(?!http://www.w3.org/)", key):
                found.add((key, value))
    return found
