"""Published drawings and tables as people look at them: in their order, under their names."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.diagrams.read import NAMES, Root, xml

DMN = {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"}


@dataclass(frozen=True)
class Table:
    """A decision table: what it reads, what it says, and each rule as (cells, note)."""

    file: str
    title: str
    inputs: list[str]
    outputs: list[str]
    rules: list[tuple[list[str], str]]


def titles(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """(file, name of its process), in the order of the running numbers that open the names."""
    found = []
    for name, text in files.items():
        if name.endswith(".bpmn"):
            process = xml(text.encode(), name).find("bpmn:process", NAMES)
            found.append((name, process.get("name") if process is not None else name))
    return sorted(found, key=lambda pair: (pair[1] or pair[0], pair[0]))


def tables(files: Mapping[str, str]) -> list[Table]:
    """Every decision table of a bundle, by file."""
    return [
        _table(name, decision)
        for name, text in sorted(files.items())
        if name.endswith(".dmn")
        for decision in xml(text.encode(), name).iterfind("dmn:decision", DMN)
    ]


def _table(file: str, decision: Root) -> Table:
    def texts(node: Root, path: str) -> list[str]:
        return [(t.text or "").strip() for t in node.iterfind(path, DMN)]

    table = decision.find("dmn:decisionTable", DMN)
    return Table(
        file,
        decision.get("name") or file,
        [i.get("label") or "" for i in table.iterfind("dmn:input", DMN)],
        [o.get("label") or o.get("name") or "" for o in table.iterfind("dmn:output", DMN)],
        [
            (
                texts(rule, "dmn:inputEntry/dmn:text") + texts(rule, "dmn:outputEntry/dmn:text"),
                " ".join(texts(rule, "dmn:description")),
            )
            for rule in table.iterfind("dmn:rule", DMN)
        ],
    )
