"""Published drawings and tables as people look at them: in their order, under their names."""

from collections.abc import Mapping

from workflows.decisions import Table, tables_in
from workflows.diagrams.files import NAMES
from workflows.diagrams.read import xml


def titles(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """(file, name of its process), in the order of the running numbers that open the names."""
    found = []
    for name, text in files.items():
        if name.endswith(".bpmn"):
            process = xml(text.encode(), name).find("bpmn:process", NAMES)
            found.append((name, process.get("name") if process is not None else name))
    return sorted(found, key=lambda pair: (pair[1] or pair[0], pair[0]))


def processes(files: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(id, name, file) of every process of a bundle, by name."""
    found = [
        (process.get("id", ""), process.get("name") or process.get("id", ""), name)
        for name, text in files.items()
        if name.endswith(".bpmn")
        for process in xml(text.encode(), name).iterfind("bpmn:process", NAMES)
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
