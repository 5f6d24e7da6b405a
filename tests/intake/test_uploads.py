"""Hostile pictures and papers: they are refused with a sentence, within bounds that the system holds."""

import struct
import zlib

import pytest
from flask import Flask
from flask_babel import Babel

from intake.papers import drawing_paper
from intake.pictures import BadPicture, cleaned, pixels
from intake.printer import Refused, TooMuch, printed
from workflows import bounds

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="90" height="90">{}</svg>'
)
#: 326 letters that once took nineteen seconds: each group repeats the one before it.
REPEATED = SVG.format(
    '<g id="a"><rect width="1" height="1"/></g>'
    + "".join(
        f'<g id="{new}">' + f'<use xlink:href="#{old}"/>' * 10 + "</g>"
        for old, new in zip("abcdefg", "bcdefgh", strict=True)
    )
)
MARKED = SVG.format(
    '<marker id="m0"><path d="M0 0L1 1"/></marker>'
    + "".join(
        f'<marker id="m{n}" overflow="visible"><path d="M0 0L1 1L2 2L3 3L4 4L5 5L6 6" style="'
        f'marker-mid:url(#m{n - 1})" marker-start="url(#m{n - 1})"/></marker>'
        for n in range(1, 9)
    )
    + '<path d="M0 0L1 1L2 2L3 3L4 4L5 5L6 6" style="marker-mid:url(#m8)"/>'
)


@pytest.fixture(autouse=True)
def words():
    app = Flask("uploads")
    Babel(app, default_locale="de")
    with app.test_request_context():
        yield


@pytest.mark.parametrize("svg", [REPEATED, MARKED], ids=["repeated", "marked"])
def test_a_picture_that_repeats_itself_is_printed_without_its_repetitions(svg):
    assert "<use" not in cleaned(svg.encode())
    assert "url(#m7)" not in cleaned(svg.encode())
    assert drawing_paper("Titel", svg.encode()).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "inside",
    [
        '<image xlink:href="secret.png" width="9" height="9"/>',
        '<image href="file:///etc/hostname" width="9" height="9"/>',
        '<a xlink:href="http://127.0.0.1:9/"><text>a</text></a>',
        "<script>alert(1)</script>",
        "<foreignObject><p/></foreignObject>",
        '<filter id="f"><feGaussianBlur stdDeviation="99999"/></filter>',
        '<pattern id="p" width="1" height="1"><rect/></pattern>',
        '<mask id="m"><rect/></mask>',
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    ],
)
def test_of_a_picture_only_shapes_and_words_are_left(inside):
    left = cleaned(SVG.format(inside + '<rect id="kept"/>').encode())
    assert 'id="kept"' in left
    for word in ("href", "<image", "<a", "script", "foreign", "filter", "pattern", "mask", "html"):
        assert word not in left.replace("xmlns:xlink", "")


def test_the_boards_own_pictures_stay_as_they_are():
    """The head is what bpmn-js writes."""
    head = (
        '<?xml version="1.0" encoding="utf-8"?><!-- created with bpmn-js / http://bpmn.io -->'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
        ' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    inside = (
        '<defs><marker id="m"><path d="M 1 5 L 11 10"/></marker></defs><g class="djs-visual">'
        '<path d="M1,1L9,9" style="marker-end: url(#m);"/><text><tspan x="1">Wort</tspan></text></g>'
    )
    left = cleaned((head + SVG.format(inside)).encode())
    for part in ('<marker id="m">', "marker-end: url(#m);", '<tspan x="1">Wort</tspan>'):
        assert part in left


@pytest.mark.parametrize(
    "svg",
    [
        "x",
        "<html/>",
        "<svg/>",
        '<!DOCTYPE svg [<!ENTITY x "y">]>' + SVG.format("&x;"),
        SVG.format("<g/>" * bounds.PICTURE_ELEMENTS),
        SVG.format("<g>" * bounds.PICTURE_DEPTH + "</g>" * bounds.PICTURE_DEPTH),
        SVG.format(" " * bounds.PICTURE),
    ],
    ids=["text", "page", "no space", "entity", "many", "deep", "large"],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(svg):
    with pytest.raises(BadPicture) as said:
        drawing_paper("Titel", svg.encode())
    assert str(said.value).endswith(".")


ENDLESS = (
    "#for i in range(9999) { for j in range(9999) { for k in range(9999) { let x = i + j } } }"
)


def print_(source, seconds=20, memory=bounds.PRINT_MEMORY, wait=60):
    return printed(source, {}, seconds=seconds, wait=wait, memory=memory)


def test_a_page_that_takes_too_long_or_too_much_memory_is_given_up():
    assert print_("Wort").startswith(b"%PDF-")
    with pytest.raises(TooMuch):
        print_(ENDLESS, seconds=1)
    with pytest.raises(TooMuch):
        print_(ENDLESS, wait=1)
    with pytest.raises(TooMuch):
        print_('#let a = "x" * 3000000000\n#a.len()')


def test_a_page_reads_no_file(tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.chdir(tmp_path)
    for path in ("secret.txt", str(tmp_path / "secret.txt"), "/etc/hostname"):
        with pytest.raises(Refused):
            print_(f'#read("{path}")')


def png(width, height):
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def jpeg(width, height):
    before = b"\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + b"\xff\xff\xdb\x00\x04ab"
    return b"\xff\xd8" + before + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"x"


def test_the_size_of_a_picture_is_read_without_unpacking_it():
    assert pixels(png(50_000, 50_000)) == 2_500_000_000
    assert pixels(jpeg(60_000, 50_000)) == 3_000_000_000
    for odd in (
        b"",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\0\0" * 9,
    ):
        assert pixels(odd) == 0
