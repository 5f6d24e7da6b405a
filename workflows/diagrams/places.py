"""Where the elements of a drawing stand: found by their ids, and by the flows between them."""

from collections import defaultdict
from typing import Any

from workflows.diagrams.files import BPMN, NAMES

Root = Any
_FLOW = f"{{{BPMN}}}sequenceFlow"


class Within:
    """The children of one element, looked through once, however many questions follow."""

    def __init__(self, element: Root) -> None:
        self._children: dict[str, Root] = {}
        self._leaving: dict[str, list[Root]] = defaultdict(list)
        self._coming: dict[str, list[Root]] = defaultdict(list)
        for child in element:
            self._children.setdefault(child.get("id") or "", child)
            if child.tag == _FLOW:
                self._leaving[child.get("sourceRef") or ""].append(child)
                self._coming[child.get("targetRef") or ""].append(child)
        self.lanes: dict[str, str] = {
            (ref.text or "").strip(): lane.get("id") or ""
            for lane in element.iterfind(".//bpmn:lane", NAMES)
            for ref in lane.iterfind("bpmn:flowNodeRef", NAMES)
        }

    def by_id(self, key: str | None) -> Root | None:
        """The first child of this id, or None."""
        return self._children.get(key) if key else None

    def leaving(self, node: Root) -> list[Root]:
        """The flows out of a node."""
        return self._leaving.get(node.get("id") or "", [])

    def coming(self, node: Root) -> list[Root]:
        """The flows into a node."""
        return self._coming.get(node.get("id") or "", [])


class Places:
    """What stands within each element of a file, read when first asked for."""

    def __init__(self) -> None:
        self._within: dict[Root, Within] = {}

    def within(self, element: Root) -> Within:
        """The children of an element."""
        if element not in self._within:
            self._within[element] = Within(element)
        return self._within[element]

    def around(self, node: Root) -> Within:
        """The children of the element that a node stands in."""
        return self.within(node.getparent())
