"""How an element of a drawing is called: its kind, its id and name, its properties."""

import re
from collections import Counter
from typing import Any

from workflows.diagrams.files import NAMES

Root = Any


def place_of(node: Root) -> tuple[str, str]:
    """Id and name of an element, or of the nearest one around it that has an id."""
    named = node
    while named is not None and not named.get("id"):
        named = named.getparent()
    at = named if named is not None else node
    return at.get("id") or "", " ".join((at.get("name") or "").split())


def properties(node: Root) -> dict[str, str]:
    """The properties of an element, as written."""
    found = node.iterfind("bpmn:extensionElements//spiff:property", NAMES)
    return {p.get("name"): p.get("value") for p in found}


def local(node: Root) -> str:
    """The name of an element without its namespace."""
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


def valid_id(text: str) -> bool:
    """True if an id can be read by every tool: XML's name without its rarer letters."""
    return bool(re.fullmatch(r"([A-Za-z][\w.-]*:)?[A-Za-z_][\w.-]*", text, flags=re.ASCII))


def repeated(values: list[str]) -> list[str]:
    """What stands in a list more than once."""
    return [value for value, times in Counter(values).items() if times > 1]
