"""What each bounded thing costs at its bound: against the check of our own drawings, in the same process.

Every line is a process of its own, so that memory is that line's: what it took more than our drawings did.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_babel import Babel

from intake.forms import vocabulary
from intake.papers import drawing_paper
from intake.printer import NotPrinted, printed
from tests.bench_check import _peak as peak
from tests.intake.test_uploads import ENDLESS, REPEATED, SVG
from tests.workflows.shapes import HEAD, drawn, process
from tests.workflows.test_bounds import BLANKS, packed
from workflows import bounds
from workflows.diagrams.check import check
from workflows.imports import bring_in

ROUNDS = 3
OURS = {p.name: p.read_bytes() for p in Path("bpmn").glob("*.*mn")}


def _tasks() -> bytes:
    """A chain of tasks."""
    number = bounds.ELEMENTS // 7
    return drawn(" ".join([f"s>a0 a{number}>e", *(f"a{n}>a{n + 1}" for n in range(number))]))


def _lanes() -> bytes:
    lanes = '<bpmn:lane id="x" name="case manager"/>' * (bounds.ELEMENTS - 4)
    return process(f"<bpmn:laneSet>{lanes}</bpmn:laneSet>")


def _choices() -> bytes:
    """A chain of gateways whose conditions are to be tried with every answer."""
    given = {
        "triage.decision": "admit",
        "referral.target_group": "ADULT",
        "intake_interview.result": "decline",
        "proposal_answer.mentor": "accepted",
        "proposal_answer.mentee": "accepted",
    }
    read = " and ".join(f'{name} == "{value}"' for name, value in given.items())
    body = '<bpmn:startEvent id="s"/>'
    for n in range(bounds.ELEMENTS // 6):
        body += f'<bpmn:exclusiveGateway id="g{n}"/>' + "".join(
            f'<bpmn:sequenceFlow id="f{n}{way}" sourceRef="g{n}" targetRef="g{n + 1}">'
            f"<bpmn:conditionExpression>{words}</bpmn:conditionExpression></bpmn:sequenceFlow>"
            for way, words in (("a", read), ("b", f"not ({read})"))
        )
    return process(body)


def _table() -> bytes:
    """Decision tables of a few rules over many combinations each."""
    head = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d">'
    given = {
        "triage.decision": ("admit", "forward", "decline", "ask_back"),
        "referral.target_group": ("ADULT", "COUPLE", "FAMILY", "CHILD"),
        "intake_interview.result": ("waiting_list", "match_now", "decline", "withdrawal"),
        "proposal_answer.mentor": ("accepted", "declined", "no_answer", "accepted"),
    }
    inputs = "".join(
        f'<input id="i{n}"><inputExpression typeRef="string"><text>{name}</text></inputExpression></input>'
        for n, name in enumerate(given)
    )
    rules = "".join(
        "<rule>"
        + "".join(f'<inputEntry><text>"{v[n]}"</text></inputEntry>' for v in given.values())
        + f"<outputEntry><text>{n}</text></outputEntry></rule>"
        for n in range(4)
    )
    tables = bounds.ELEMENTS // 75
    return (
        head
        + "".join(
            f'<decision id="d{n}" name="d"><decisionTable id="t{n}" hitPolicy="UNIQUE">{inputs}'
            f'<output id="o{n}" name="triage.x" typeRef="number"/>{rules}</decisionTable></decision>'
            for n in range(tables)
        )
        + "</definitions>"
    ).encode()


def _endless() -> None:
    try:
        limits = {"seconds": 2, "wait": 60, "memory": bounds.PRINT_MEMORY}
        printed(ENDLESS, {}, **limits)
    except NotPrinted:
        return


def _picture() -> None:
    each = '<g><path d="M1 1L9 9"/><rect width="9" height="9"/><text>Wort</text></g>'
    try:
        drawing_paper("Titel", SVG.format(each * (bounds.PICTURE_ELEMENTS // 4 - 1)).encode())
    except ValueError as error:
        print(error)


LINES: dict[str, Callable[[], object]] = {
    "our drawings, checked": lambda: check(OURS, "referral", FORMS),
    "a file of tasks": lambda: bring_in({"p.bpmn": _tasks()}, FORMS),
    "a file of lanes": lambda: bring_in({"p.bpmn": _lanes()}, FORMS),
    "a file of choices": lambda: bring_in({"p.bpmn": _choices()}, FORMS),
    "a file of decision tables": lambda: bring_in({"p.dmn": _table()}, FORMS),
    "a bundle of tasks": lambda: bring_in({f"{n}.bpmn": _tasks() for n in range(3)}, FORMS),
    "a file of too many elements": lambda: bring_in(
        {"p.bpmn": f"{HEAD}{'<a/>' * 200_000}</bpmn:definitions>".encode()}, FORMS
    ),
    "a ZIP of 300 MB": lambda: bring_in({"x.zip": ZIP}, FORMS),
    "a picture at its bound": _picture,
    "a picture that repeats itself": lambda: drawing_paper("Titel", REPEATED.encode()),
    "a page without end, 2 s of it": _endless,
}


def at_bounds() -> None:
    """Print each line."""
    print("\nAt the bounds of docs/office/bounds.md; 1x is the check of our own drawings")
    for name in LINES:
        subprocess.run([sys.executable, "-m", __name__, name], check=True)


def _median(do: Callable[[], object]) -> float:
    spans = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        do()
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def _one(name: str) -> None:
    ours = _median(LINES["our drawings, checked"])
    before = peak()
    span = _median(LINES[name])
    print(f"  {name:<32} {span / ours:6.1f}x {span:6.2f} s {peak() - before:5} MB more")


if __name__ == "__main__":
    app = Flask("bounds")
    Babel(app, default_locale="de")
    with app.test_request_context():
        FORMS = vocabulary()
        ZIP = packed([("a.bpmn", [BLANKS] * 300)])
        _one(sys.argv[1])
