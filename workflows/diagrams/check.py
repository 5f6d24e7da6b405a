"""Is a bundle fit to run cases? All findings at once, each with its element and what to do."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.people import Role
from models.referrals import ReferralStatus
from workflows.actions import ACTIONS
from workflows.diagrams.read import BPMN, NAMES, SPIFF, Bundle, Root, read, xml
from workflows.errors import UnreadableDrawing
from workflows.expressions import ISO_TEXT, BadExpression, dotted_name, names_in, parse
from workflows.facts import FACTS

#: Form key to its routes, each with the choices it offers (None: a free value).
Forms = Mapping[str, Mapping[str, tuple[Any, ...] | None]]

_REFUSED = (
    "subProcess",
    "adHocSubProcess",
    "transaction",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "complexGateway",
    "dataStoreReference",
    "compensateEventDefinition",
    "signalEventDefinition",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "childLaneSet",
)
_FLOW_NODES = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "boundaryEvent",
    "userTask",
    "manualTask",
    "serviceTask",
    "businessRuleTask",
    "callActivity",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
)
_SPLITTING = ("exclusiveGateway", "inclusiveGateway")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    code: str
    file: str
    element: str
    line: int
    sentence: str
    forbids: bool = True

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.code}: {self.element + ': ' if self.element else ''}{self.sentence}"


def check(bundle: Bundle, process_id: str, forms: Forms) -> list[Finding]:
    """Every finding of a bundle; never raises for anything that a file may hold."""
    roots: dict[str, Root] = {}
    findings: list[Finding] = []
    for name, data in sorted(bundle.items()):
        try:
            roots[name] = xml(data, name)
        except UnreadableDrawing as error:
            findings.append(Finding("UNREADABLE", name, "", 0, str(error)))
    if findings:
        return findings
    book = _Book(roots, forms)
    for name, root in roots.items():
        if name.endswith(".bpmn"):
            findings += [f for node in root.iter() for f in book.look_at(name, node)]
    if not findings:
        findings += _trial(bundle, process_id)
    return findings


def _trial(bundle: Bundle, process_id: str) -> Iterator[Finding]:
    """Can specs be built, and does every process begin with something that waits or ends?"""
    try:
        read(bundle, process_id)
    except UnreadableDrawing as error:
        yield Finding("NOT_BUILT", process_id, "", 0, str(error))


class _Book:
    """What a bundle declares, and the questions put to each of its elements."""

    def __init__(self, roots: dict[str, Root], forms: Forms) -> None:
        self.forms = forms
        self.processes: set[str] = set()
        self.decisions: set[str] = set()
        self.names: dict[str, tuple[Any, ...] | None] = dict(FACTS)
        for filed in ACTIONS.values():
            self.names.update(filed.routes)
        for key, routes in forms.items():
            self.names.update({f"{key}.{route}": choices for route, choices in routes.items()})
        for root in roots.values():
            self._declare(root)

    def _declare(self, root: Root) -> None:
        for process in root.iterfind(".//bpmn:process", NAMES):
            self.processes.add(process.get("id"))
            codes = [
                p.get("value")
                for p in process.iterfind(".//bpmn:endEvent//spiff:property", NAMES)
                if p.get("name") == "code"
            ]
            self.names[f"{process.get('id')}.end"] = tuple(codes)
        for node in root.iter():
            if _local(node) == "decision":
                self.decisions.add(node.get("id"))
                for output in node.iter():
                    if _local(output) == "output":
                        self.names[output.get("name")] = None

    def look_at(self, file: str, node: Root) -> Iterator[Finding]:
        """The findings of one element."""
        kind = _local(node)
        if kind in _REFUSED and node.tag.startswith("{" + BPMN):
            yield self._finding("NOT_SUPPORTED", file, node, f"{kind} is not part of the contract")
        if kind in _FLOW_NODES and node.tag.startswith("{" + BPMN):
            for code, sentence in _connected(kind, node):
                yield self._finding(code, file, node, sentence)
        question = getattr(self, f"_{kind}", None)
        if question is not None and node.tag.startswith("{" + BPMN):
            for code, sentence in question(node):
                yield self._finding(code, file, node, sentence)

    @staticmethod
    def _finding(code: str, file: str, node: Root, sentence: str) -> Finding:
        named = node
        while named is not None and not named.get("id"):
            named = named.getparent()
        return Finding(
            code,
            file,
            named.get("id") if named is not None else "",
            node.sourceline,
            sentence,
        )

    def _userTask(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802  BPMN's name
        properties = _properties(node)
        if not node.get("name"):
            yield "NO_NAME", "give the task a name, noun and infinitive"
        form = properties.get("form")
        if form not in self.forms:
            yield "UNKNOWN_FORM", f"form {form!r} does not exist"
        status = properties.get("status")
        if status is not None and status not in {s.value for s in ReferralStatus}:
            yield "UNKNOWN_STATUS", f"status {status!r} does not exist"

    def _lane(self, node: Root) -> Iterator[tuple[str, str]]:
        if node.get("id") not in {role.value for role in Role}:
            yield "UNKNOWN_ROLE", "the lane's id must be the code of a role"

    def _serviceTask(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        operator = node.find(".//spiff:serviceTaskOperator", NAMES)
        name = operator.get("id") if operator is not None else None
        if name not in ACTIONS:
            yield "UNKNOWN_ACTION", f"action {name!r} does not exist"
        for parameter in node.iterfind(".//spiff:parameter", NAMES):
            yield from self._expression(parameter.get("value", ""))

    def _businessRuleTask(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        called = node.findtext(f".//{{{SPIFF}}}calledDecisionId")
        if called not in self.decisions:
            yield "UNKNOWN_DECISION", f"decision table {called!r} is not in the bundle"

    def _callActivity(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        if node.get("calledElement") not in self.processes:
            yield (
                "UNKNOWN_PROCESS",
                f"process {node.get('calledElement')!r} is not in the bundle",
            )

    def _timerEventDefinition(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        texts = [child.text for child in node if child.text and child.text.strip()]
        if not texts:
            yield "NO_TIME", "say when the timer fires"
        for text in texts:
            yield from self._expression(text)

    def _messageEventDefinition(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        if not node.get("messageRef"):
            yield "NO_MESSAGE", "say which message is waited for"

    def _sequenceFlow(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        condition = node.find("bpmn:conditionExpression", NAMES)
        if condition is not None:
            yield from self._expression(condition.text or "")
            source = _by_id(node, node.get("sourceRef"))
            if source is not None and _local(source) not in _SPLITTING:
                yield "CONDITION_IGNORED", "a condition counts only after a gateway"

    def _exclusiveGateway(self, node: Root) -> Iterator[tuple[str, str]]:  # noqa: N802
        out = node.findall("bpmn:outgoing", NAMES)
        if len(out) > 1 and not node.get("default"):
            yield "NO_DEFAULT", "mark one outgoing flow as the default"

    def _expression(self, text: str) -> Iterator[tuple[str, str]]:
        try:
            names = names_in(text)
        except BadExpression as error:
            yield "BAD_EXPRESSION", f"{text.strip()!r}: {error}"
            return
        for name in sorted(names - self.names.keys()):
            yield "UNKNOWN_NAME", f"{name} is set by no form, action, table or fact"
        for name, value in _compared(text):
            choices = self.names.get(name)
            if choices is not None and value not in choices:
                yield (
                    "UNKNOWN_CHOICE",
                    f"{name} never is {value!r}; it can be {_list(choices)}",
                )


def _connected(kind: str, node: Root) -> Iterator[tuple[str, str]]:
    """Every way goes on until an end event, and everything is reached from somewhere."""
    flows = node.getparent().findall("bpmn:sequenceFlow", NAMES)
    if kind != "endEvent" and not any(f.get("sourceRef") == node.get("id") for f in flows):
        yield "DEAD_END", "the way stops here; draw it on to an end event"
    begins = kind in ("startEvent", "boundaryEvent")
    if not begins and not any(f.get("targetRef") == node.get("id") for f in flows):
        yield "NEVER_REACHED", "no flow leads here"


def _compared(text: str) -> Iterator[tuple[str, Any]]:
    """The (name, literal) pairs that an expression compares."""
    if ISO_TEXT.fullmatch(text.strip()):
        return
    for node in ast.walk(parse(text)):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name | ast.Attribute):
            for right in node.comparators:
                items = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
                for item in items:
                    if isinstance(item, ast.Constant):
                        yield dotted_name(node.left), item.value


def _list(choices: tuple[Any, ...]) -> str:
    return ", ".join(str(choice) for choice in choices)


def _properties(node: Root) -> dict[str, str]:
    found = node.iterfind("bpmn:extensionElements//spiff:property", NAMES)
    return {p.get("name"): p.get("value") for p in found}


def _by_id(node: Root, element: str) -> Root | None:
    for found in node.getroottree().getroot().iter():
        if found.get("id") == element:
            return found
    return None


def _local(node: Root) -> str:
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""
