"""Is a bundle fit to run cases? All findings at once, each with its place and what to do."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows import bounds
from workflows.actions import ACTIONS
from workflows.decisions import tables_in
from workflows.diagrams.budget import Budget, Left
from workflows.diagrams.conditions import Names
from workflows.diagrams.elements import Elements
from workflows.diagrams.files import NAMES, Bundle, Root, is_table, roots_of, unpack
from workflows.diagrams.findings import Finding
from workflows.diagrams.graph import Graph, Node
from workflows.diagrams.named import repeated
from workflows.diagrams.read import read
from workflows.diagrams.tables import table_findings
from workflows.diagrams.tokens import Fault, soundness
from workflows.diagrams.trial import trial
from workflows.errors import UnreadableDrawing
from workflows.facts import FACTS
from workflows.unary import BadCell, parse_result

#: Form key to its routes, each with the choices it offers (None: a free value).
Forms = Mapping[str, Mapping[str, tuple[Any, ...] | None]]

#: Of a longer way only its beginning and its end are told.
MOST_STATIONS = 60
_FAULTS = {
    "DEADLOCK": "a case stays here for ever: the join waits for a way that is not taken",
    "PILES_UP": "a case comes here again and again at the same time; join what was split",
    "RUNS_TWICE": "a case can be here twice at the same time; join the ways if that is not meant",
    "NEVER_ENDS": "from here a case cannot reach an end any more",
}


def check(bundle: Bundle, process_id: str, forms: Forms) -> list[Finding]:
    """Every finding of a bundle; never raises for anything that a file may hold.

    Args:
        bundle: file name to bytes; a ZIP counts as the files in it.
        process_id: the process that a case starts with; if there is none of this id and just one
            that nobody calls, that one is looked at.
    """
    files, findings = unpack(bundle)
    roots, unreadable = roots_of(files)
    findings += unreadable
    if roots:
        findings += _Bundle(roots, forms).findings(files, process_id)
    return _told(sorted(findings, key=lambda f: (f.file, f.line, f.element, f.code)))


def _told(found: list[Finding]) -> list[Finding]:
    """As many as anybody reads; what forbids comes before what only warns."""
    if len(found) <= bounds.FINDINGS:
        return found
    first = sorted(found, key=lambda f: not f.forbids)[: bounds.FINDINGS]
    sentence = (
        f"there are {len(found)} findings; mend the first {bounds.FINDINGS}, then check again"
    )
    return [Finding("LARGE", "", "", "", 0, sentence), *first]


def names_known(bundle: Bundle, forms: Forms) -> Names:
    """Every name that some expression of a bundle may read, with the values it can have."""
    return _Bundle(roots_of(bundle)[0], forms).names


class _Bundle:
    """All files of a bundle together."""

    def __init__(self, roots: dict[str, Root], forms: Forms) -> None:
        self._forms = forms
        self._drawings = {name: root for name, root in roots.items() if not is_table(root)}
        self._tables = [
            (name, table)
            for name, root in roots.items()
            if is_table(root)
            for _key, table in tables_in(root)
        ]
        self._graphs: dict[str, tuple[str, Graph]] = {}
        self._processes: list[str] = []
        self._called: dict[str, set[str]] = {}
        for name, root in self._drawings.items():
            for process in root.iterfind("bpmn:process", NAMES):
                self._processes.append(process.get("id", ""))
                self._graphs.setdefault(process.get("id", ""), (name, Graph(process)))
        self.names = self._all_names()

    def _all_names(self) -> Names:
        names: dict[str, tuple[Any, ...] | None] = dict(FACTS)
        for filed in ACTIONS.values():
            names.update(filed.routes)
        for key, routes in self._forms.items():
            names.update({f"{key}.{route}": choices for route, choices in routes.items()})
        for _name, table in self._tables:
            for place, (_label, name, _kind) in enumerate(table.outputs):
                names[name] = _answers(table.rules, place)
        for root in self._drawings.values():
            for process in root.iterfind("bpmn:process", NAMES):
                codes = tuple(
                    p.get("value")
                    for p in process.iterfind(".//bpmn:endEvent//spiff:property", NAMES)
                    if p.get("name") == "code"
                )
                names[f"{process.get('id')}.end"] = codes
        return names

    def findings(self, files: Bundle, process_id: str) -> Iterator[Finding]:
        """The findings of every file, then of the bundle as a whole."""
        tables = [table.id for _name, table in self._tables]
        budget = Budget()
        elements = Elements(
            self.names, self._forms, set(self._processes), set(tables), budget.conditions
        )
        found: list[Finding] = []
        for name, root in self._drawings.items():
            found += elements.findings(name, root)
        for name, table in self._tables:
            found += table_findings(name, table, self.names, budget.rules)
        for what, ids in (("process", self._processes), ("decision", tables)):
            for key in repeated(ids):
                sentence = f"two of the files hold a {what} of this id"
                found.append(Finding("DUPLICATE_ID", "", key, "", 0, sentence))
        found += self._flow(budget.tokens)
        first = self._first(process_id)
        if first is None:
            there = ", ".join(self._processes) or "none"
            sentence = f"there is no process {process_id!r}; there are: {there}"
            found.append(Finding("NO_PROCESS", "", "", "", 0, sentence))
        else:
            found += self._unused(first)
        yield from found
        if first is not None and not any(f.forbids for f in found):
            yield from self._tried(files, first)

    def _first(self, process_id: str) -> str | None:
        if process_id in self._graphs:
            return process_id
        called = {
            node.calls for _n, graph in self._graphs.values() for node in graph.nodes.values()
        }
        uncalled = [key for key in self._graphs if key not in called]
        return uncalled[0] if len(uncalled) == 1 else None

    def _flow(self, looks: Left) -> Iterator[Finding]:
        """What can happen to tokens, and which processes call each other in a circle."""
        restless = self._restless()
        for key, (file, graph) in self._graphs.items():
            for node in self._in_circle(key):
                sentence = "the processes call each other in a circle; take one call out"
                yield _at("CALL_CYCLE", file, node, sentence)
            reached, leading = graph.reached(), graph.leading_out()
            for node in graph.nodes.values():
                if graph.starts and node.id not in reached and node.incoming:
                    yield _at("NEVER_REACHED", file, node, "no way from the start leads here")
                elif node.id not in leading and node.outgoing:
                    yield _at("NO_WAY_OUT", file, node, "from here no way leads to an end event")
            for loop in graph.restless_loops(restless):
                sentence = f"nothing is waited for in this loop: {_words(loop)}"
                yield _at("RESTLESS_LOOP", file, loop[0], sentence)
            for loop in graph.closed_loops():
                sentence = f"a loop needs a gateway: {_words(loop)}"
                yield _at("CLOSED_LOOP", file, loop[0], sentence)
            yield from self._soundness(file, graph, looks)

    @staticmethod
    def _soundness(file: str, graph: Graph, looks: Left) -> Iterator[Finding]:
        faults, complete = soundness(graph, looks)
        said: set[str] = set()
        for fault in faults:
            if fault.code not in said or fault.code == "DEADLOCK":
                said.add(fault.code)
                yield _fault(file, graph, fault)
        if not complete:
            node = graph.starts[0]
            yield _at("LARGE", file, node, "too many ways to walk them all; split the process")

    def _restless(self) -> frozenset[str]:
        """Processes in which nothing waits."""
        waiting = ("userTask", "manualTask", "intermediateCatchEvent", "callActivity")
        return frozenset(
            key
            for key, (_file, graph) in self._graphs.items()
            if not any(node.kind in waiting for node in graph.nodes.values())
        )

    def _in_circle(self, key: str) -> Iterator[Node]:
        for node in self._graphs[key][1].nodes.values():
            if node.calls and key in self._called_from(node.calls):
                yield node

    def _called_from(self, key: str) -> set[str]:
        """The processes that one leads to by its calls, itself included."""
        if key not in self._called:
            self._called[key] = self._follow_calls(key)
        return self._called[key]

    def _follow_calls(self, key: str) -> set[str]:
        seen: set[str] = set()
        todo = [key]
        while todo:
            at = todo.pop()
            if at in seen or at not in self._graphs:
                continue
            seen.add(at)
            todo += [node.calls for node in self._graphs[at][1].nodes.values() if node.calls]
        return seen

    def _unused(self, first: str) -> Iterator[Finding]:
        used = self._called_from(first)
        for key, (file, _graph) in self._graphs.items():
            if key not in used:
                yield Finding("UNUSED", file, key, "", 0, "no process calls this one")

    def _tried(self, files: Bundle, first: str) -> Iterator[Finding]:
        """Build the specs and play cases, now that nothing stands against it."""
        try:
            specs = read(files, first)
        except UnreadableDrawing as error:
            yield Finding("NOT_BUILT", "", first, "", 0, str(error)[:300])
            return
        for code, element, sentence in trial(specs, self._forms):
            file, name = self._place(element)
            yield Finding(code, file, element, name, 0, sentence)

    def _place(self, element: str) -> tuple[str, str]:
        for file, graph in self._graphs.values():
            if element in graph.nodes:
                return file, graph.nodes[element].name
        return "", ""


def _answers(rules: Any, place: int) -> tuple[Any, ...] | None:
    """The values that a table can answer in a column, null included; None if a cell is broken."""
    try:
        return (*dict.fromkeys(parse_result(rule.results[place]) for rule in rules), None)
    except (BadCell, IndexError):
        return None


def _fault(file: str, graph: Graph, fault: Fault) -> Finding:
    node = graph.nodes[fault.node]
    way = list(fault.path)
    if len(way) > MOST_STATIONS:
        way[MOST_STATIONS // 2 : -MOST_STATIONS // 2] = ["…"]
    return _at(fault.code, file, node, f"{_FAULTS[fault.code]}. Way: {' → '.join(way)}")


def _at(code: str, file: str, node: Node, sentence: str) -> Finding:
    return Finding(code, file, node.id, node.name, node.line, sentence)


def _words(loop: list[Node]) -> str:
    return ", ".join(node.words for node in loop[:8])


__all__ = ["Finding", "Forms", "check", "names_known"]
