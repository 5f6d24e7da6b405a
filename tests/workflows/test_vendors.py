"""Files that other makers' tools really wrote: read without a traceback, each with a complete report.

They come out of packages pinned in `vendors.json` (`dev.py` gets them); none is committed here.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from intake.forms import vocabulary
from workflows.expressions import BadExpression, parse
from workflows.imports import Brought, bring_in

PINNED = Path(__file__).with_name("vendors.json")
FETCHED = Path(__file__).parents[2] / ".venv/vendors"
TOOLS = sorted(tool for package in json.loads(PINNED.read_text()) for tool in package["files"])
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
MAKERS = {"bizagi", "signavio", "yaoqiang", "trisotech", "bpmn", "camunda", "zeebe", "e2e"}
#: What BPMN 2.0.2 knows as flow nodes (its figure 8.35) and the engine does not run.
NOT_RUN = {
    "sendTask",
    "receiveTask",
    "scriptTask",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "complexGateway",
    "intermediateThrowEvent",
}


@pytest.fixture
def forms(sqlite_app):
    return vocabulary()


def brought(tool, forms) -> tuple[Any, Any, Brought]:
    """The file as its maker wrote it, as it is here, and what was said of it."""
    data = (FETCHED / f"{tool}.bpmn").read_bytes()
    found = bring_in({f"{tool}.bpmn": data}, forms)
    (text,) = found.files.values()
    return etree.fromstring(data), etree.fromstring(text.encode()), found


def bpmn(root, *kinds) -> Iterator[Any]:
    """The elements of these kinds."""
    yield from root.iter(*(BPMN + kind for kind in kinds))


def test_at_least_five_makers_are_among_them():
    assert {tool.split("-")[0] for tool in TOOLS} == MAKERS


def test_of_several_processes_the_one_that_begins_is_the_case(forms):
    _before, after, found = brought("bizagi", forms)
    (process,) = [p for p in bpmn(after, "process") if p.get("id") == found.process_id]
    assert process.find(BPMN + "startEvent") is not None


@pytest.mark.parametrize("tool", TOOLS)
def test_whatever_the_engine_does_not_run_is_named(forms, tool):
    before, _after, found = brought(tool, forms)
    earlier = {c.after: c.before for c in found.conversions if c.what == "id"}
    named = {earlier.get(f.element, f.element) for f in found.findings if f.code == "NOT_SUPPORTED"}
    for element in bpmn(before, *NOT_RUN):
        inside = {e.get("id") for e in element.iterancestors()} | {element.get("id")}
        assert named & inside, f"{element.tag} {element.get('id')}"


@pytest.mark.parametrize("tool", TOOLS)
def test_every_step_has_what_it_needs_or_a_finding(forms, tool):
    _before, after, found = brought(tool, forms)
    named = {(f.code, f.element) for f in found.findings}
    unsupported = {element for code, element in named if code == "NOT_SUPPORTED"}
    for kind, code in (
        ("userTask", "UNKNOWN_FORM"),
        ("serviceTask", "UNKNOWN_ACTION"),
        ("businessRuleTask", "UNKNOWN_DECISION"),
    ):
        for task in bpmn(after, kind):
            above = {e.get("id") for e in task.iterancestors()}
            assert (code, task.get("id")) in named or above & unsupported
    for condition in bpmn(after, "conditionExpression"):
        flow = condition.getparent().get("id")
        try:
            parse(condition.text or "")
        except BadExpression:
            said = {code for code, element in named if element == flow}
            assert said & {"BAD_EXPRESSION", "NO_CONDITION", "CONDITION_IGNORED"}, flow


@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_of_the_file_is_lost_but_what_the_report_says_was_changed(forms, tool):
    before, after, found = brought(tool, forms)
    told = Counter(change.what for change in found.conversions)
    plain = {change.element for change in found.conversions if change.what == "task"}
    for task in [task for task in bpmn(before, "task") if task.get("id") in plain]:
        task.tag = BPMN + "userTask"
    better = {c.before: c.after for c in found.conversions if c.what == "id"}
    missing = Counter(with_ids(better, pieces(before))) - Counter(pieces(after))
    lost = Counter(what_changed(piece) for piece in missing.elements())
    assert set(lost) <= {"executable", "role", "condition", "timer"}, missing
    assert all(told[what] for what in lost)
    assert lost["condition"] == told["condition"]


def pieces(root) -> Iterator[tuple[str, ...]]:
    """Every element with its place, every attribute and every text of a file."""
    for element in root.iter(etree.Element):
        around = element.getparent()
        yield ("element", element.tag, "" if around is None else around.get("id", ""))
        for key, value in element.attrib.items():
            yield ("attribute", element.tag, key, value)
        if (element.text or "").strip():
            yield ("text", element.tag, element.text)


def with_ids(better: dict[str, str], found) -> Iterator[tuple[str, ...]]:
    """The pieces of a file as they are with other ids."""
    for *before, last in found:
        ours = before[0] == "element" or before[1].startswith("{http://www.omg.org/spec/BPMN/")
        yield (*before, better.get(last, last) if ours else last)


def what_changed(piece: tuple[str, ...]) -> str:
    """The kind of conversion that takes such a piece away."""
    kind, tag, *more = piece
    if kind == "attribute" and more[0] == "isExecutable":
        return "executable"
    if kind == "attribute" and (more[0] == "bpmnElement" or tag == BPMN + "lane"):
        return "role"
    if kind == "text" and tag == BPMN + "conditionExpression":
        return "condition"
    if kind == "text" and tag.startswith(BPMN + "time"):
        return "timer"
    return f"{kind} {tag}"
