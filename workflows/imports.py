"""Files from any modeller brought into what a drawing says here: what was converted, what is to be decided.

Only what surely means the same is converted; everything else stays in the file as it was, and the check
says what a person must decide.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from models.people import Role
from workflows.diagrams.check import Forms, check
from workflows.diagrams.files import (
    BPMN,
    BPMNDI,
    NAMES,
    SPIFF,
    BadFile,
    Bundle,
    Root,
    is_table,
    root_of,
    unpack,
)
from workflows.diagrams.findings import UNREADABLE, Finding
from workflows.diagrams.named import local, place_of, properties, valid_id
from workflows.expressions import BadExpression, parse

_POINTERS = ("id", "bpmnElement", "default", "calledElement")
_POINTING = ("incoming", "outgoing")
_FORM = ("formKey", "formRef", "formId")
_DECISION = ("decisionRef", "decisionTableReferenceKey", "decisionId")
_WORDS = (
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"!(?!=)", " not "),
    (r"\beq\b", "=="),
    (r"\bne\b", "!="),
    (r"\bgt\b", ">"),
    (r"\blt\b", "<"),
    (r"\bge\b", ">="),
    (r"\ble\b", "<="),
    (r"\btrue\b", "True"),
    (r"\bfalse\b", "False"),
    (r"\bnull\b", "None"),
)


@dataclass(frozen=True)
class Conversion:
    """Something that a file said in another way.

    Attributes:
        what: `id`, `form`, `decision`, `call`, `condition`, `timer`, `task`, `executable`, `role`.
    """

    what: str
    file: str
    element: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Brought:
    """What became of files that somebody brought.

    Attributes:
        files: file name to text, ready for a draft; without those that cannot be read.
        conversions: what was changed.
        findings: what a person must decide or mend, and which files cannot be read.
    """

    files: dict[str, str] = field(default_factory=dict)
    process_id: str = ""
    conversions: list[Conversion] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def bring_in(bundle: Bundle, forms: Forms) -> Brought:
    """Read files and ZIPs of any modeller; never raises for anything that they may hold."""
    unpacked, findings = unpack(bundle)
    texts: dict[str, str] = {}
    conversions: list[Conversion] = []
    first: list[str] = []
    called: set[str] = set()
    for name, data in unpacked.items():
        try:
            root = root_of(data, name, keep_all=True)
        except BadFile as error:
            findings.append(Finding(error.code, name, "", "", error.line, str(error)))
            continue
        file = _free(name, is_table(root), texts)
        if not is_table(root):
            conversions += list(_File(file, root, forms).converted())
            begun = root.iterfind("bpmn:process[bpmn:startEvent]", NAMES)
            first += [p.get("id", "") for p in begun]
            called |= {c.get("calledElement") or "" for c in root.iter(f"{{{BPMN}}}callActivity")}
        whole: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
        texts[file] = whole.decode()
    uncalled = [key for key in first if key not in called] or first
    process_id = uncalled[0] if uncalled else ""
    if texts:
        encoded = {name: text.encode() for name, text in texts.items()}
        findings += [f for f in check(encoded, process_id, forms) if f.code not in UNREADABLE]
    return Brought(texts, process_id, conversions, findings)


def _free(name: str, table: bool, taken: dict[str, str]) -> str:
    """A file name without folders, with our ending, that no other file of the bundle has."""
    plain = name.rsplit("/", 1)[-1]
    stem = re.sub(r"(\.(bpmn|dmn|xml|bpmn20|bpmn2))+$", "", plain, flags=re.IGNORECASE)
    stem = re.sub(r"[^\w.-]+", "_", stem).strip("._") or "drawing"
    ending, number = ".dmn" if table else ".bpmn", 1
    file = stem[:80] + ending
    while file in taken:
        number += 1
        file = f"{stem[:80]}_{number}{ending}"
    return file


class _File:
    """One drawing of another modeller, changed in place."""

    def __init__(self, file: str, root: Root, forms: Forms) -> None:
        self._file, self._root, self._forms = file, root, forms
        self._taken = {key for e in root.iter(etree.Element) if (key := e.get("id"))}

    def converted(self) -> Iterator[Conversion]:
        """Everything that was changed."""
        yield from self._ids()
        for element in list(self._root.iter(etree.Element)):
            convert = (
                _CONVERT.get(local(element)) if element.tag.startswith(f"{{{BPMN}}}") else None
            )
            for change in convert or ():
                yield from change(self, element)

    def _ids(self) -> Iterator[Conversion]:
        """Ids that other tools cannot read, with everything that points to them."""
        better: dict[str, str] = {}
        for element in self._root.iter(f"{{{BPMN}}}*"):
            before = element.get("id") or ""
            if not before or valid_id(before) or before in better:
                continue
            after = "_" + re.sub(r"[^\w.-]", "_", before, flags=re.ASCII)
            while after in self._taken:
                after += "_"
            self._taken.add(after)
            better[before] = after
            yield self._told("id", element, before, after)
        if better:
            for element in self._root.iter(f"{{{BPMN}}}*", f"{{{BPMNDI}}}*"):
                for key, value in element.attrib.items():
                    if value in better and (key in _POINTERS or key.endswith("Ref")):
                        element.set(key, better[value])
                if local(element) in _POINTING or local(element).endswith("Ref"):
                    text = (element.text or "").strip()
                    element.text = better.get(text, element.text)

    def _told(self, what: str, element: Root, before: str, after: str) -> Conversion:
        return Conversion(what, self._file, *place_of(element), before, after)

    def plain_task(self, element: Root) -> Iterator[Conversion]:
        """A task without a kind is for people."""
        element.tag = f"{{{BPMN}}}userTask"
        yield self._told("task", element, "task", "userTask")
        yield from self.form(element)

    def executable(self, element: Root) -> Iterator[Conversion]:
        """What is brought here is meant to run."""
        if element.get("isExecutable") != "true":
            yield self._told("executable", element, element.get("isExecutable") or "", "true")
            element.set("isExecutable", "true")

    def form(self, element: Root) -> Iterator[Conversion]:
        """The form that another engine names, where we have one of this key."""
        if "form" in properties(element):
            return
        said = _foreign(element, _FORM)
        key = re.sub(r"^(embedded:|app:|deployment:|camunda-forms:)+", "", said).rsplit("/", 1)[-1]
        key = key.rsplit(".", 1)[0] if key.endswith((".html", ".form", ".json")) else key
        if key in self._forms:
            _add_property(element, "form", key)
            yield self._told("form", element, said, key)

    def decision(self, element: Root) -> Iterator[Conversion]:
        """The decision table that another engine names."""
        if element.findtext(f".//{{{SPIFF}}}calledDecisionId"):
            return
        said = _foreign(element, _DECISION)
        if said:
            etree.SubElement(_own(element), f"{{{SPIFF}}}calledDecisionId").text = said
            yield self._told("decision", element, said, said)

    def call(self, element: Root) -> Iterator[Conversion]:
        """The process that another engine calls."""
        said = _foreign(element, ("processId",))
        if said and not element.get("calledElement"):
            element.set("calledElement", said)
            yield self._told("call", element, said, said)

    def condition(self, element: Root) -> Iterator[Conversion]:
        """A condition in another engine's brackets and signs."""
        yield from self._expression("condition", element)

    def timer(self, element: Root) -> Iterator[Conversion]:
        """A time in another engine's brackets."""
        yield from self._expression("timer", element)

    def _expression(self, what: str, element: Root) -> Iterator[Conversion]:
        before = (element.text or "").strip()
        after = rewritten(before)
        if after != before:
            element.text = after
            yield self._told(what, element, before, after)

    def role(self, element: Root) -> Iterator[Conversion]:
        """A lane that is called like a role."""
        key = (element.get("name") or "").strip().lower().replace("-", "_").replace(" ", "_")
        role = _ROLES.get(key)
        before = element.get("id", "")
        if role is None or before in {r.value for r in Role}:
            return
        if role in self._taken:
            return
        for other in self._root.iter(etree.Element):
            if other.get("bpmnElement") == before:
                other.set("bpmnElement", role)
        element.set("id", role)
        self._taken.add(role)
        yield self._told("role", element, before, role)


_ROLES = {
    **{role.value: role.value for role in Role},
    "fallführung": "case_manager",
    "fallführende_person": "case_manager",
    "fallführende_stelle": "case_manager",
    "sozialarbeit": "case_manager",
    "koordination": "coordinator",
    "koordinationsperson": "coordinator",
    "anbieterin": "coordinator",
    "programmleitung": "program_lead",
    "leitung_der_stelle": "office_lead",
}
_Change = Callable[[_File, Root], Iterator[Conversion]]
_CONVERT: dict[str, tuple[_Change, ...]] = {
    "process": (_File.executable,),
    "task": (_File.plain_task,),
    "userTask": (_File.form,),
    "businessRuleTask": (_File.decision,),
    "callActivity": (_File.call,),
    "conditionExpression": (_File.condition,),
    "timeDate": (_File.timer,),
    "timeDuration": (_File.timer,),
    "timeCycle": (_File.timer,),
    "lane": (_File.role,),
}


def rewritten(text: str) -> str:
    """An expression of another engine in our language; as it was where that is not surely the same."""
    inner = re.fullmatch(r"\s*[$#]\{(.*)\}\s*|\s*=(?!=)(.*)", text, flags=re.DOTALL)
    if inner is None:
        return text
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", next(g for g in inner.groups() if g is not None))
    for place in range(0, len(parts), 2):  # what stands in quotes stays
        for pattern, word in _WORDS:
            parts[place] = re.sub(pattern, word, parts[place])
    if text.lstrip().startswith("="):  # FEEL says one = where we say two
        parts[::2] = [re.sub(r"(?<![=!<>])=(?!=)", "==", part) for part in parts[::2]]
    plain = " ".join("".join(parts).split())
    try:
        parse(plain)
    except BadExpression:
        return plain if _is_time(plain) else text
    return plain


def _is_time(text: str) -> bool:
    return bool(re.fullmatch(r"R?\d*/?P[\dYMWDTHS.]+|\d{4}-\d\d-\d\d(T[\d:.+Z-]+)?", text))


def _foreign(element: Root, names: tuple[str, ...]) -> str:
    """What another engine's attribute of one of these names says, on the element or in its extensions."""
    inside = element.find("bpmn:extensionElements", NAMES)
    places = [element, *(inside.iter(etree.Element) if inside is not None else ())]
    for place in places:
        for key, value in place.attrib.items():
            foreign = place is not element or key.startswith("{")
            if foreign and key.rsplit("}", 1)[-1] in names:
                return str(value).strip().removeprefix("=").strip('"')
    return ""


def _own(element: Root) -> Any:
    """The place for our own words in an element, after its documentation."""
    found = element.find("bpmn:extensionElements", NAMES)
    if found is None:
        found = etree.Element(f"{{{BPMN}}}extensionElements")
        element.insert(len(element.findall("bpmn:documentation", NAMES)), found)
    return found


def _add_property(element: Root, name: str, value: str) -> None:
    holder = _own(element).find("spiff:properties", NAMES)
    if holder is None:
        holder = etree.SubElement(_own(element), f"{{{SPIFF}}}properties")
    etree.SubElement(holder, f"{{{SPIFF}}}property", name=name, value=value)
