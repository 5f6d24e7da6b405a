"""`intake check`: every fault by its code and place, and a report for any bytes whatever."""

import io
import random
import re
import sys
import zipfile
from pathlib import Path

import pytest

from intake.forms import vocabulary
from models.people import REFERRAL_ROLES, Role
from tests.workflows.shapes import TANGLED, drawn, process, ways
from workflows.actions import ACTIONS
from workflows.diagrams.check import check
from workflows.diagrams.conditions import wrong_in
from workflows.diagrams.files import to_utf8
from workflows.diagrams.findings import UNREADABLE
from workflows.diagrams.published import REFERRAL, publish, shipped_bundle
from workflows.errors import RefusedDrawing
from workflows.facts import FACTS
from workflows.unary import parse_cell


@pytest.fixture(scope="module")
def forms():
    from flask import Flask
    from flask_babel import Babel

    app = Flask("check")
    Babel(app, default_locale="de")
    with app.test_request_context():
        return vocabulary()


def codes(bundle, forms, start="main"):
    bundle = bundle if isinstance(bundle, dict) else {"p.bpmn": bundle}
    return {(f.code, f.element) for f in check(bundle, start, forms)}


def test_a_plain_process_has_no_findings(forms):
    assert codes(drawn("s>a a>x x>e x>a"), forms) == set()


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ("s>x x>a x>b a>p b>p p>e", ("DEADLOCK", "p")),
        ("s>p p>a p>b2 a>e b2>e", None),
        ("s>p p>x p>a x>q x>e a>q q>e2", ("DEADLOCK", "q")),
        ("s>x x>v v>x x>e", ("RESTLESS_LOOP", "v")),
        ("s>a a>v v>a", ("NO_WAY_OUT", "a")),
        ("s>p p>a p>p2 a>p p2>e", ("DEADLOCK", "p")),
        ("s>x x>p x>e p>a p>a2 a>x a2>x", ("PILES_UP", "a")),
        ("s>a a>p p>a1 p>a2 a1>x1 a2>x1 x1>a3 a3>e", ("RUNS_TWICE", "a3")),
    ],
)
def test_the_flow_of_tokens_is_judged(forms, flows, expected):
    flows = re.sub(r"\bb(\d*)\b", r"ab\1", flows).replace("q", "pq")
    found = codes(drawn(flows), forms)
    if expected is None:
        assert not {c for c, _e in found} & {"DEADLOCK", "PILES_UP", "NEVER_ENDS"}
    else:
        wanted = (expected[0], expected[1].replace("q", "pq"))
        assert wanted in found or any(c == wanted[0] for c, _e in found), found


def test_a_deadlock_shows_the_shortest_way_to_it(forms):
    (found,) = [
        f
        for f in check({"p.bpmn": drawn("s>a a>x x>a1 x>a2 a1>p a2>p p>e")}, "main", forms)
        if f.code == "DEADLOCK"
    ]
    assert "Way: s → Etwas tun → x" in found.sentence


def replaced(name, old, new):
    bundle = shipped_bundle()
    text = bundle[name].decode()
    assert old in text
    bundle[name] = text.replace(old, new, 1).encode()
    return bundle


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("check_referral.bpmn", 'value="triage"', 'value="triaje"', "UNKNOWN_FORM"),
        ("check_referral.bpmn", 'decision == "decline"', 'decision == "refuse"', "UNKNOWN_CHOICE"),
        ("check_referral.bpmn", 'triage.decision == "decline"', 'triage.no == "x"', "UNKNOWN_NAME"),
        (
            "check_referral.bpmn",
            'triage.decision == "decline"',
            "__import__('os')",
            "BAD_EXPRESSION",
        ),
        ("check_referral.bpmn", 'triage.decision == "decline"', "${decision}", "BAD_EXPRESSION"),
        (
            "check_referral.bpmn",
            '<bpmn:lane id="coordinator"',
            '<bpmn:lane id="boss"',
            "UNKNOWN_ROLE",
        ),
        *(
            (
                "check_referral.bpmn",
                '<bpmn:lane id="coordinator"',
                f'<bpmn:lane id="{role.value}"',
                "UNKNOWN_ROLE",
            )
            for role in sorted(set(Role) - REFERRAL_ROLES)
        ),
        ("check_referral.bpmn", 'Operator id="lapse"', 'Operator id="rm"', "UNKNOWN_ACTION"),
        ("check_referral.bpmn", ">eligibility<", ">nowhere<", "UNKNOWN_DECISION"),
        ("check_referral.bpmn", 'default="f_decision_ask"', "", "NO_CONDITION"),
        ("check_referral.bpmn", 'default="f_decision_ask"', 'default="f_x"', "BAD_DEFAULT"),
        ("check_referral.bpmn", 'working_days("T2")', "working_days(", "BAD_EXPRESSION"),
        ("check_referral.bpmn", 'working_days("T2")', 'working_days("T99")', "UNKNOWN_DEADLINE"),
        ("check_referral.bpmn", 'working_days("T2")', "P14D", "BAD_TIME"),
        ("check_referral.bpmn", "months_after(lapse.on, 12)", "2026-13-45", "BAD_TIME"),
        ("check_referral.bpmn", 'working_days("T2")', "R/PT1S", "BAD_TIME"),
        ("check_referral.bpmn", 'working_days("T2")', "5", "BAD_TIME"),
        ("check_referral.bpmn", 'value="in_triage"', 'value="sleeping"', "UNKNOWN_STATUS"),
        (
            "check_referral.bpmn",
            'name="due" value="T2"',
            'name="due" value="T77"',
            "UNKNOWN_DEADLINE",
        ),
        ("check_referral.bpmn", "<bpmn:flowNodeRef>triage<", "<bpmn:flowNodeRef>gone<", "NO_LANE"),
        ("prepare_admission.bpmn", 'id="coordinator"', 'id="case_manager"', "WRONG_LANE"),
        (
            "check_referral.bpmn",
            "<bpmn:flowNodeRef>triage<",
            "<bpmn:flowNodeRef>gone<",
            "LANE_WITHOUT_NODE",
        ),
        ("check_referral.bpmn", 'targetRef="triage"', 'targetRef="nowhere"', "DANGLING_FLOW"),
        ("check_referral.bpmn", 'attachedToRef="triage"', 'attachedToRef="nobody"', "NO_HOST"),
        ("check_referral.bpmn", 'id="tell_decline"', 'id="triage"', "DUPLICATE_ID"),
        ("check_referral.bpmn", 'name="Ablehnung mitteilen"', 'name=""', "NO_NAME"),
        ("referral.bpmn", 'name="consent_revoked"', 'name="hello"', "UNKNOWN_MESSAGE"),
        ("referral.bpmn", 'messageRef="message_consent_revoked"', "", "NO_MESSAGE"),
        ("referral.bpmn", 'calledElement="check_referral"', 'calledElement="x"', "UNKNOWN_PROCESS"),
        (
            "referral.bpmn",
            'calledElement="check_referral"',
            'calledElement="referral"',
            "CALL_CYCLE",
        ),
        ("referral.bpmn", 'isExecutable="true"', 'isExecutable="false"', "NOT_EXECUTABLE"),
        ("prepare_admission.bpmn", 'every("T8")', "R/PT1S", "ABSURD_TIME"),
        ("prepare_admission.bpmn", 'every("T8")', 'every("T3")', "BAD_TIME"),
        ("prepare_admission.bpmn", 'every("T8")', 'then_every("T99", 7)', "UNKNOWN_DEADLINE"),
        ("prepare_admission.bpmn", 'every("T8")', 'then_every("T3", 0)', "TRIAL_FAILED"),
        ("check_referral.bpmn", 'working_days("T3B")', 'then_every("T3", 7)', "BAD_TIME"),
        (
            "close_tandem.bpmn",
            '<bpmn:serviceTask id="finish"',
            '<bpmn:scriptTask id="finish"',
            "NOT_SUPPORTED",
        ),
        (
            "arrange_tandem.bpmn",
            "<bpmn:terminateEventDefinition",
            "<bpmn:signalEventDefinition",
            "NOT_SUPPORTED",
        ),
        ("routing.dmn", '<text>"open"</text>', "<text>open</text>", "BAD_CELL"),
        ("routing.dmn", '<text>"open"</text>', "<text>18</text>", "WRONG_TYPE"),
        ("routing.dmn", 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"', "OVERLAP"),
        ("routing.dmn", 'hitPolicy="FIRST"', 'hitPolicy="PRIORITY"', "HIT_POLICY"),
        ("routing.dmn", 'hitPolicy="FIRST"', 'hitPolicy="COLLECT"', "HIT_POLICY"),
        ("routing.dmn", "referral.program_wish", "referral.nothing", "UNKNOWN_NAME"),
        ("admission.dmn", "<text>false</text>", "<text>true</text>", "OVERLAP"),
        ("admission.dmn", "<text>false</text>", "<text>true</text>", "GAP"),
    ],
)
def test_a_fault_is_found_at_its_place(forms, file, old, new, code):
    bundle = replaced(file, old, new)
    if "scriptTask" in new:
        bundle[file] = bundle[file].replace(b"</bpmn:serviceTask>", b"</bpmn:scriptTask>", 1)
    found = [f for f in check(bundle, REFERRAL, forms) if f.code == code]
    assert found, [str(f) for f in check(bundle, REFERRAL, forms)]
    assert found[0].file in (file, "")
    assert found[0].sentence


def test_all_findings_come_at_once(forms):
    bundle = replaced("check_referral.bpmn", 'value="triage"', 'value="triaje"')
    text = bundle["check_referral.bpmn"].decode().replace(">eligibility<", ">nowhere<")
    bundle["check_referral.bpmn"] = text.encode()
    bundle["empty.bpmn"] = b""
    found = {f.code for f in check(bundle, REFERRAL, forms)}
    assert {"UNKNOWN_FORM", "UNKNOWN_DECISION", "EMPTY"} <= found


def test_a_gateway_without_default_is_fine_if_its_ways_cover_every_choice(forms):
    both = drawn("s>a a>x x>e x>e2").decode()
    open_ = '<bpmn:conditionExpression>triage.decision != "decline"</bpmn:conditionExpression>'
    covered = both.replace(' default="f2"', "").replace(
        'id="f2" sourceRef="x" targetRef="e">', f'id="f2" sourceRef="x" targetRef="e">{open_}'
    )
    assert codes(covered.encode(), forms) == set()
    gap = covered.replace('decision != "decline"', 'decision == "admit"')
    (found,) = check({"p.bpmn": gap.encode()}, "main", forms)
    assert (found.code, "triage.decision = 'admit_direct'" in found.sentence) == (
        "NOT_COVERED",
        True,
    )


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/") + ".bpmn", data)
    return out.getvalue()


def bomb():
    return zipped(a=b"\x00" * 80_000_000)


GOOD = drawn("s>a a>e")
HOSTILE = {
    "EMPTY": [b"", b"   \n", b"\xef\xbb\xbf"],
    "NOT_XML": [
        b"<a",
        b"\x00\x01\x02",
        b"%PDF-1.7",
        b"{}",
        b"<a" * 99,
        random.Random(1).randbytes(5000),
    ],
    "NOT_BPMN": [
        b"<html><body/></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<Package/>",
        b"<a/>",
    ],
    "DOCTYPE": [
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<!DOCTYPE l [<!ENTITY a 'ha'>"
        + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><l>&j;</l>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".encode("utf-16"),
    ],
    "TOO_LARGE": [b"<a>" + b"x" * 1_000_001, GOOD + b" " * 50_000_000],
    "TOO_MANY_ELEMENTS": [process("<bpmn:group/>" * 60_000)],
    "TOO_DEEP": [b"<a>" * 5000 + b"</a>" * 5000, b"<a>" * 100 + b"</a>" * 100],
    "WRONG_ENCODING": [
        GOOD.replace(b"Etwas tun", "Prüfen".encode("latin-1")),
        GOOD.replace(b'encoding="UTF-8"', b'encoding="x-unknown"'),
    ],
    "BAD_ZIP": [b"PK\x03\x04" + b"x" * 50, zipped(a=GOOD)[:-30]],
    "NO_FILES": [zipped()[:0] or b"PK\x05\x06" + b"\x00" * 18],
}


@pytest.mark.parametrize(
    ("code", "data"),
    [(c, d) for c, many in HOSTILE.items() for d in many],
    ids=lambda v: str(v)[:20],
)
def test_any_bytes_get_their_report(forms, code, data):
    if code == "NO_FILES":
        assert {f.code for f in check({}, "main", forms)} == {"NO_FILES"}
        return
    found = check({"x.bpmn": data}, "main", forms)
    assert {f.code for f in found} == {code}
    assert code in UNREADABLE
    assert all(f.sentence for f in found)


def test_a_zip_is_its_files_and_a_bomb_is_not_unpacked(forms):
    assert codes({"all.zip": zipped(folder__p=GOOD)}, forms) == set()
    assert {c for c, _e in codes({"bomb.zip": bomb()}, forms)} == {"TOO_LARGE"}


def test_hostile_file_names_are_shown_harmlessly(forms):
    (found,) = check({"../\x1b[31m\n" + "a" * 500 + ".bpmn": b""}, "main", forms)
    assert "\x1b" not in str(found)
    assert "\n" not in str(found)
    assert len(found.file) <= 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_every_legal_encoding_is_read_and_kept_as_utf8(forms, encoding):
    text = GOOD.decode().replace("Etwas tun", "Prüfen").replace("UTF-8", encoding)
    data = text.encode(encoding)
    assert codes(data, forms) == set()
    kept = to_utf8(data, "p.bpmn")
    assert "Prüfen" in kept
    assert codes(kept.encode(), forms) == set()


def test_many_nodes_are_judged_within_counts(forms):
    ways = " ".join(f"p>a{n} a{n}>pq" for n in range(12))
    found = {c for c, _e in codes(drawn(f"s>p {ways} pq>e"), forms)}
    assert found <= {"LARGE"}


def test_damaged_drawings_never_raise(forms):
    """Random damage to a shipped drawing: bytes changed, lines lost, attributes swapped."""
    base = (Path(__file__).parents[2] / "bpmn/check_referral.bpmn").read_bytes()
    rest = shipped_bundle()
    for seed in range(60):
        dice = random.Random(seed)
        data = bytearray(base)
        for _ in range(dice.randrange(1, 6)):
            place = dice.randrange(len(data))
            match dice.randrange(3):
                case 0:
                    data[place] = dice.randrange(32, 127)
                case 1:
                    del data[place : place + dice.randrange(1, 400)]
                case _:
                    other = dice.randrange(len(data))
                    data[place:place] = data[other : other + 200]
        rest["check_referral.bpmn"] = bytes(data)
        for found in check(rest, REFERRAL, forms):
            assert found.code
            assert found.sentence


def test_what_the_check_refuses_is_not_published(office, forms):
    bundle = replaced("check_referral.bpmn", 'value="triage"', 'value="triaje"')
    with pytest.raises(RefusedDrawing) as refused:
        publish(bundle, REFERRAL, forms, by=None)
    assert [f.code for f in refused.value.findings] == ["UNKNOWN_FORM"]


def test_a_case_that_stops_in_the_trial_is_not_published(forms):
    bundle = dict(shipped_bundle())
    text = bundle["check_referral.bpmn"].decode()
    bundle["check_referral.bpmn"] = text.replace(
        'working_days("T2")', "months_after(case.comes_of_age_on, triage.decision)"
    ).encode()
    found = check(bundle, REFERRAL, forms)
    assert {f.code for f in found if f.forbids} == {"TRIAL_FAILED"}
    assert "triage.decision is not set here" in next(f.sentence for f in found if f.forbids)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_examples_of_the_guide_are_of_the_language(forms, language):
    guide = (Path(__file__).parents[2] / f"docs/drawings.{language}.md").read_text()
    (block,) = re.findall(r"```\n(.*?)```", guide, re.S)
    for text in block.strip().splitlines():
        bundle = replaced("check_referral.bpmn", 'triage.decision == "decline"', text)
        wrong = {f.code for f in check(bundle, REFERRAL, forms) if f.forbids}
        assert not wrong, text
    times = guide.partition("| `working_days")[2].partition("##")[0]
    for text in re.findall(r"`([a-z_]+\([^`]*\))`", "`working_days" + times):
        assert list(wrong_in(text, everything(forms))) == []
    cells = guide.partition('| `"a", "b"`')[2].partition("##")[0]
    for text in re.findall(r"`([^`]+)`", '`"a", "b"`' + cells.partition("\n\n")[0]):
        parse_cell(text)


def everything(forms):
    names = dict(FACTS)
    for filed in ACTIONS.values():
        names.update(filed.routes)
    return names


def row_of(kind):
    return lambda n: drawn(" ".join(f"{kind}{i}>{kind}{i + 1}" for i in range(n)))


def beside_one_task(n):
    events = "".join(
        f'<bpmn:boundaryEvent id="b{i}" attachedToRef="a" cancelActivity="false"/><bpmn:endEvent'
        f' id="z{i}"/><bpmn:sequenceFlow id="g{i}" sourceRef="b{i}" targetRef="z{i}"/>'
        for i in range(n)
    )
    return drawn("s>a a>e", events)


def calls_made(do):
    """How many functions run, C functions included: a measure of work that no clock disturbs."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", [row_of("a"), row_of("x"), beside_one_task])
def test_twice_the_elements_take_twice_the_work(forms, shape):
    small, large = (
        calls_made(lambda n=n: check({"p.bpmn": shape(n)}, "main", forms)) for n in (200, 400)
    )
    assert large < 2.5 * small


@pytest.mark.parametrize(
    "name", ["32 tasks at once, nested", "20 splits of 10 ways", "3,000 gateways in a row"]
)
def test_no_drawing_costs_more_than_its_bounds_allow(forms, name):
    """Some 4 million calls are a second; the bench tells seconds and megabytes of each."""
    assert calls_made(lambda: check({"p.bpmn": TANGLED[name]()}, "main", forms)) < 25_000_000


def test_a_gateway_opens_a_bounded_number_of_ways(forms):
    assert ("TOO_MANY_WAYS", "ps") in codes(ways("p", 41), forms)
    assert "TOO_MANY_WAYS" not in {c for c, _e in codes(ways("p", 40), forms)}
    assert "TOO_MANY_WAYS" not in {c for c, _e in codes(ways("x", 100), forms)}
