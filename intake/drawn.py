"""The words that people see from drawings, for the catalogue: names of steps and deadlines, instructions."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from workflows.diagrams.files import NAMES


def extract(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's way to ask for texts: (line, function, text, comments) of a BPMN file."""
    root: Any = etree.parse(file).getroot()
    for kind in ("userTask", "boundaryEvent", "intermediateCatchEvent"):
        for element in root.iterfind(f".//bpmn:{kind}", NAMES):
            yield element.sourceline or 0, "gettext", element.get("name") or "", []
    for words in root.iterfind(".//spiff:instructionsForEndUser", NAMES):
        if words.text:
            yield words.sourceline or 0, "gettext", str(words.text), []
