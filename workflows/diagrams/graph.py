"""A process as a graph: what is reached from where, and what loops."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workflows.diagrams.files import BPMN

Root = Any
_WAITS = ("userTask", "manualTask", "intermediateCatchEvent", "eventBasedGateway", "receiveTask")


@dataclass
class Node:
    """An element that tokens pass."""

    id: str
    kind: str
    name: str
    line: int
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    host: str = ""
    interrupts: bool = True
    terminates: bool = False
    calls: str = ""

    @property
    def words(self) -> str:
        """What people call it."""
        return self.name or self.id


class Graph:
    """The nodes and flows of one process."""

    def __init__(self, process: Root) -> None:
        self.id = process.get("id", "")
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, tuple[str, str]] = {}
        for element in process:
            kind = _local(element)
            if kind == "sequenceFlow":
                ends = element.get("sourceRef", ""), element.get("targetRef", "")
                self.flows[element.get("id", "")] = ends
            elif kind.endswith(("Event", "Gateway", "Task", "Activity")) or kind == "task":
                self._add(element, kind)
        for flow, (source, target) in self.flows.items():
            if source in self.nodes:
                self.nodes[source].outgoing.append(flow)
            if target in self.nodes:
                self.nodes[target].incoming.append(flow)
        self.watchers: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.host:
                self.watchers.setdefault(node.host, []).append(node)

    def _add(self, element: Root, kind: str) -> None:
        self.nodes[element.get("id", "")] = Node(
            id=element.get("id", ""),
            kind=kind,
            name=element.get("name") or "",
            line=element.sourceline or 0,
            host=element.get("attachedToRef", ""),
            interrupts=element.get("cancelActivity", "true") != "false",
            terminates=any(_local(part) == "terminateEventDefinition" for part in element),
            calls=element.get("calledElement", ""),
        )

    def after(self, node: Node) -> Iterator[Node]:
        """The nodes that a node leads to, boundary events of an activity included."""
        for flow in node.outgoing:
            target = self.nodes.get(self.flows[flow][1])
            if target is not None:
                yield target
        yield from self.watchers.get(node.id, ())

    @cached_property
    def starts(self) -> list[Node]:
        """The start events."""
        return [node for node in self.nodes.values() if node.kind == "startEvent"]

    def reached(self) -> set[str]:
        """The ids of what some way leads to."""
        return self._reached_from(self.starts)

    @cached_property
    def _before(self) -> dict[str, list[str]]:
        """Node id to the ids of the nodes that lead to it."""
        before: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for target in self.after(node):
                before.setdefault(target.id, []).append(node.id)
        return before

    def before(self, key: str) -> list[str]:
        """The ids of the nodes that lead to a node at once."""
        return self._before.get(key, [])

    def leading_out(self) -> set[str]:
        """The ids of what has a way to an end event."""
        seen: set[str] = set()
        todo = [node.id for node in self.nodes.values() if node.kind == "endEvent"]
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                todo.extend(self._before.get(key, ()))
        return seen

    def restless_loops(self, restless: frozenset[str]) -> list[list[Node]]:
        """Loops in which nobody and nothing is waited for: once entered they never pause.

        Args:
            restless: the called processes that never wait themselves.
        """

        def waits(node: Node) -> bool:
            called = node.kind == "callActivity" and node.calls not in restless
            return called or node.kind in _WAITS

        return [loop for loop in self._loops if not any(waits(node) for node in loop)]

    def loops(self) -> list[list[Node]]:
        """Every loop: the nodes that lead to each other."""
        return self._loops

    def closed_loops(self) -> list[list[Node]]:
        """Loops without a gateway: the library recurses over them without end (ENGINE.md 5.4)."""
        return [loop for loop in self._loops if not any("Gateway" in n.kind for n in loop)]

    @cached_property
    def _loops(self) -> list[list[Node]]:
        """The strongly connected parts of more than one node, or with a flow to itself (Tarjan)."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: dict[str, None] = {}  # in order, and quick to look into
        found: list[list[Node]] = []
        for first in self.nodes:
            if first in index:
                continue
            work: list[tuple[str, Iterator[Node]]] = []
            _enter(first, index, low, stack)
            work.append((first, self._flow_targets(first)))
            while work:
                key, targets = work[-1]
                for target in targets:
                    if target.id not in index:
                        _enter(target.id, index, low, stack)
                        work.append((target.id, self._flow_targets(target.id)))
                        break
                    if target.id in stack:
                        low[key] = min(low[key], index[target.id])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[key])
                    if low[key] == index[key]:
                        part = _leave(key, stack)
                        if len(part) > 1 or any(t.id == key for t in self._flow_targets(key)):
                            found.append([self.nodes[k] for k in part])
        return found

    def _flow_targets(self, key: str) -> Iterator[Node]:
        for flow in self.nodes[key].outgoing:
            target = self.nodes.get(self.flows[flow][1])
            if target is not None:
                yield target

    def side_branches(self) -> list[Node]:
        """The non-interrupting events whose branch never meets the way it left.

        Such a branch runs beside the rest and can be judged by itself.
        """
        reached = self.reached()
        return [
            node
            for node in self.nodes.values()
            if node.host and not node.interrupts and self._apart(node, reached)
        ]

    def _apart(self, event: Node, reached: set[str]) -> bool:
        """Whether a case comes to what follows an event by this event only."""
        beside = self._reached_from([event])
        return not any(
            before in reached and before not in beside
            for key in beside - {event.id}
            for before in self._before.get(key, ())
        ) and beside.isdisjoint(start.id for start in self.starts)

    def _reached_from(self, first: list[Node]) -> set[str]:
        seen: set[str] = set()
        todo = list(first)
        while todo:
            node = todo.pop()
            if node.id not in seen:
                seen.add(node.id)
                todo.extend(self.after(node))
        return seen


def _enter(key: str, index: dict[str, int], low: dict[str, int], stack: dict[str, None]) -> None:
    index[key] = low[key] = len(index)
    stack[key] = None


def _leave(key: str, stack: dict[str, None]) -> list[str]:
    part: list[str] = []
    while not part or part[-1] != key:
        part.append(stack.popitem()[0])
    return part[::-1]


def _local(element: Root) -> str:
    if not isinstance(element.tag, str) or not element.tag.startswith("{" + BPMN):
        return ""
    return str(element.tag.rsplit("}", 1)[-1])
