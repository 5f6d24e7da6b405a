"""The shipped drawings can be read: eCH-0158's rules of structure (DOMAIN.md 5.3), and their layout."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from workflows.diagrams.published import SHIPPED

NAMES = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "d": "http://www.omg.org/spec/DD/20100524/DI",
}
TASKS = ("userTask", "serviceTask", "businessRuleTask", "callActivity")


class Drawing:
    """One file: its elements, and where they stand on the paper."""

    def __init__(self, path: Path) -> None:
        self.root = etree.parse(path).getroot()
        self.process = self.root.find("b:process", NAMES)
        self.flows = {f.get("id"): f for f in self.process.iterfind("b:sequenceFlow", NAMES)}
        self.kinds = {
            e.get("id"): etree.QName(e).localname
            for e in self.process
            if e.get("id") and e.tag.split("}")[1][0].islower() and e.get("id") not in self.flows
        }
        self.nodes = {
            key: self.element(key)
            for key, kind in self.kinds.items()
            if kind in TASKS or kind.endswith(("Event", "Gateway"))
        }
        self.boxes = {
            s.get("bpmnElement"): _box(s.find("dc:Bounds", NAMES))
            for s in self.root.iterfind(".//di:BPMNShape", NAMES)
        }
        self.ways = {
            e.get("bpmnElement"): [
                (float(p.get("x")), float(p.get("y"))) for p in e.iterfind("d:waypoint", NAMES)
            ]
            for e in self.root.iterfind(".//di:BPMNEdge", NAMES)
        }

    def element(self, key):
        return self.process.find(f'.//*[@id="{key}"]')

    def leaving(self, key):
        return [f for f in self.flows.values() if f.get("sourceRef") == key]


def _box(bounds):
    x, y, w, h = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return x, y, x + w, y + h


def _pieces(way):
    return list(pairwise(way))


def _runs_through(piece, box):
    (ax, ay), (bx, by) = piece
    left, top, right, bottom = (box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1)
    return max(ax, bx) > left and min(ax, bx) < right and max(ay, by) > top and min(ay, by) < bottom


def _cross(one, other):
    """True where a level and an upright piece cross, not where they touch."""
    for level, upright in ((one, other), (other, one)):
        (ax, ay), (bx, by) = level
        (cx, cy), (dx, dy) = upright
        if ay == by and cx == dx:
            inside = min(ax, bx) + 1 < cx < max(ax, bx) - 1
            if inside and min(cy, dy) + 1 < ay < max(cy, dy) - 1:
                return True
    return False


@pytest.fixture(params=sorted(SHIPPED.glob("*.bpmn")), ids=lambda path: path.stem)
def drawing(request):
    return Drawing(request.param)


def test_everything_that_has_a_meaning_has_a_name(drawing):
    """DIA-3, POOL-6, LANE, ACT-5: a name for the process, pools, lanes, activities, events."""
    for tag in ("process", "participant", "lane", *TASKS, "startEvent", "endEvent"):
        for element in drawing.root.iterfind(f".//b:{tag}", NAMES):
            assert (element.get("name") or "").strip(), element.get("id")


def test_activities_have_one_way_out_and_choices_are_labelled(drawing):
    """ACT-2, SEQ-1, SEQ-2, EVT-3: branching by gateways only, labels after a choice."""
    for key, node in drawing.nodes.items():
        ways, kind = drawing.leaving(key), drawing.kinds[key]
        if kind == "endEvent":
            assert not ways, key
        elif not kind.endswith("Gateway"):
            assert len(ways) == 1, key
        elif kind == "exclusiveGateway" and len(ways) > 1:
            assert node.get("name") and all(flow.get("name") for flow in ways), key
        else:
            assert not any(flow.get("name") for flow in ways), key


def test_a_choice_follows_an_activity(drawing):
    """GW-1: what splits by a condition stands behind an activity or another gateway."""
    for key in drawing.nodes:
        if drawing.kinds[key] == "exclusiveGateway" and len(drawing.leaving(key)) > 1:
            before = [
                f.get("sourceRef") for f in drawing.flows.values() if f.get("targetRef") == key
            ]
            assert all(
                drawing.kinds[source] in TASKS or drawing.kinds[source].endswith("Gateway")
                for source in before
            ), key


def test_a_drawing_is_small_enough_to_read(drawing):
    """DIA-2: at most fifteen activities."""
    assert sum(kind in TASKS for kind in drawing.kinds.values()) <= 15


def test_nothing_lies_on_top_of_anything(drawing):
    """GEN-2, SEQ-4: no element over another, no line through an element, hardly a crossing."""
    standing = [key for key in drawing.nodes if drawing.kinds[key] != "boundaryEvent"]
    for one, other in combinations(standing, 2):
        a, b = drawing.boxes[one], drawing.boxes[other]
        apart = a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
        assert apart, (one, other)
    for key, way in drawing.ways.items():
        ends = {drawing.flows[key].get("sourceRef"), drawing.flows[key].get("targetRef")}
        ends |= {drawing.element(end).get("attachedToRef") for end in ends}
        for other in set(standing) - ends:
            box = drawing.boxes[other]
            assert not any(_runs_through(piece, box) for piece in _pieces(way)), (key, other)
    crossings = [
        (one, other)
        for one, other in combinations(drawing.ways, 2)
        for a in _pieces(drawing.ways[one])
        for b in _pieces(drawing.ways[other])
        if _cross(a, b)
    ]
    assert len(crossings) <= 2, crossings
