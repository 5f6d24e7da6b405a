"""One process with its picture, as the rules of eCH-0158 look at it; and the list of those rules."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from workflows.diagrams.files import BPMNDI, NAMES, Root
from workflows.diagrams.graph import Graph, Node

MODES = ("analytic", "descriptive")
SHAPES = {
    **NAMES,
    "di": BPMNDI,
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "omgdi": "http://www.omg.org/spec/DD/20100524/DI",
}
#: Where a flow begins and ends.
ENDS = ("sourceRef", "targetRef")
ACTIVITY = ("Task", "task", "Activity", "subProcess")


class Drawing:
    """One process with its graph and its picture.

    Args:
        elsewhere: names of the message flows in the other files of the bundle.
    """

    def __init__(self, root: Root, process: Root, elsewhere: frozenset[str] = frozenset()) -> None:
        self.elsewhere = elsewhere
        self.root, self.process, self.graph = root, process, Graph(process)
        self.nodes = list(self.graph.nodes.values())
        self.activities = [n for n in self.nodes if n.kind.endswith(ACTIVITY)]
        self.pools = root.findall(".//bpmn:participant", NAMES)
        self.pool = next((p for p in self.pools if p.get("processRef") == process.get("id")), None)
        self.lanes = process.findall(".//bpmn:lane", NAMES)
        self.flows = process.findall("bpmn:sequenceFlow", NAMES)
        self.messages = root.findall(".//bpmn:messageFlow", NAMES)
        self.collapsed = {
            shape.get("bpmnElement")
            for shape in root.iterfind(".//di:BPMNShape", SHAPES)
            if shape.get("isExpanded") == "false"
        }

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

    @cached_property
    def lines(self) -> dict[str, list[tuple[float, float]]]:
        """Id of a flow to the points that its line is drawn through."""
        return {
            edge.get("bpmnElement", ""): [
                (_number(point.get("x")), _number(point.get("y")))
                for point in edge.iterfind("omgdi:waypoint", SHAPES)
            ]
            for edge in self.root.iterfind(".//di:BPMNEdge", SHAPES)
        }

    def middle(self, node: Node) -> float | None:
        """The height of a node's middle on the sheet."""
        box = self.boxes.get(node.id)
        return box[1] + box[3] / 2 if box else None

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
RULES: dict[str, tuple[str, tuple[str, ...], Callable[[Drawing], Misses]]] = {}


def rule(name: str, severity: str, *modes: str) -> Callable[[Any], Any]:
    """File a rule under its id, with its weight and the modes in which it counts."""

    def file(look: Callable[[Drawing], Misses]) -> Callable[[Drawing], Misses]:
        RULES[name] = (severity, modes or MODES, look)
        return look

    return file


def told(element: Root) -> tuple[str, str]:
    """The id and name of an element."""
    return element.get("id") or "", " ".join((element.get("name") or "").split())


def told_node(node: Node) -> tuple[str, str]:
    """The same of a node."""
    return node.id, " ".join(node.words.split())
