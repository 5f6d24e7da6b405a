"""Bytes of any kind become the roots of drawings and tables, or findings that say why not."""

from typing import Any

from lxml import etree

from workflows import bounds
from workflows.diagrams.findings import Finding
from workflows.diagrams.packed import BadZip, Unpacking, printable

Bundle = dict[str, bytes]
Root = Any

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMES = {"bpmn": BPMN, "spiff": SPIFF}
_NO_DOCTYPE = "document types and entities are not read; delete the DOCTYPE"
_KNOWN_ROOTS = {"svg": "a picture", "html": "a web page", "xpdl": "XPDL", "package": "XPDL"}


def unpack(files: Bundle) -> tuple[Bundle, list[Finding]]:
    """The files of a bundle with every ZIP opened; names inside keep their folder."""
    unpacking = Unpacking()
    findings: list[Finding] = []
    for name, data in files.items():
        try:
            unpacking.add(name, data)
        except BadZip as error:
            findings.append(Finding(error.code, printable(name), "", "", 0, str(error)))
    found = unpacking.files
    if not found and not findings:
        findings.append(
            Finding("NO_FILES", "", "", "", 0, "there is no .bpmn or .dmn file to look at")
        )
    return found, findings


def roots_of(bundle: Bundle) -> tuple[dict[str, Root], list[Finding]]:
    """The root element of each file, and a finding for each that has none.

    Of a bundle that has too many elements in all, there are none.
    """
    roots: dict[str, Root] = {}
    findings: list[Finding] = []
    elements = 0
    for name, data in sorted(bundle.items()):
        try:
            roots[name] = root_of(data, name)
        except BadFile as error:
            findings.append(Finding(error.code, name, "", "", error.line, str(error)))
            continue
        elements += sum(1 for _element in roots[name].iter())
        if elements > bounds.BUNDLE_ELEMENTS:
            sentence = f"more than {bounds.BUNDLE_ELEMENTS} elements in all files; leave files out"
            return {}, [*findings, Finding("TOO_MANY_ELEMENTS", name, "", "", 0, sentence)]
    return roots, findings


class BadFile(Exception):
    """A file that is no drawing; the message says what to do."""

    def __init__(self, code: str, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.code, self.line = code, line


def root_of(data: bytes, name: str, *, keep_all: bool = False) -> Root:
    """The root element, read without network, entities or document types.

    Args:
        keep_all: keep comments and processing instructions too.

    Raises:
        BadFile
    """
    if len(data) > bounds.XML:
        raise BadFile("TOO_LARGE", f"larger than {bounds.XML // 1000} kB; split the drawing")
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise BadFile("EMPTY", "the file is empty; save the drawing again")
    if _declares_entities(data):
        raise BadFile("DOCTYPE", _NO_DOCTYPE)
    parser: Any = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not keep_all,
        remove_pis=not keep_all,
    )
    try:
        root: Root = etree.fromstring(data, parser=parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _unreadable(data, error) from None
    if root.getroottree().docinfo.doctype:
        raise BadFile("DOCTYPE", _NO_DOCTYPE)
    _measure(root)
    _is_drawing(root, name)
    return root


def _declares_entities(data: bytes) -> bool:
    """Asked before reading: entities in attributes are put in while reading, whatever is asked for."""
    plain = data.replace(b"\0", b"")
    return b"<!DOCTYPE" in plain and b"<!ENTITY" in plain


def _unreadable(data: bytes, error: Exception) -> BadFile:
    line = getattr(error, "lineno", 0) or 0
    words = str(error)
    if b"<!DOCTYPE" in data[:4000] or b"<!ENTITY" in data:
        return BadFile("DOCTYPE", _NO_DOCTYPE)
    if "depth" in words:
        return BadFile("TOO_DEEP", "the elements are nested too deeply", line)
    if any(sign in words for sign in ("encoding", "not proper UTF-8", "Unicode")):
        sentence = "the file holds other characters than its encoding says; save it as UTF-8"
        return BadFile("WRONG_ENCODING", sentence, line)
    return BadFile("NOT_XML", f"not a readable XML file ({words[:120]})", line)


def _measure(root: Root) -> None:
    """Count what a hostile file has too much of, before anything is built from it."""
    count, depth = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if count > bounds.ELEMENTS:
            raise BadFile("TOO_MANY_ELEMENTS", f"more than {bounds.ELEMENTS} elements; split it")
        if depth > bounds.DEPTH:
            raise BadFile("TOO_DEEP", "the elements are nested too deeply")
        if event == "start" and isinstance(element.tag, str):
            _measure_attributes(element)


def _measure_attributes(element: Root) -> None:
    many = len(element.attrib) > bounds.ATTRIBUTES
    if many or any(len(value) > bounds.ATTRIBUTE for value in element.attrib.values()):
        sentence = (
            f"an element has at most {bounds.ATTRIBUTES} attributes of {bounds.ATTRIBUTE} "
            "characters; shorten them"
        )
        raise BadFile("TOO_LARGE_ATTRIBUTE", sentence, element.sourceline or 0)


def _is_drawing(root: Root, name: str) -> None:
    kind = etree.QName(root).localname
    space = etree.QName(root).namespace or ""
    if kind == "definitions" and (space == BPMN or "/DMN/" in space.upper()):
        return
    what = _KNOWN_ROOTS.get(kind.lower(), f"a file of another kind ({kind})")
    raise BadFile("NOT_BPMN", f"this is {what}; export the drawing as BPMN 2.0, the table as DMN")


def texts_of(bundle: Bundle) -> dict[str, str]:
    """The files of a bundle that the check lets pass, every ZIP opened, as text."""
    files, _none = unpack(bundle)
    return {name: to_utf8(data, name) for name, data in files.items()}


def to_utf8(data: bytes, name: str) -> str:
    """A file as UTF-8 text that says so itself, however it was encoded. Raises BadFile."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    head = text[:200].lower()
    if text and ("encoding=" not in head or 'encoding="utf-8"' in head or "'utf-8'" in head):
        return text.removeprefix("\ufeff")
    root = root_of(data, name, keep_all=True)
    whole: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    return whole.decode("utf-8")


def is_table(root: Root) -> bool:
    """Whether a root is that of a decision table's file."""
    return (etree.QName(root).namespace or "") != BPMN
