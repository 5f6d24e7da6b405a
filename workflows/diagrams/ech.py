"""eCH-0158's modelling conventions (DOMAIN.md 5.3) as hints and warnings; none forbids to publish.

The standard targets descriptive drawings. Two modes: `analytic` for what runs, `descriptive` for the
standard's own small palette. Kind and severity of each rule are this project's (DOMAIN.md 5.3).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workflows.diagrams.elements import local
from workflows.diagrams.files import NAMES, Bundle, Root, is_table, roots_of
from workflows.diagrams.graph import Graph, Node

MODES = ("analytic", "descriptive")
SHAPES = {
    **NAMES,
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
}
MOST_ACTIVITIES = 15
_ACTIVITY = ("Task", "task", "Activity", "subProcess")
_DESCRIPTIVE = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "task",
    "subProcess",
    "callActivity",
)
_SPLITS = ("exclusiveGateway", "inclusiveGateway")
_INFINITIVE = re.compile(r"(en|ern|eln|sein|tun)$")


@dataclass(frozen=True)
class Convention:
    """A rule of eCH-0158 that an element does not follow.

    Attributes:
        rule: its id in DOMAIN.md 5.3, such as `ACT-1`.
        severity: `warning` or `hint`.
    """

    rule: str
    severity: str
    file: str
    element: str
    name: str


class _Drawing:
    """One process with its graph and its picture."""

    def __init__(self, root: Root, process: Root) -> None:
        self.root, self.process, self.graph = root, process, Graph(process)
        self.nodes = list(self.graph.nodes.values())
        self.activities = [n for n in self.nodes if n.kind.endswith(_ACTIVITY)]
        self.pools = root.findall(".//bpmn:participant", NAMES)
        self.pool = next((p for p in self.pools if p.get("processRef") == process.get("id")), None)
        self.lanes = process.findall(".//bpmn:lane", NAMES)
        self.flows = process.findall("bpmn:sequenceFlow", NAMES)

    @cached_property
    def boxes(self) -> dict[str, tuple[float, float, float, float]]:
        """Element id to left, top, width, height."""
        found = {}
        for shape in self.root.iterfind(".//di:BPMNShape", SHAPES):
            bounds = shape.find("dc:Bounds", SHAPES)
            if bounds is not None:
                sizes = [_number(bounds.get(key)) for key in ("x", "y", "width", "height")]
                found[shape.get("bpmnElement", "")] = (sizes[0], sizes[1], sizes[2], sizes[3])
        return found

    def after(self, node: Node) -> list[Node]:
        """The nodes that its flows lead to."""
        targets = (self.graph.nodes.get(self.graph.flows[flow][1]) for flow in node.outgoing)
        return [target for target in targets if target is not None]

    def before(self, node: Node) -> list[Node]:
        """The nodes that flows lead here from."""
        sources = (self.graph.nodes.get(self.graph.flows[flow][0]) for flow in node.incoming)
        return [source for source in sources if source is not None]


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


#: (id, name) of the elements that do not follow a rule.
Misses = Iterator[tuple[str, str]]
_RULES: dict[str, tuple[str, tuple[str, ...], Callable[[_Drawing], Misses]]] = {}


def _rule(name: str, severity: str, *modes: str) -> Callable[[Any], Any]:
    def file(look: Callable[[_Drawing], Misses]) -> Callable[[_Drawing], Misses]:
        _RULES[name] = (severity, modes or MODES, look)
        return look

    return file


def conventions(bundle: Bundle, mode: str) -> list[Convention]:
    """What does not follow eCH-0158 in the drawings of a bundle, by file and rule."""
    roots, _unread = roots_of(bundle)
    found = []
    for file, root in roots.items():
        if is_table(root):
            continue
        for process in root.iterfind("bpmn:process", NAMES):
            drawing = _Drawing(root, process)
            for name, (severity, modes, look) in _RULES.items():
                if mode in modes:
                    found += [Convention(name, severity, file, *miss) for miss in look(drawing)]
    return found


def rules() -> list[str]:
    """The rules that are looked for."""
    return list(_RULES)


def _told(element: Root) -> tuple[str, str]:
    return element.get("id") or "", " ".join((element.get("name") or "").split())


def _node(node: Node) -> tuple[str, str]:
    return node.id, " ".join(node.words.split())


@_rule("GEN-1", "hint")
def _left_to_right(drawing: _Drawing) -> Misses:
    """A flow leads left where no loop closes; back flows to gateways and activities are loops."""
    loops = {node.id for loop in drawing.graph.loops() for node in loop}
    for flow in drawing.flows:
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        here, there = drawing.boxes.get(source), drawing.boxes.get(target)
        if here and there and target not in loops and there[0] + there[2] < here[0]:
            yield _told(flow)


@_rule("GEN-2", "hint")
def _same_size(drawing: _Drawing) -> Misses:
    sizes = {n.id: drawing.boxes[n.id][2:] for n in drawing.activities if n.id in drawing.boxes}
    if sizes:
        usual = Counter(sizes.values()).most_common(1)[0][0]
        yield from (_node(n) for n in drawing.activities if sizes.get(n.id, usual) != usual)


@_rule("GEN-3", "hint")
def _no_colours(drawing: _Drawing) -> Misses:
    for shape in drawing.root.iterfind(".//di:BPMNShape", SHAPES):
        if any(key.endswith(("}fill", "}stroke", "background-color")) for key in shape.attrib):
            yield shape.get("bpmnElement", ""), ""


@_rule("GEN-4", "hint")
def _no_line_breaks(drawing: _Drawing) -> Misses:
    for element in drawing.process.iter():
        if "\n" in (element.get("name") or ""):
            yield _told(element)


@_rule("GEN-6", "warning")
def _rules_belong_into_tables(drawing: _Drawing) -> Misses:
    splits = {n.id for n in drawing.nodes if n.kind in _SPLITS and len(n.outgoing) > 1}
    for node in drawing.nodes:
        if node.id not in splits:
            continue
        for second in drawing.after(node):
            if second.id in splits and any(t.id in splits for t in drawing.after(second)):
                yield _node(node)
                break


@_rule("NUM-1", "hint")
def _running_number(drawing: _Drawing) -> Misses:
    if not re.match(r"\d{4} ", drawing.process.get("name") or ""):
        yield _told(drawing.process)


@_rule("DIA-1", "hint")
def _process_is_noun_and_infinitive(drawing: _Drawing) -> Misses:
    words = (drawing.process.get("name") or "").split()
    if words and not _INFINITIVE.search(words[-1]):
        yield _told(drawing.process)


@_rule("DIA-2", "warning")
def _small_enough(drawing: _Drawing) -> Misses:
    if len(drawing.activities) > MOST_ACTIVITIES:
        yield _told(drawing.process)


@_rule("DIA-3", "warning")
def _process_has_a_name(drawing: _Drawing) -> Misses:
    if not (drawing.process.get("name") or "").strip():
        yield _told(drawing.process)


@_rule("DIA-4", "hint")
def _landscape(drawing: _Drawing) -> Misses:
    boxes = drawing.boxes.values()
    if boxes:
        width = max(x + w for x, _y, w, _h in boxes) - min(x for x, _y, _w, _h in boxes)
        height = max(y + h for _x, y, _w, h in boxes) - min(y for _x, y, _w, _h in boxes)
        if height > width:
            yield _told(drawing.process)


@_rule("POOL-4", "warning")
def _each_participant_once(drawing: _Drawing) -> Misses:
    names = Counter(pool.get("name") for pool in drawing.pools)
    yield from (_told(pool) for pool in drawing.pools if names[pool.get("name")] > 1)


@_rule("POOL-6", "warning")
def _pool_has_a_name(drawing: _Drawing) -> Misses:
    yield from (_told(pool) for pool in drawing.pools if not (pool.get("name") or "").strip())


@_rule("LANE-1", "warning")
def _at_most_three_levels(drawing: _Drawing) -> Misses:
    for lane in drawing.lanes:
        if sum(local(parent) == "childLaneSet" for parent in lane.iterancestors()) > 2:
            yield _told(lane)


@_rule("LANE-2", "warning")
def _lanes_fill_the_pool(drawing: _Drawing) -> Misses:
    pool = drawing.boxes.get(drawing.pool.get("id", "")) if drawing.pool is not None else None
    for lane in drawing.lanes:
        box = drawing.boxes.get(lane.get("id", ""))
        if pool and box and abs(box[0] + box[2] - pool[0] - pool[2]) > 1:
            yield _told(lane)


@_rule("LANE-3", "warning")
def _lane_is_not_called_as_the_pool(drawing: _Drawing) -> Misses:
    name = drawing.pool.get("name") if drawing.pool is not None else None
    yield from (_told(lane) for lane in drawing.lanes if name and lane.get("name") == name)


@_rule("EVT-2", "warning")
def _starts_are_merged(drawing: _Drawing) -> Misses:
    if len(drawing.graph.starts) > 1:
        for start in drawing.graph.starts:
            if any("Gateway" not in node.kind for node in drawing.after(start)):
                yield _node(start)


@_rule("EVT-4", "hint")
def _timers_say_their_time(drawing: _Drawing) -> Misses:
    for element in drawing.process:
        timed = element.find("bpmn:timerEventDefinition", NAMES) is not None
        if timed and not (element.get("name") or "").strip():
            yield _told(element)


@_rule("EVT-6", "warning", "descriptive")
def _no_throwing_message(drawing: _Drawing) -> Misses:
    for element in drawing.process.iterfind("bpmn:intermediateThrowEvent", NAMES):
        if element.find("bpmn:messageEventDefinition", NAMES) is not None:
            yield _told(element)


@_rule("EVT-7", "hint")
def _ends_are_named(drawing: _Drawing) -> Misses:
    yield from (_node(n) for n in drawing.nodes if n.kind == "endEvent" and not n.name.strip())


@_rule("ACT-1", "warning")
def _noun_and_infinitive(drawing: _Drawing) -> Misses:
    for node in drawing.activities:
        words = node.name.split()
        if words and (len(words) < 2 or not _INFINITIVE.search(words[-1])):
            yield _node(node)


@_rule("ACT-3", "warning")
def _a_check_is_followed_by_a_choice(drawing: _Drawing) -> Misses:
    for node in drawing.activities:
        checks = node.name.lower().endswith("prüfen") and node.kind != "businessRuleTask"
        if checks and not any("Gateway" in after.kind for after in drawing.after(node)):
            yield _node(node)


@_rule("ACT-4", "warning")
def _subprocess_has_its_own_drawing(drawing: _Drawing) -> Misses:
    yield from (_told(e) for e in drawing.process.iterfind("bpmn:subProcess", NAMES) if len(e))


@_rule("ACT-5", "warning")
def _activity_has_a_name(drawing: _Drawing) -> Misses:
    yield from (_node(n) for n in drawing.activities if not n.name.strip())


@_rule("GW-1", "warning")
def _a_choice_follows_an_activity(drawing: _Drawing) -> Misses:
    for node in drawing.nodes:
        if node.kind in _SPLITS and len(node.outgoing) > 1:
            for before in drawing.before(node):
                if not before.kind.endswith((*_ACTIVITY, "Gateway")):
                    yield _node(node)
                    break


@_rule("GW-3", "hint")
def _only_choices_are_named(drawing: _Drawing) -> Misses:
    for node in drawing.nodes:
        chooses = node.kind in _SPLITS and len(node.outgoing) > 1
        if "Gateway" in node.kind and node.name.strip() and not chooses:
            yield _node(node)


@_rule("SEQ-1", "warning")
def _ways_of_a_choice_are_labelled(drawing: _Drawing) -> Misses:
    for flow in drawing.flows:
        source = drawing.graph.nodes.get(flow.get("sourceRef", ""))
        chosen = source is not None and source.kind in _SPLITS and len(source.outgoing) > 1
        if chosen != bool((flow.get("name") or "").strip()):
            yield _told(flow)


@_rule("SEQ-2", "warning")
def _only_gateways_branch(drawing: _Drawing) -> Misses:
    for node in drawing.nodes:
        if "Gateway" not in node.kind and len(node.outgoing) > 1:
            yield _node(node)


@_rule("MSG-1", "warning")
def _messages_go_between_pools(drawing: _Drawing) -> Misses:
    own = set(drawing.graph.nodes)
    for flow in drawing.root.iterfind(".//bpmn:messageFlow", NAMES):
        if flow.get("sourceRef") in own and flow.get("targetRef") in own:
            yield _told(flow)


@_rule("CMT-1", "hint")
def _notes_are_tied(drawing: _Drawing) -> Misses:
    tied = {e.get(k) for e in drawing.root.iter() if local(e) == "association" for k in _ENDS}
    for note in drawing.process.iterfind("bpmn:textAnnotation", NAMES):
        if note.get("id") not in tied:
            yield _told(note)


_ENDS = ("sourceRef", "targetRef")


@_rule("PAL-1", "hint", "descriptive")
def _descriptive_palette(drawing: _Drawing) -> Misses:
    for node in drawing.nodes:
        if node.kind not in _DESCRIPTIVE and "Gateway" not in node.kind:
            yield _node(node)
