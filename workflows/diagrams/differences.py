"""What differs between two bundles of drawings and tables, as people would tell it: no XML lines.

Elements are the same where their process and id are the same; how they are laid out says nothing.
"""

import difflib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from workflows.decisions import Rule, Table, tables_in
from workflows.diagrams.elements import ACTIVITIES, EVENTS, GATEWAYS
from workflows.diagrams.files import NAMES, SPIFF, Bundle, is_table, roots_of, unpack
from workflows.diagrams.findings import Finding
from workflows.diagrams.named import local, properties

Root = Any
_KINDS = (*ACTIVITIES, *GATEWAYS, *EVENTS, "sequenceFlow")
_REFER = ("role", "calls", "host", "from", "to", "default")
_TIMES = ("timeDate", "timeDuration", "timeCycle")


@dataclass(frozen=True)
class Change:
    """One thing that is no longer as it was.

    Attributes:
        inside: id of the process or decision table.
        element: id of the element, or of the process or table itself.
        kind: the kind of element, as BPMN calls it; `process`, `table` or `rule`.
        name: what people call it; a flow without a name by its two ends.
        what: `added`, `removed`, or the one property that changed.
        before: its value, empty where there was none.
        after: its value now, empty where there is none.
    """

    inside: str
    element: str
    kind: str
    name: str
    what: str
    before: str = ""
    after: str = ""

    def as_dict(self) -> dict[str, str]:
        """For machines."""
        return asdict(self)


@dataclass(frozen=True)
class _Part:
    """An element with what it says; other elements and roles in it by their ids."""

    inside: str
    element: str
    kind: str
    name: str
    facets: dict[str, str]
    names: dict[str, str]

    def shown(self, facet: str) -> str:
        """A value as people read it."""
        value = self.facets.get(facet, "")
        return self.names.get(value, value) if facet in _REFER else value


def differences(before: Bundle, after: Bundle) -> tuple[list[Change], list[Finding]]:
    """Every change from one bundle to the other, in the order of the drawings.

    Returns:
        The changes; and a finding for each file of either that could not be read.
    """
    old, new = _Contents(before), _Contents(after)
    changes = [*_of_parts(old.parts, new.parts), *_of_tables(old.tables, new.tables)]
    return changes, [*old.unread, *new.unread]


class _Contents:
    """The elements and tables of a bundle under their ids."""

    def __init__(self, bundle: Bundle) -> None:
        files, self.unread = unpack(bundle)
        roots, findings = roots_of(files)
        self.unread = [*self.unread, *findings]
        self.parts: dict[tuple[str, str], _Part] = {}
        self.tables: dict[str, Table] = {}
        for root in roots.values():
            if is_table(root):
                self.tables.update({table.id: table for _key, table in tables_in(root)})
            else:
                self._drawing(root)

    def _drawing(self, root: Root) -> None:
        messages = {m.get("id"): m.get("name", "") for m in root.iterfind("bpmn:message", NAMES)}
        for process in root.iterfind("bpmn:process", NAMES):
            key = process.get("id", "")
            name = process.get("name") or key
            self.parts[key, key] = _Part(key, key, "process", name, _about(process), {})
            roles, names = _lanes(process)
            names |= {e.get("id"): e.get("name") or e.get("id") for e in process}
            for element in process:
                if local(element) in _KINDS:
                    facets = _facets(element, roles, messages)
                    part = _part(key, element, facets, names)
                    self.parts[key, part.element] = part


def _part(process: str, element: Root, facets: dict[str, str], names: dict[str, str]) -> _Part:
    kind, key = local(element), element.get("id", "")
    name = element.get("name") or key
    if kind == "sequenceFlow" and not element.get("name"):
        name = " → ".join(names.get(facets[end], facets[end]) for end in ("from", "to"))
    return _Part(process, key, kind, " ".join(name.split()), facets, names)


def _facets(element: Root, roles: dict[str, str], messages: dict[str, str]) -> dict[str, str]:
    kind = local(element)
    heard = element.find("bpmn:messageEventDefinition", NAMES)
    ends = element.find("bpmn:terminateEventDefinition", NAMES) is not None
    facets = {
        "kind": kind,
        **_about(element),
        "role": roles.get(element.get("id", ""), ""),
        "calls": element.get("calledElement", ""),
        "host": element.get("attachedToRef", ""),
        "default": element.get("default", ""),
        "table": element.findtext(f".//{{{SPIFF}}}calledDecisionId", ""),
        "action": _action(element),
        "time": next((_text(e) for e in element.iter() if local(e) in _TIMES), ""),
        "message": messages.get(heard.get("messageRef"), "") if heard is not None else "",
        "terminates": "true" if ends else "",
    }
    if kind == "boundaryEvent":
        facets["interrupts"] = element.get("cancelActivity", "true")
    if kind == "sequenceFlow":
        facets["from"], facets["to"] = element.get("sourceRef", ""), element.get("targetRef", "")
        facets["condition"] = _text(element.find("bpmn:conditionExpression", NAMES))
    return facets


def _about(element: Root) -> dict[str, str]:
    """Name, documentation, instructions and properties of an element or a process."""
    facets = {"name": " ".join((element.get("name") or "").split())}
    facets["documentation"] = _text(element.find("bpmn:documentation", NAMES))
    own = element.find("bpmn:extensionElements", NAMES)
    if own is not None:
        facets["instructions"] = _text(own.find("spiff:instructionsForEndUser", NAMES))
        facets.update({f"property {k}": v for k, v in properties(element).items()})
    return facets


def _text(element: Root) -> str:
    return " ".join((element.text or "").split()) if element is not None else ""


def _action(element: Root) -> str:
    operator = element.find(".//spiff:serviceTaskOperator", NAMES)
    if operator is None:
        return ""
    given = [
        f"{p.get('id')}: {p.get('value')}" for p in operator.iterfind(".//spiff:parameter", NAMES)
    ]
    return f"{operator.get('id')} ({', '.join(given)})" if given else operator.get("id", "")


def _lanes(process: Root) -> tuple[dict[str, str], dict[str, str]]:
    """The role of each element, and the name of each role."""
    lanes = process.findall(".//bpmn:lane", NAMES)
    roles = {
        _text(ref): lane.get("id", "")
        for lane in lanes
        for ref in lane.iterfind("bpmn:flowNodeRef", NAMES)
    }
    return roles, {lane.get("id", ""): lane.get("name") or lane.get("id", "") for lane in lanes}


def _of_parts(
    old: dict[tuple[str, str], _Part], new: dict[tuple[str, str], _Part]
) -> Iterator[Change]:
    gone = {key[0] for key in old} - {key[0] for key in new}
    come = {key[0] for key in new} - {key[0] for key in old}
    for whole in sorted(gone | come):  # one change, not one for each element in it
        name = (old if whole in gone else new)[whole, whole].name
        yield Change(whole, whole, "process", name, "removed" if whole in gone else "added")
    for key, part in new.items():
        if key in old:
            yield from _of_part(old[key], part)
        elif part.inside not in come:
            yield Change(part.inside, part.element, part.kind, part.name, "added")
    for key, part in old.items():
        if key not in new and part.inside not in gone:
            yield Change(part.inside, part.element, part.kind, part.name, "removed")


def _of_part(old: _Part, new: _Part) -> Iterator[Change]:
    for facet in dict.fromkeys((*old.facets, *new.facets)):
        if old.facets.get(facet, "") != new.facets.get(facet, ""):
            before, after = old.shown(facet), new.shown(facet)
            yield Change(new.inside, new.element, new.kind, new.name, facet, before, after)


def _of_tables(old: dict[str, Table], new: dict[str, Table]) -> Iterator[Change]:
    for key in sorted(old.keys() ^ new.keys()):
        table = new.get(key) or old[key]
        yield Change(key, key, "table", table.name, "added" if key in new else "removed")
    for key in sorted(old.keys() & new.keys()):
        yield from _of_table(old[key], new[key])


def _of_table(old: Table, new: Table) -> Iterator[Change]:
    for what, before, after in (
        ("name", old.name, new.name),
        (
            "policy",
            f"{old.policy} {old.aggregation}".strip(),
            f"{new.policy} {new.aggregation}".strip(),
        ),
        ("columns", _columns(old), _columns(new)),
    ):
        if before != after:
            yield Change(new.id, new.id, "table", new.name, what, before, after)
    was, now = [_cells(rule) for rule in old.rules], [_cells(rule) for rule in new.rules]
    for step, first, last, start, end in difflib.SequenceMatcher(
        None, was, now, False
    ).get_opcodes():
        if step == "equal":
            continue
        pairs = max(last - first, end - start)
        for place in range(pairs):
            before = _said(old, old.rules[first + place]) if first + place < last else ""
            after = _said(new, new.rules[start + place]) if start + place < end else ""
            number = (start if after else first) + place + 1
            what = "rule" if before and after else "added" if after else "removed"
            yield Change(new.id, str(number), "rule", new.name, what, before, after)


def _columns(table: Table) -> str:
    read = ", ".join(f"{label} ({text})" for label, text, _kind in table.inputs)
    answered = ", ".join(f"{label} ({name})" for label, name, _kind in table.outputs)
    return f"{read} → {answered}"


def _cells(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return rule.cells, rule.results


def _said(table: Table, rule: Rule) -> str:
    """A row in words: its cells that choose, then what it answers."""
    cells = [
        f"{label} {cell}"
        for (label, _text, _kind), cell in zip(table.inputs, rule.cells, strict=False)
        if cell not in ("", "-")
    ]
    answers = [
        f"{label} {cell}"
        for (label, _name, _kind), cell in zip(table.outputs, rule.results, strict=False)
    ]
    return f"{', '.join(cells) or '–'} → {', '.join(answers)}"
