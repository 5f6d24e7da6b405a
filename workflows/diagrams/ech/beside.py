"""Rules of eCH-0158 on what stands beside the process: messages, annotations, groups (DOMAIN.md 5.3)."""

from workflows.diagrams.ech.drawing import ACTIVITY, ENDS, Drawing, Misses, rule, told
from workflows.diagrams.files import NAMES
from workflows.diagrams.named import local


@rule("EVT-5", "hint")
def _a_message_is_named_once(drawing: Drawing) -> Misses:
    """Where the message flow has a label, the event that catches it needs none."""
    labelled = {m.get("targetRef") for m in drawing.messages if (m.get("name") or "").strip()}
    for element in drawing.process:
        caught = element.find("bpmn:messageEventDefinition", NAMES) is not None
        if caught and element.get("id") in labelled and (element.get("name") or "").strip():
            yield told(element)


@rule("MSG-1", "warning")
def _messages_go_between_pools(drawing: Drawing) -> Misses:
    own = set(drawing.graph.nodes)
    for flow in drawing.messages:
        if flow.get("sourceRef") in own and flow.get("targetRef") in own:
            yield told(flow)


@rule("MSG-2", "warning")
def _messages_start_from_activities(drawing: Drawing) -> Misses:
    for flow in drawing.messages:
        source = drawing.graph.nodes.get(flow.get("sourceRef", ""))
        if source is not None and not source.kind.endswith(ACTIVITY):
            yield told(flow)


@rule("MSG-3", "hint")
def _messages_leave_at_the_top_or_the_bottom(drawing: Drawing) -> Misses:
    for flow in drawing.messages:
        line = drawing.lines.get(flow.get("id", ""), [])
        for end, (_x, y) in zip(ENDS, (line[0], line[-1]) if line else (), strict=False):
            box = drawing.boxes.get(flow.get(end, ""))
            if box and min(abs(y - box[1]), abs(y - box[1] - box[3])) > 1:
                yield told(flow)
                break


@rule("MSG-4", "hint")
def _messages_stand_on_one_level(drawing: Drawing) -> Misses:
    yield from (told(flow) for flow in drawing.messages if flow.get("name") in drawing.elsewhere)


@rule("CMT-1", "hint")
def _notes_are_tied(drawing: Drawing) -> Misses:
    tied = {e.get(k) for e in drawing.root.iter() if local(e) == "association" for k in ENDS}
    for note in drawing.process.iterfind("bpmn:textAnnotation", NAMES):
        if note.get("id") not in tied:
            yield told(note)


@rule("GRP-1", "hint")
def _groups_are_no_lanes(drawing: Drawing) -> Misses:
    """A group around activities where the drawing has no lanes."""
    if drawing.lanes:
        return
    for group in drawing.root.iterfind(".//bpmn:group", NAMES):
        around = drawing.boxes.get(group.get("id", ""))
        inside = [drawing.boxes[n.id] for n in drawing.activities if n.id in drawing.boxes]
        if around and any(_within(box, around) for box in inside):
            yield told(group)


def _within(box: tuple[float, ...], around: tuple[float, ...]) -> bool:
    x, y, width, height = box
    left, top, wide, high = around
    return left <= x and top <= y and x + width <= left + wide and y + height <= top + high
