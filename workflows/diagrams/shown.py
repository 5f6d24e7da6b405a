"""Published drawings and tables as people look at them: in their order, under their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.decisions import Table, tables_in
from workflows.diagrams.files import NAMES
from workflows.diagrams.read import xml


def titles(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """(file, name of its process), in the order of the running numbers that open the names."""
    found = []
    for name, text in files.items():
        if name.endswith(".bpmn"):
            process = xml(text.encode(), name).find("bpmn:process", NAMES)
            found.append((name, (process.get("name") if process is not None else "") or name))
    return sorted(found, key=lambda pair: (pair[1] or pair[0], pair[0]))


def processes(files: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(id, name, file) of every process of a bundle, by name."""
    found = [
        (process.get("id", ""), process.get("name") or process.get("id", ""), name)
        for name, process in _drawn(files)
    ]
    return sorted(found, key=lambda one: one[1])


def tables(files: Mapping[str, str]) -> list[tuple[str, Table]]:
    """(file, table) of every decision table of a bundle, by file."""
    return [
        (name, table)
        for name, text in sorted(files.items())
        if name.endswith(".dmn")
        for _key, table in tables_in(xml(text.encode(), name))
    ]


def names(files: Mapping[str, str]) -> dict[str, str]:
    """The names of processes and decision tables by their ids."""
    found: dict[str, str] = {}
    for name, text in files.items():
        root = xml(text.encode(), name)
        if name.endswith(".dmn"):
            found |= {key: table.name for key, table in tables_in(root)}
        for process in root.findall("bpmn:process", NAMES):
            found[process.get("id")] = process.get("name") or process.get("id")
    return found


@dataclass(frozen=True)
class Step:
    """A task of people in a drawing."""

    element: str
    name: str
    process: str


@dataclass(frozen=True)
class Way:
    """A flow out of a choice; named by its label or by where it leads."""

    flow: str
    target: str
    name: str


@dataclass(frozen=True)
class Choice:
    """A gateway at which one of several ways is taken."""

    element: str
    name: str
    process: str
    ways: tuple[Way, ...]


def steps(files: Mapping[str, str]) -> list[Step]:
    """The tasks of people, process by process."""
    return [
        Step(task.get("id", ""), _name(task), process.get("name") or process.get("id", ""))
        for _file, process in _drawn(files)
        for task in process.iterfind("bpmn:userTask", NAMES)
    ]


def choices(files: Mapping[str, str]) -> list[Choice]:
    """The gateways with more than one way out, process by process."""
    found = []
    for _file, process in _drawn(files):
        elements = {element.get("id"): element for element in process}
        for kind in ("exclusiveGateway", "inclusiveGateway"):
            for gateway in process.iterfind(f"bpmn:{kind}", NAMES):
                flows = process.findall(
                    f"bpmn:sequenceFlow[@sourceRef='{gateway.get('id')}']", NAMES
                )
                ways = tuple(_way(flow, elements) for flow in flows)
                if len(ways) > 1:
                    name = process.get("name") or process.get("id", "")
                    found.append(Choice(gateway.get("id", ""), _name(gateway), name, ways))
    return found


def _way(flow: Any, elements: Mapping[Any, Any]) -> Way:
    target = elements.get(flow.get("targetRef"))
    words = flow.get("name") or (_name(target) if target is not None else "")
    return Way(flow.get("id", ""), flow.get("targetRef", ""), words)


def _name(element: Any) -> str:
    return " ".join((element.get("name") or element.get("id") or "").split())


def _drawn(files: Mapping[str, str]) -> list[tuple[str, Any]]:
    """(file, process) of every process of a bundle, by name."""
    found = [
        (name, process)
        for name, text in files.items()
        if name.endswith(".bpmn")
        for process in xml(text.encode(), name).iterfind("bpmn:process", NAMES)
    ]
    return sorted(found, key=lambda pair: pair[1].get("name") or "")
