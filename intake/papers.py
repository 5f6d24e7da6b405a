"""Papers as accessible PDF (PDF/UA): the referral, the blank form, the consent sheet."""

import json
from pathlib import Path
from typing import Any

from flask import Response
from flask_babel import get_locale, gettext

from intake.answers import Sheet
from intake.forms.fields import Many
from intake.forms.referral import ReferralForm
from intake.pictures import BadPicture, cleaned
from intake.printer import NotPrinted, Refused, TooMuch, printed
from intake.wording import day
from models.referrals import Referral
from workflows import bounds

FONTS = Path(__file__).parent / "static" / "gen" / "fonts"

# Everything people typed travels as data; nothing of it is ever read as Typst.
_SOURCE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set page(paper: "a4", margin: (x: 22mm, y: 20mm), numbering: "1 / 1")
#set text(lang: d.lang, region: "ch", font: "Noto Sans", size: 10pt)
#set par(justify: false)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): it => block(above: 1.4em, below: .7em, text(size: 12pt, it))
= #d.title
#for line in d.lead [#par(line)]
#for section in d.sections [
  == #section.title
  #for row in section.rows [
    #block(breakable: false, below: .8em)[
      #text(size: 8.5pt, fill: rgb("#4d5561"), row.at(0)) #linebreak()
      #if row.at(1) == "" [#v(1.1em) #line(length: 100%, stroke: .4pt)] else [#row.at(1)]
    ]
  ]
]
#for line in d.end [#par(line)]
"""


# The picture travels as data too, with nothing in it but shapes and words.
_DRAWING = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set page(paper: "a3", flipped: true, margin: 12mm, footer: text(size: 8pt, d.title))
#set text(lang: d.lang, region: "ch", font: "Noto Sans")
#image(bytes(d.svg), format: "svg", width: 100%, height: 100%, fit: "contain", alt: d.title)
"""


def drawing_paper(title: str, svg: bytes) -> bytes:
    """A drawing on one A3 page.

    Raises:
        BadPicture: it is no SVG picture, or too much of one.
    """
    data = {"title": title, "lang": "de", "svg": cleaned(svg)}
    try:
        return _printed(_DRAWING, data)
    except NotPrinted:
        raise BadPicture(
            gettext("Aus diesem Bild wird kein PDF. Teilen Sie die Zeichnung.")
        ) from None


def as_response(pdf: bytes, filename: str) -> Response:
    """A PDF for the browser, named."""
    headers = {"Content-Disposition": f'inline; filename="{filename}"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def referral_paper(referral: Referral, sheet: Sheet) -> bytes:
    """The referral with its number, as the reader may see it."""
    lead = [
        gettext("Eingegangen am %(day)s", day=day(referral.received_on)),
        f"{referral.office.name} · {referral.provider.name}, {referral.program.name}",
    ]
    title = gettext("Anmeldung %(number)s", number=referral.number)
    sections = [{"title": heading, "rows": rows} for heading, rows in sheet.sections]
    return _compile(title, lead, sections)


def blank_form(form: ReferralForm) -> bytes:
    """Every question of the form with room for an answer by hand."""
    sections = []
    for _code, heading, fields in form.in_sections():
        rows = [(_question(field), _choices(field)) for field in fields]
        sections.append({"title": str(heading), "rows": rows})
    return _compile(gettext("Anmeldung zum Mentoring"), [], sections)


def consent_sheet(form: ReferralForm) -> bytes:
    """What a person agrees to, to be signed; the same words as in the form."""
    scope = [
        (str(label), gettext("[  ] ja   [  ] nein")) for _code, label in form.consent_scope.choices
    ]
    sections = [
        {
            "title": gettext("Was ich weiss"),
            "rows": [
                (str(form.informed.label.text), " "),
                (
                    gettext("Widerruf"),
                    gettext(
                        "Ich kann jederzeit ohne Nachteil widerrufen, mündlich oder schriftlich."
                    ),
                ),
            ],
        },
        {"title": str(form.consent_scope.label.text), "rows": scope},
        {
            "title": gettext("Unterschrift"),
            "rows": [
                (gettext("Name, Vorname"), ""),
                (gettext("Ort, Datum"), ""),
                (gettext("Unterschrift Mentee oder gesetzliche Vertretung"), ""),
                (str(form.consent_language.label.text), ""),
                (gettext("Gedolmetscht durch"), ""),
            ],
        },
    ]
    lead = [
        gettext(
            "Die Angaben zu meiner Person dürfen für die Teilnahme am Mentoring bearbeitet werden, "
            "soweit ich es hier ankreuze."
        )
    ]
    return _compile(gettext("Einwilligung zum Mentoring"), lead, sections)


def _question(field: Any) -> str:
    text = str(field.label.text)
    return text if not field.voluntary else f"{text} ({gettext('freiwillig')})"


def _choices(field: Any) -> str:
    if isinstance(field, Many) or field.kind not in ("radio", "checkboxes"):
        return ""
    return "   ".join(f"[  ] {label}" for _code, label in field.choices)


def _compile(title: str, lead: list[str], sections: list[Any]) -> bytes:
    """PDF/UA-1; a letter that the font lacks is replaced, since PDF/UA refuses it."""
    data = {
        "title": title,
        "lang": str(get_locale()),
        "lead": lead,
        "sections": sections,
        "end": [],
    }
    try:
        return _printed(_SOURCE, data, pdf_standards="ua-1")
    except Refused:
        return _printed(_SOURCE, _replaced(data), pdf_standards="ua-1")


def _printed(source: str, data: dict[str, Any], **options: str) -> bytes:
    """Within the bounds of time and memory. Raises NotPrinted."""
    text = json.dumps(data)
    if len(text) > max(bounds.PAPER, 2 * bounds.PICTURE * ("svg" in data)):
        raise TooMuch
    asked = {
        "sys_inputs": {"data": text},
        "font_paths": [str(FONTS)],
        "ignore_system_fonts": True,
        **options,
    }
    return printed(
        source,
        asked,
        seconds=bounds.PRINT_SECONDS,
        wait=bounds.PRINT_WAIT,
        memory=bounds.PRINT_MEMORY,
    )


def _replaced(data: dict[str, Any]) -> dict[str, Any]:
    """The same with a sign for each letter that the font may lack."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return "".join(c if ord(c) < 0x250 or c in "–—‘’“”„…•" else "?" for c in value)
        if isinstance(value, list | tuple):
            return [clean(item) for item in value]
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items()}
        return value

    return {key: clean(value) for key, value in data.items()}
