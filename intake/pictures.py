"""Pictures that people send: the size of a photo told by its head, an SVG reduced to shapes and words."""

import struct
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from lxml import etree

from workflows import bounds

SVG = "http://www.w3.org/2000/svg"
#: What the drawing board's pictures consist of. Nothing here repeats a part, reads a file or runs.
_SHAPES = frozenset(
    f"{{{SVG}}}{name}"
    for name in (
        *("svg", "g", "defs", "marker", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "text", "tspan", "title", "desc"),
    )
)
#: Markers of JPEG that give the size of the picture.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class BadPicture(Exception):
    """The picture cannot be taken; the message says why and what to do."""


def cleaned(svg: bytes) -> str:
    """An SVG with nothing but shapes and words.

    Raises:
        BadPicture: it is none, or too much of one.
    """
    if len(svg) > bounds.PICTURE:
        raise BadPicture(_too_much())
    if b"<!ENTITY" in svg.replace(b"\0", b""):  # a DOCTYPE alone is what the board writes
        raise BadPicture(_no_picture())
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Any = etree.fromstring(svg, parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadPicture(_no_picture()) from None
    if root.tag != f"{{{SVG}}}svg":
        raise BadPicture(_no_picture())
    _reduce(root)
    return str(etree.tostring(root, encoding=str, with_tail=False))


def _reduce(root: Any) -> None:
    """Take out all but shapes, and what points elsewhere."""
    others = []
    for element in _measured(root):
        if element.tag not in _SHAPES:
            others.append(element)
        for name in element.attrib:
            if name.rsplit("}", 1)[-1] == "href":
                del element.attrib[name]
    for element in others:
        if element.getparent() is not None:
            element.getparent().remove(element)
    for marker in root.iter(f"{{{SVG}}}marker"):
        _single(marker)


def _measured(root: Any) -> Iterator[Any]:
    """Every element. Raises BadPicture for too many, or too deep ones."""
    count, depth = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "end":
            continue
        count += 1
        if count > bounds.PICTURE_ELEMENTS or depth > bounds.PICTURE_DEPTH:
            raise BadPicture(_too_much())
        yield element


def _single(marker: Any) -> None:
    """A marker without markers in it: those multiply."""
    for inside in marker.iterdescendants():
        for name, value in inside.attrib.items():
            if "marker" in name or "marker" in value:
                del inside.attrib[name]


def pixels(data: bytes) -> int:
    """Width times height that a PNG or JPEG claims; 0 where its head does not say."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width) * int(height)
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width) * int(height)
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0


def _no_picture() -> str:
    return gettext("Das ist kein Bild einer Zeichnung.")


def _too_much() -> str:
    return gettext("Das Bild ist zu gross für ein PDF. Teilen Sie die Zeichnung.")
