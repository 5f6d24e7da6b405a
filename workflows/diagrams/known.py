"""Which answers are known where: what a condition can read at an element of a drawing."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from workflows.actions import ACTIONS
from workflows.decisions import tables_in
from workflows.diagrams.files import NAMES, SPIFF, Bundle, Root, is_table, roots_of
from workflows.diagrams.graph import Graph, Node
from workflows.diagrams.named import properties
from workflows.diagrams.trial import asked
from workflows.facts import FACTS
from workflows.messages import MESSAGES

Forms = Mapping[str, Mapping[str, Any]]


class Known:
    """The names that can have been set before each element of a bundle; facts are known everywhere."""

    def __init__(self, bundle: Bundle, forms: Forms) -> None:
        self._forms = forms
        roots, _unread = roots_of(bundle)
        self._tables = {
            key: [name for _label, name, _kind in table.outputs]
            for root in roots.values()
            if is_table(root)
            for key, table in tables_in(root)
        }
        self._graphs: dict[str, Graph] = {}
        self._elements: dict[str, dict[str, Root]] = {}
        for root in roots.values():
            for process in root.iterfind("bpmn:process", NAMES):
                key = process.get("id", "")
                self._graphs[key] = Graph(process)
                self._elements[key] = {e.get("id", ""): e for e in process}
        self._heard = _heard(roots.values(), forms)
        self._whole: dict[str, frozenset[str]] = {}

    def at(self, process_id: str, element_id: str) -> list[str]:
        """The names that an expression at an element can read, in order; facts among them."""
        return sorted({*FACTS, *self._before(process_id, element_id)})

    def _before(self, process_id: str, element_id: str) -> set[str]:
        """What is set on some way to an element, and before the process was called."""
        found: set[str] = set()
        todo = [(process_id, element_id)]
        seen: set[tuple[str, str]] = set()
        while todo:
            at, element = todo.pop()
            if at not in self._graphs or (at, element) in seen:
                continue
            seen.add((at, element))
            for node in _leading_to(self._graphs[at], element):
                found |= self._set_at(at, node)
            todo += self._calling.get(at, ())
        return found

    @cached_property
    def _calling(self) -> dict[str, list[tuple[str, str]]]:
        """Id of a process to where it is called: process and element."""
        found: dict[str, list[tuple[str, str]]] = {}
        for caller, graph in self._graphs.items():
            for node in graph.nodes.values():
                if node.calls:
                    found.setdefault(node.calls, []).append((caller, node.id))
        return found

    def _set_at(self, process_id: str, node: Node) -> set[str]:
        """The names that an element sets."""
        element = self._elements[process_id][node.id]
        if node.kind == "userTask":
            given = properties(element)
            form, variant = given.get("form", ""), given.get("variant", "")
            return {f"{form}.{route}" for route in asked(self._forms.get(form, {}), variant)}
        if node.kind == "businessRuleTask":
            called = element.findtext(f".//{{{SPIFF}}}calledDecisionId", "")
            return {name for name in self._tables.get(called, ()) if name}
        if node.kind == "serviceTask":
            operator = element.find(".//spiff:serviceTaskOperator", NAMES)
            filed = ACTIONS.get(operator.get("id", "")) if operator is not None else None
            return set(filed.routes) if filed else set()
        if node.kind == "callActivity":
            return {f"{node.calls}.end", *self._all_of(node.calls)}
        heard = element.find("bpmn:messageEventDefinition", NAMES)
        return set(self._heard.get(heard.get("messageRef", ""), ())) if heard is not None else set()

    def _all_of(self, process_id: str) -> frozenset[str]:
        """Everything that a called process can set."""
        if process_id not in self._whole:
            self._whole[process_id] = frozenset()  # a circle of calls ends here
            graph = self._graphs.get(process_id)
            nodes = graph.nodes.values() if graph else ()
            found = [self._set_at(process_id, node) for node in nodes]
            self._whole[process_id] = frozenset().union(*found)
        return self._whole[process_id]


def _leading_to(graph: Graph, element_id: str) -> list[Node]:
    """The nodes on some way to a node or a flow; itself only if a way leads from it back to it."""
    source = graph.flows.get(element_id, ("", ""))[0]
    todo = [source] if source else graph.before(element_id)
    seen: dict[str, Node] = {}
    while todo:
        key = todo.pop()
        if key not in seen and key in graph.nodes:
            seen[key] = graph.nodes[key]
            todo += graph.before(key)
    return list(seen.values())


def _heard(roots: Iterable[Root], forms: Forms) -> dict[str, list[str]]:
    """Id of a message in a file to the answers that come with it."""
    brings = {
        name: [f"{form}.{route}" for route in forms.get(form, {})]
        for form, (name, _roles) in MESSAGES.items()
    }
    return {
        message.get("id", ""): brings.get(message.get("name", ""), [])
        for root in roots
        for message in root.iterfind("bpmn:message", NAMES)
    }
