"""Hostile files: packed, nested and repeated until they would fill the memory; and names that are ours.

What is bounded is counted, so that no test depends on how quick a machine is; memory is bounded by the
operating system, in a process of its own.
"""

import ast
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import workflows
from intake.forms import vocabulary
from tests.workflows.drawings import HEAD
from workflows import bounds
from workflows.decisions import Table
from workflows.diagrams import conditions
from workflows.diagrams.budget import Left
from workflows.diagrams.check import check
from workflows.diagrams.differences import differences
from workflows.diagrams.ech import MODES, conventions
from workflows.diagrams.elements import Elements
from workflows.diagrams.files import root_of, roots_of, unpack
from workflows.diagrams.graph import Graph, Node
from workflows.diagrams.known import Known
from workflows.diagrams.places import Places, Within
from workflows.diagrams.shown import processes, tables, titles
from workflows.diagrams.uses import uses
from workflows.drawing_drafts import begin
from workflows.expressions import Functions
from workflows.imports import _File, bring_in

ROOT = Path(workflows.__file__).parent.parent
DRAWING = f'{HEAD}<bpmn:process id="p"/></bpmn:definitions>'.encode()


def packed(files, how=zipfile.ZIP_DEFLATED):
    """A ZIP of names and bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, data in files:
            with archive.open(name, "w") as inside:
                for part in [data] if isinstance(data, bytes) else data:
                    inside.write(part)
    return file.getvalue()


def codes(bundle):
    """What an import says of a bundle that it takes nothing of."""
    found = bring_in(bundle, {})
    assert not found.files
    return {finding.code for finding in found.findings}


BLANKS = b" " * (bounds.XML - 1000)
ZIPS = {
    "one of much air": ([("a.bpmn", [BLANKS] * 300)], zipfile.ZIP_DEFLATED),
    "many of much air": ([(f"{n}.bpmn", BLANKS) for n in range(60)], zipfile.ZIP_DEFLATED),
    "bzip2": ([("a.bpmn", [BLANKS] * 100)], zipfile.ZIP_BZIP2),
    "lzma": ([("a.bpmn", [BLANKS] * 100)], zipfile.ZIP_LZMA),
}
IN_A_PROCESS = """
import resource, sys
from workflows.imports import bring_in
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
most = used + 64 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (most, most))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
found = bring_in({"x.zip": sys.stdin.buffer.read()}, {})
assert not found.files
print(*{finding.code for finding in found.findings})
"""


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_unpacks_to_very_much_takes_little_memory(name):
    bomb = packed(*ZIPS[name])
    assert len(bomb) < 900_000
    asked = [sys.executable, "-c", IN_A_PROCESS]
    done = subprocess.run(asked, input=bomb, capture_output=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert {"TOO_LARGE", "TOO_LARGE_ZIP", "BAD_ZIP"} & set(done.stdout.decode().split())


def test_what_is_too_much_of_a_zip_is_refused_before_it_is_opened():
    many = [(f"{n}.txt", b"") for n in range(bounds.ZIP_ENTRIES + 1)]
    assert codes({"x.zip": packed(many)}) == {"TOO_LARGE_ZIP"}
    large = packed([("a.bpmn", DRAWING), ("b.txt", b"x" * bounds.ZIP)], zipfile.ZIP_STORED)
    assert codes({"x.zip": large}) == {"TOO_LARGE_ZIP"}


def test_a_zip_at_its_bounds_is_taken():
    fair = [(f"{n}.txt", b"") for n in range(bounds.ZIP_ENTRIES - 1)]
    assert set(unpack({"x.zip": packed([("a.bpmn", DRAWING), *fair])})[0]) == {"a.bpmn"}


def test_a_zip_in_a_zip_stays_packed():
    inner = packed([("a.bpmn", DRAWING)])
    assert codes({"x.zip": packed([("inner.zip", inner)])}) == {"NO_FILES"}
    assert codes({"x.zip": packed([("inner.bpmn", inner)])}) == {"NOT_XML"}


def test_files_are_counted_over_all_that_is_brought():
    each = [packed([(f"{z}-{n}.bpmn", DRAWING) for n in range(40)]) for z in range(2)]
    found, findings = unpack({"1.zip": each[0], "2.zip": each[1]})
    assert len(found) == bounds.BUNDLE_FILES
    assert [finding.code for finding in findings] == ["TOO_MANY_FILES"]
    large = {f"{n}.bpmn": DRAWING + b" " * 900_000 for n in range(12)}
    assert "TOO_LARGE_BUNDLE" in {finding.code for finding in unpack(large)[1]}


def test_elements_are_counted_in_a_file_and_over_all_files():
    def many(number):
        inside = "<bpmn:task/>" * (number - 2)
        return f'{HEAD}<bpmn:process id="p">{inside}</bpmn:process></bpmn:definitions>'.encode()

    assert codes({"a.bpmn": many(bounds.ELEMENTS + 1)}) == {"TOO_MANY_ELEMENTS"}
    full = many(bounds.ELEMENTS)
    assert len(list(root_of(full, "a.bpmn").iter())) == bounds.ELEMENTS
    some = {f"{n}.bpmn": full for n in range(bounds.BUNDLE_ELEMENTS // bounds.ELEMENTS)}
    assert len(roots_of(some)[0]) == len(some)
    roots, findings = roots_of({**some, "z.bpmn": DRAWING})
    assert not roots
    assert [finding.code for finding in findings] == ["TOO_MANY_ELEMENTS"]


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(12)
)
DEEP = "<bpmn:subProcess>" * 5000 + "</bpmn:subProcess>" * 5000
BAD = {
    "laughs": (f"<!DOCTYPE d [{LAUGHS}]><d>&l11;</d>", "DOCTYPE"),
    "laughs in an attribute": (f'<!DOCTYPE d [{LAUGHS}]><d a="&l11;"/>', "DOCTYPE"),
    "a file of ours": ('<!DOCTYPE d [<!ENTITY x SYSTEM "/etc/passwd">]><d>&x;</d>', "DOCTYPE"),
    "another's server": ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d"><d/>', "DOCTYPE"),
    "very deep": (f"{HEAD}<bpmn:process>{DEEP}</bpmn:process></bpmn:definitions>", "TOO_DEEP"),
    "a long attribute": (
        DRAWING.decode().replace('id="p"', f'id="{"x" * (bounds.ATTRIBUTE + 1)}"'),
        "TOO_LARGE_ATTRIBUTE",
    ),
    "many attributes": (
        DRAWING.decode().replace(
            'id="p"', " ".join(f'a{n}="x"' for n in range(bounds.ATTRIBUTES + 1))
        ),
        "TOO_LARGE_ATTRIBUTE",
    ),
    "large": (DRAWING.decode() + " " * bounds.XML, "TOO_LARGE"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_hostile_file_is_refused_with_a_sentence(name, encoding):
    text, code = BAD[name]
    data = text.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
    allowed = {code, "TOO_LARGE"} if encoding == "utf-16" else {code}
    assert codes({"a.bpmn": data}) <= allowed


def _ours():
    """The name of everything that our classes, and what they are made of, have."""
    classes = [Elements, Places, Within, Graph, Node, Table, Functions, Known, _File, dict, type]
    names = {name for one in classes for name in (*dir(one), *vars(one))}
    names |= {
        name for one in (Elements({}, {}, set(), set(), Left(0)), Places()) for name in vars(one)
    }
    return sorted({*names, *(name.lstrip("_") for name in names), *dir(begin)} - {""})


def _named(name):
    """A drawing that says a name wherever a name can stand."""
    said = (
        f'<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="{name}"'
        f' value="{name}"/><spiffworkflow:property name="form" value="{name}"/>'
        f"</spiffworkflow:properties><spiffworkflow:{name}/><spiffworkflow:serviceTaskOperator"
        f' id="{name}"/></bpmn:extensionElements>'
    )
    inside = (
        f'<bpmn:{name} id="a_{name}" name="{name}" {name}="{name}" spiffworkflow:{name}="1">{said}'
        f'</bpmn:{name}><bpmn:userTask id="{name}" name="{name}" {name}_="x">{said}'
        f'<bpmn:{name}/></bpmn:userTask><bpmn:serviceTask id="b_{name}">{said}</bpmn:serviceTask>'
        f'<bpmn:sequenceFlow id="f_{name}" sourceRef="{name}" targetRef="{name}">'
        f"<bpmn:conditionExpression>{name}.{name} == {name}()</bpmn:conditionExpression>"
        f'</bpmn:sequenceFlow><bpmn:lane id="{name}"/><bpmn:{name}EventDefinition/>'
    )
    return f"{inside}"


def _drawing_of(names):
    inside = "".join(map(_named, names))
    beside = "".join(f'<bpmn:{name} id="c_{name}"/>' for name in names)
    return (
        f'{HEAD}<bpmn:process id="main"><bpmn:startEvent id="s"/>{inside}</bpmn:process>{beside}'
        "</bpmn:definitions>"
    ).encode()


def test_a_name_of_a_file_never_chooses_something_of_ours():
    """`<bpmn:places/>` once asked the check for its places, as a question."""
    names, forms = _ours(), vocabulary()
    assert {"places", "names", "forms", "__class__", "anywhere"} <= set(names)
    for at in range(0, len(names), 40):
        bundle = {"a.bpmn": _drawing_of(names[at : at + 40])}
        assert "NOT_SUPPORTED" in {finding.code for finding in check(bundle, "main", forms)}
        brought = bring_in(bundle, forms)
        assert brought.files
        assert not {f.code for f in brought.findings} & {"NOT_XML", "TOO_MANY_ELEMENTS"}
        differences(bundle, {"a.bpmn": DRAWING})
        differences({"a.bpmn": DRAWING}, bundle)
        uses(bundle, forms)
        for mode in MODES:
            conventions(bundle, mode)
        texts = {name: data.decode() for name, data in bundle.items()}
        assert titles(texts)
        assert processes(texts)
        tables(texts)
        known = Known(bundle, forms)
        for name in names[at : at + 40]:
            known.at("main", name)
            known.at(name, name)


#: Where a name chooses an attribute, and why that name never comes from a file or a person.
CHOSEN = {
    "intake/duplicates.py": "columns that the file itself lists",
    "intake/forms/base.py": "validate_ and the names of the form's own fields",
    "intake/forms/choices.py": "a kind that the code itself says",
    "intake/logs.py": "the extras that the file itself lists",
    "intake/running_commands.py": "columns that the file itself lists",
    "workflows/desk/moving.py": "columns that the file itself lists",
    "workflows/diagrams/read.py": "three words of a loop",
}


def test_wherever_a_name_chooses_an_attribute_somebody_has_said_why():
    found = set()
    for room in ("intake", "workflows", "models"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                choosing = called and node.func.id in ("getattr", "setattr", "hasattr", "delattr")
                if choosing and not isinstance(node.args[1], ast.Constant):
                    found.add(str(file.relative_to(ROOT)))
    assert found == set(CHOSEN), (
        "a name that may come from a file chooses an attribute; use a table of what may be chosen, "
        "or say here why it cannot come from a file"
    )


def test_of_very_many_findings_the_first_are_told_and_the_rest_counted():
    lanes = '<bpmn:lane id="x"/>' * (bounds.FINDINGS + 500)
    lane_set = f"<bpmn:laneSet>{lanes}</bpmn:laneSet>"
    drawing = f'{HEAD}<bpmn:process id="p">{lane_set}</bpmn:process></bpmn:definitions>'.encode()
    found = check({"p.bpmn": drawing}, "p", {})
    assert len(found) == bounds.FINDINGS + 1
    assert found[0].code == "LARGE"
    assert all(finding.forbids for finding in found[1:])


def test_the_manual_holds_every_bound_as_it_is():
    manual = (ROOT / "docs/office/bounds.md").read_text()
    rows = [line for line in manual.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{name}` | {bound.said} | {bound.why} |" for name, bound in bounds.BOUNDS.items()
    ], "write the table anew: python -m workflows.bounds"


@pytest.mark.parametrize("name", bounds.BOUNDS)
def test_every_bound_is_asked_somewhere(name):
    files = [file for room in ("intake", "workflows") for file in (ROOT / room).rglob("*.py")]
    assert any(f"bounds.{name}" in file.read_text() for file in files), f"nothing asks {name}"
    assert getattr(bounds, name) == bounds.BOUNDS[name].at_most


def test_what_a_check_tries_is_counted_over_all_gateways_and_tables(monkeypatch):
    """Each gateway by itself stays below the bound of combinations; hundreds of them do not."""
    tried = []
    monkeypatch.setattr(conditions, "_holds", lambda text, given: tried.append(text))
    monkeypatch.setattr(conditions, "MOST_COMBINATIONS", 2_000)
    monkeypatch.setattr(bounds, "TRIED_CONDITIONS", 100)
    read = 'triage.decision == "admit" or referral.consent'
    body = "".join(
        f'<bpmn:exclusiveGateway id="g{n}"/>'
        + "".join(
            f'<bpmn:sequenceFlow id="f{n}{way}" sourceRef="g{n}" targetRef="g{n + 1}">'
            f"<bpmn:conditionExpression>{read}</bpmn:conditionExpression></bpmn:sequenceFlow>"
            for way in "ab"
        )
        for n in range(50)
    )
    drawing = f'{HEAD}<bpmn:process id="p">{body}</bpmn:process></bpmn:definitions>'.encode()
    found = check({"p.bpmn": drawing}, "p", vocabulary())
    assert 0 < len(tried) <= 100
    assert sum("too many to try" in finding.sentence for finding in found) > 40


def test_of_a_budget_no_more_is_taken_than_is_left():
    left = Left(10)
    assert [left.take(6), left.take(6), left.take(4), left.take(1)] == [True, False, True, False]
