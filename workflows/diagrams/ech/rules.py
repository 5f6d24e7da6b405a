"""The rules of eCH-0158, one function each: what does not follow it in a drawing (DOMAIN.md 5.3)."""

import re
from collections import Counter

from workflows.diagrams.ech.drawing import (
    ACTIVITY,
    ENDS,
    SHAPES,
    Drawing,
    Misses,
    rule,
    told,
    told_node,
)
from workflows.diagrams.files import NAMES
from workflows.diagrams.named import local

MOST_ACTIVITIES = 15
_DESCRIPTIVE = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "task",
    "subProcess",
    "callActivity",
)
_SPLITS = ("exclusiveGateway", "inclusiveGateway")
_SHORT = re.compile(r"\b[^\W\d_]{1,6}\.|\b[A-ZÄÖÜ]{2,5}\b")
_SMALL = {
    "de": {"der", "die", "das", "und", "oder", "für", "über", "auf", "von", "mit", "nicht", "ist"},
    "en": {"the", "and", "or", "of", "for", "about", "from", "with", "not", "is", "to"},
    "fr": {"le", "la", "les", "et", "ou", "du", "pour", "sur", "avec", "pas", "est", "une"},
}
_INFINITIVE = re.compile(r"(en|ern|eln|sein|tun)$")


@rule("GEN-1", "hint")
def _left_to_right(drawing: Drawing) -> Misses:
    """A flow leads left where no loop closes; back flows to gateways and activities are loops."""
    loops = {node.id for loop in drawing.graph.loops() for node in loop}
    for flow in drawing.flows:
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        here, there = drawing.boxes.get(source), drawing.boxes.get(target)
        if here and there and target not in loops and there[0] + there[2] < here[0]:
            yield told(flow)


@rule("GEN-2", "hint")
def _same_size(drawing: Drawing) -> Misses:
    sizes = {n.id: drawing.boxes[n.id][2:] for n in drawing.activities if n.id in drawing.boxes}
    if sizes:
        usual = Counter(sizes.values()).most_common(1)[0][0]
        yield from (told_node(n) for n in drawing.activities if sizes.get(n.id, usual) != usual)


@rule("GEN-3", "hint")
def _no_colours(drawing: Drawing) -> Misses:
    for shape in drawing.root.iterfind(".//di:BPMNShape", SHAPES):
        if any(key.endswith(("}fill", "}stroke", "background-color")) for key in shape.attrib):
            yield shape.get("bpmnElement", ""), ""


@rule("GEN-4", "hint")
def _no_line_breaks(drawing: Drawing) -> Misses:
    for element in drawing.process.iter():
        if "\n" in (element.get("name") or ""):
            yield told(element)


@rule("GEN-5", "hint")
def _one_language_in_full_words(drawing: Drawing) -> Misses:
    """Abbreviations, and names in another language than most: told by the small words of each."""
    named = [e for e in drawing.process.iter() if e.get("name") and local(e) != "property"]
    spoken = {e: _language(e.get("name")) for e in named}
    most = Counter(filter(None, spoken.values())).most_common(1)
    for element in named:
        other = most and spoken[element] not in (None, most[0][0])
        if other or _SHORT.search(element.get("name")):
            yield told(element)


def _language(name: str) -> str | None:
    words = set(name.lower().split())
    counts = {code: len(words & small) for code, small in _SMALL.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] and list(counts.values()).count(counts[best]) == 1 else None


@rule("GEN-6", "warning")
def _rules_belong_into_tables(drawing: Drawing) -> Misses:
    splits = {n.id for n in drawing.nodes if n.kind in _SPLITS and len(n.outgoing) > 1}
    for node in drawing.nodes:
        if node.id not in splits:
            continue
        for second in drawing.after(node):
            if second.id in splits and any(t.id in splits for t in drawing.after(second)):
                yield told_node(node)
                break


@rule("NUM-1", "hint")
def _running_number(drawing: Drawing) -> Misses:
    if not re.match(r"\d{4} ", drawing.process.get("name") or ""):
        yield told(drawing.process)


@rule("DIA-1", "hint")
def _process_is_noun_and_infinitive(drawing: Drawing) -> Misses:
    words = (drawing.process.get("name") or "").split()
    if words and not _INFINITIVE.search(words[-1]):
        yield told(drawing.process)


@rule("DIA-2", "warning")
def _small_enough(drawing: Drawing) -> Misses:
    if len(drawing.activities) > MOST_ACTIVITIES:
        yield told(drawing.process)


@rule("DIA-3", "warning")
def _process_has_a_name(drawing: Drawing) -> Misses:
    if not (drawing.process.get("name") or "").strip():
        yield told(drawing.process)


@rule("DIA-4", "hint")
def _landscape(drawing: Drawing) -> Misses:
    boxes = drawing.boxes.values()
    if boxes:
        width = max(x + w for x, _y, w, _h in boxes) - min(x for x, _y, _w, _h in boxes)
        height = max(y + h for _x, y, _w, h in boxes) - min(y for _x, y, _w, _h in boxes)
        if height > width:
            yield told(drawing.process)


@rule("POOL-1", "warning")
def _one_process_a_pool(drawing: Drawing) -> Misses:
    """Said of the second pool that shows the same process."""
    shown = [pool for pool in drawing.pools if pool.get("processRef") == drawing.process.get("id")]
    yield from (told(pool) for pool in shown[1:])


@rule("POOL-2", "warning")
def _collapsed_pool_is_empty(drawing: Drawing) -> Misses:
    if drawing.pool is not None and drawing.pool.get("id") in drawing.collapsed and drawing.nodes:
        yield told(drawing.pool)


@rule("POOL-3", "warning")
def _collapsed_pool_has_a_message(drawing: Drawing) -> Misses:
    ends = {flow.get(end) for flow in drawing.messages for end in ENDS}
    for pool in drawing.pools:
        empty = not pool.get("processRef") or pool.get("id") in drawing.collapsed
        if empty and pool.get("id") not in ends:
            yield told(pool)


@rule("POOL-5", "warning")
def _pools_are_stacked_at_full_width(drawing: Drawing) -> Misses:
    boxes = {pool.get("id", ""): drawing.boxes.get(pool.get("id", "")) for pool in drawing.pools}
    widest = max((box[0] + box[2] for box in boxes.values() if box), default=0.0)
    for pool in drawing.pools:
        box = boxes[pool.get("id", "")]
        if box and abs(box[0] + box[2] - widest) > 1:
            yield told(pool)


@rule("POOL-4", "warning")
def _each_participant_once(drawing: Drawing) -> Misses:
    names = Counter(pool.get("name") for pool in drawing.pools)
    yield from (told(pool) for pool in drawing.pools if names[pool.get("name")] > 1)


@rule("POOL-6", "warning")
def _pool_has_a_name(drawing: Drawing) -> Misses:
    yield from (told(pool) for pool in drawing.pools if not (pool.get("name") or "").strip())


@rule("LANE-1", "warning")
def _at_most_three_levels(drawing: Drawing) -> Misses:
    for lane in drawing.lanes:
        if sum(local(parent) == "childLaneSet" for parent in lane.iterancestors()) > 2:
            yield told(lane)


@rule("LANE-2", "warning")
def _lanes_fill_the_pool(drawing: Drawing) -> Misses:
    pool = drawing.boxes.get(drawing.pool.get("id", "")) if drawing.pool is not None else None
    for lane in drawing.lanes:
        box = drawing.boxes.get(lane.get("id", ""))
        if pool and box and abs(box[0] + box[2] - pool[0] - pool[2]) > 1:
            yield told(lane)


@rule("LANE-3", "warning")
def _lane_is_not_called_as_the_pool(drawing: Drawing) -> Misses:
    name = drawing.pool.get("name") if drawing.pool is not None else None
    yield from (told(lane) for lane in drawing.lanes if name and lane.get("name") == name)


@rule("EVT-1", "warning")
def _something_starts(drawing: Drawing) -> Misses:
    if drawing.nodes and not drawing.graph.starts:
        yield told(drawing.process)


@rule("EVT-2", "warning")
def _starts_are_merged(drawing: Drawing) -> Misses:
    if len(drawing.graph.starts) > 1:
        for start in drawing.graph.starts:
            if any("Gateway" not in node.kind for node in drawing.after(start)):
                yield told_node(start)


@rule("EVT-3", "warning")
def _every_way_ends(drawing: Drawing) -> Misses:
    for node in drawing.nodes:
        if not node.outgoing and node.kind != "endEvent":
            yield told_node(node)


@rule("EVT-4", "hint")
def _timers_say_their_time(drawing: Drawing) -> Misses:
    for element in drawing.process:
        timed = element.find("bpmn:timerEventDefinition", NAMES) is not None
        if timed and not (element.get("name") or "").strip():
            yield told(element)


@rule("EVT-6", "warning", "descriptive")
def _no_throwing_message(drawing: Drawing) -> Misses:
    for element in drawing.process.iterfind("bpmn:intermediateThrowEvent", NAMES):
        if element.find("bpmn:messageEventDefinition", NAMES) is not None:
            yield told(element)


@rule("EVT-7", "hint")
def _ends_are_named(drawing: Drawing) -> Misses:
    yield from (told_node(n) for n in drawing.nodes if n.kind == "endEvent" and not n.name.strip())


@rule("ACT-1", "warning")
def _noun_and_infinitive(drawing: Drawing) -> Misses:
    for node in drawing.activities:
        words = node.name.split()
        if words and (len(words) < 2 or not _INFINITIVE.search(words[-1])):
            yield told_node(node)


@rule("ACT-2", "warning")
def _one_way_on(drawing: Drawing) -> Misses:
    yield from (told_node(n) for n in drawing.activities if len(n.outgoing) != 1)


@rule("ACT-3", "warning")
def _a_check_is_followed_by_a_choice(drawing: Drawing) -> Misses:
    for node in drawing.activities:
        checks = node.name.lower().endswith("prüfen") and node.kind != "businessRuleTask"
        if checks and not any("Gateway" in after.kind for after in drawing.after(node)):
            yield told_node(node)


@rule("ACT-4", "warning")
def _subprocess_has_its_own_drawing(drawing: Drawing) -> Misses:
    yield from (told(e) for e in drawing.process.iterfind("bpmn:subProcess", NAMES) if len(e))


@rule("ACT-5", "warning")
def _activity_has_a_name(drawing: Drawing) -> Misses:
    yield from (told_node(n) for n in drawing.activities if not n.name.strip())


@rule("GW-1", "warning")
def _a_choice_follows_an_activity(drawing: Drawing) -> Misses:
    for node in drawing.nodes:
        if node.kind in _SPLITS and len(node.outgoing) > 1:
            for before in drawing.before(node):
                if not before.kind.endswith((*ACTIVITY, "Gateway")):
                    yield told_node(node)
                    break


@rule("GW-3", "hint")
def _only_choices_are_named(drawing: Drawing) -> Misses:
    for node in drawing.nodes:
        chooses = node.kind in _SPLITS and len(node.outgoing) > 1
        if "Gateway" in node.kind and node.name.strip() and not chooses:
            yield told_node(node)


@rule("SEQ-1", "warning")
def _ways_of_a_choice_are_labelled(drawing: Drawing) -> Misses:
    for flow in drawing.flows:
        source = drawing.graph.nodes.get(flow.get("sourceRef", ""))
        chosen = source is not None and source.kind in _SPLITS and len(source.outgoing) > 1
        if chosen != bool((flow.get("name") or "").strip()):
            yield told(flow)


@rule("SEQ-2", "warning")
def _only_gateways_branch(drawing: Drawing) -> Misses:
    for node in drawing.nodes:
        if "Gateway" not in node.kind and len(node.outgoing) > 1:
            yield told_node(node)


@rule("PAL-1", "hint", "descriptive")
def _descriptive_palette(drawing: Drawing) -> Misses:
    for node in drawing.nodes:
        if node.kind not in _DESCRIPTIVE and "Gateway" not in node.kind:
            yield told_node(node)
