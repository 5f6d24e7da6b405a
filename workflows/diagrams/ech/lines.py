"""Rules of eCH-0158 on the lines of a drawing: where ways meet again, cross or lie on each other."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

from workflows.diagrams.ech.drawing import ENDS, Drawing, Misses, rule, told, told_node
from workflows.diagrams.graph import Node

Point = tuple[float, float]
Piece = tuple[Point, Point]
#: From every choice all that follows is walked.
MOST_SPLITS = 100
#: Every flow is laid beside every other: of larger drawings only the first are looked at.
MOST_FLOWS = 200
#: Lines that lie on each other for less than this are seen as touching.
SHORTEST_OVERLAP = 15.0
#: Two middles nearer than this are seen at one height.
SAME_HEIGHT = 12.0


@rule("GW-2", "warning")
def _ways_meet_at_the_height_where_they_part(drawing: Drawing) -> Misses:
    """Not asked where a way ends or leads back to before the choice."""
    splits = [node for node in drawing.nodes if "Gateway" in node.kind and len(node.outgoing) > 1]
    for node in splits[:MOST_SPLITS]:
        meeting = _where_all_meet(drawing, node)
        here, there = drawing.middle(node), drawing.middle(meeting) if meeting else None
        if here is not None and there is not None and abs(here - there) > SAME_HEIGHT:
            yield told_node(node)


def _where_all_meet(drawing: Drawing, split: Node) -> Node | None:
    """The first gateway that every way from a choice leads to; None if one ends or leads back."""
    reached = [_reached(drawing, way) for way in drawing.after(split)]
    if any(split.id in nodes for nodes in reached):
        return None
    ends = [
        {key for key in nodes if drawing.graph.nodes[key].kind == "endEvent"} for nodes in reached
    ]
    if any(own != ends[0] for own in ends):
        return None
    for key in reached[0]:
        node = drawing.graph.nodes[key]
        if "Gateway" in node.kind and all(key in nodes for nodes in reached):
            return node
    return None


def _reached(drawing: Drawing, start: Node) -> dict[str, None]:
    """The ids of the nodes that can come after one, the nearest first; itself too."""
    found, todo = {start.id: None}, [start]
    for node in todo:
        for following in drawing.after(node):
            if following.id not in found:
                found[following.id] = None
                todo.append(following)
    return found


@rule("SEQ-3", "hint")
def _flows_do_not_cross(drawing: Drawing) -> Misses:
    """Flows from and to gateways and flows that close a loop may cross."""
    loops = {node.id for loop in drawing.graph.loops() for node in loop}
    plain = [flow for flow in _drawn(drawing) if not _at_gateway(drawing, flow, loops)]
    for one, other in combinations(plain, 2):
        if any(_cross(a, b) for a in _pieces(drawing, one) for b in _pieces(drawing, other)):
            yield told(one)


@rule("SEQ-4", "warning")
def _flows_do_not_lie_on_each_other(drawing: Drawing) -> Misses:
    """Not asked at gateways of more than four flows and at activities that more than two lead to."""
    for one, other in combinations(_drawn(drawing), 2):
        lie = any(_overlap(a, b) for a in _pieces(drawing, one) for b in _pieces(drawing, other))
        if lie and not _crowded(drawing, one, other):
            yield told(one)


def _drawn(drawing: Drawing) -> list[Any]:
    drawn = [flow for flow in drawing.flows if len(drawing.lines.get(flow.get("id", ""), ())) > 1]
    return drawn[:MOST_FLOWS]


def _pieces(drawing: Drawing, flow: Any) -> Iterator[Piece]:
    return pairwise(drawing.lines[flow.get("id")])


def _at_gateway(drawing: Drawing, flow: Any, loops: set[str]) -> bool:
    ends = [drawing.graph.nodes.get(flow.get(end) or "") for end in ENDS]
    known = [node for node in ends if node is not None]
    return any("Gateway" in node.kind for node in known) or all(node.id in loops for node in known)


def _crowded(drawing: Drawing, one: Any, other: Any) -> bool:
    """Whether two flows meet where the standard lets them lie on each other."""
    for end in ENDS:
        node = drawing.graph.nodes.get(one.get(end) or "")
        if node is None or one.get(end) != other.get(end):
            continue
        if "Gateway" in node.kind:
            return len(node.incoming) + len(node.outgoing) > 4
        return end == "targetRef" and len(node.incoming) > 2
    return False


def _cross(one: Piece, other: Piece) -> bool:
    """Whether two pieces cut through each other; touching with an end is none."""
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _overlap(one: Piece, other: Piece) -> bool:
    """Whether two level or upright pieces lie on each other for a visible length."""
    for across, along in ((1, 0), (0, 1)):
        heights = {round(point[across]) for point in (*one, *other)}
        if len(heights) == 1:
            (a, b), (c, d) = (sorted(point[along] for point in piece) for piece in (one, other))
            return min(b, d) - max(a, c) > SHORTEST_OVERLAP
    return False
