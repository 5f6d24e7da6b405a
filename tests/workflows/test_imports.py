"""Files in the manner of seven modelling tools: read without a traceback, each with a complete report.

They are written here after the tools' documented exports, each with the same process, so that what is
converted can be compared; `test_vendors.py` reads files that the tools really wrote.
"""

import io
import zipfile

import pytest

from intake.forms import vocabulary
from workflows.diagrams.check import check
from workflows.diagrams.files import NAMES, root_of
from workflows.imports import bring_in, rewritten

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MIDDLE = """
  <{p}sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
  <{p}sequenceFlow id="f2" sourceRef="ask" targetRef="which"/>
  <{p}sequenceFlow id="f3" sourceRef="which" targetRef="yes">
    <{p}conditionExpression>{condition}</{p}conditionExpression></{p}sequenceFlow>
  <{p}sequenceFlow id="f4" sourceRef="which" targetRef="no"/>
  <{p}exclusiveGateway id="which" name="Wie?" default="f4"/>
  <{p}endEvent id="yes" name="Aufgenommen"/><{p}endEvent id="no" name="Nicht aufgenommen"/>
"""


def file(prefix, head, task, condition, executable="true"):
    p = f"{prefix}:" if prefix else ""
    space = f'xmlns{":" + prefix if prefix else ""}="{MODEL}"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{p}definitions {space} id="d" targetNamespace="http://example.org" {head}>
<{p}process id="admission" name="Aufnahme" isExecutable="{executable}">
  <{p}laneSet id="lanes"><{p}lane id="Lane_1" name="Koordination">
    <{p}flowNodeRef>ask</{p}flowNodeRef></{p}lane></{p}laneSet>
  <{p}startEvent id="start" name="Los"/>
  {task}
  {MIDDLE.format(p=p, condition=condition)}
</{p}process></{p}definitions>""".encode()


CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
FLOWABLE = 'xmlns:flowable="http://flowable.org/bpmn"'
ACTIVITI = 'xmlns:activiti="http://activiti.org/bpmn"'
SIGNAVIO = 'xmlns:signavio="http://www.signavio.com" exporter="Signavio Process Editor"'
BIZAGI = 'xmlns:bizagi="http://www.bizagi.com/bpmn20" exporter="Bizagi Process Modeler"'
IS_ADMIT = 'triage.decision == "admit"'

VENDORS = {
    "Camunda 7": file(
        "bpmn",
        CAMUNDA,
        '<bpmn:userTask id="ask" name="Aufnahme entscheiden" camunda:formKey="embedded:app:forms/triage.html"'
        ' camunda:assignee="demo"/>',
        "${triage.decision == 'admit'}",
    ),
    "Camunda 8": file(
        "bpmn",
        ZEEBE,
        '<bpmn:userTask id="ask" name="Aufnahme entscheiden"><bpmn:extensionElements>'
        '<zeebe:formDefinition formKey="triage"/><zeebe:assignmentDefinition assignee="=x"/>'
        "</bpmn:extensionElements></bpmn:userTask>",
        '=triage.decision = "admit"',
    ),
    "Flowable": file(
        "",
        FLOWABLE,
        '<userTask id="ask" name="Aufnahme entscheiden" flowable:formKey="triage"/>',
        '${triage.decision eq "admit"}',
    ),
    "Activiti": file(
        "",
        ACTIVITI,
        '<userTask id="ask" name="Aufnahme entscheiden" activiti:formKey="triage"/>',
        '#{triage.decision == "admit" &amp;&amp; true}',
    ),
    "Signavio": file(
        "",
        SIGNAVIO,
        '<task id="ask" name="Aufnahme entscheiden"><extensionElements>'
        '<signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/></extensionElements></task>',
        "",
        "false",
    ),
    "Bizagi": file(
        "",
        BIZAGI,
        '<task id="ask" name="Aufnahme entscheiden"><extensionElements><bizagi:BizagiExtensions>'
        '<bizagi:BizagiProperties><bizagi:BizagiProperty name="bgColor" value="#ECEFFF"/>'
        "</bizagi:BizagiProperties></bizagi:BizagiExtensions></extensionElements></task>",
        "",
        "false",
    ),
    "bpmn.io": file(
        "bpmn",
        'exporter="bpmn-js (https://demo.bpmn.io)"',
        '<bpmn:task id="ask" name="Aufnahme entscheiden"/>',
        IS_ADMIT,
        "false",
    ),
}
FORMS_KNOWN = ("Camunda 7", "Camunda 8", "Flowable", "Activiti")


@pytest.fixture
def forms(sqlite_app):
    return vocabulary()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_file_in_the_manner_of_a_vendor_gets_a_complete_report(forms, vendor):
    brought = bring_in({f"{vendor} Export.bpmn20.xml": VENDORS[vendor]}, forms)
    assert list(brought.files) == [vendor.replace(" ", "_") + "_Export.bpmn"]
    assert brought.process_id == "admission"
    converted = {(c.what, c.after) for c in brought.conversions}
    assert ("role", "coordinator") in converted
    found = {(f.code, f.element) for f in brought.findings}
    if vendor in FORMS_KNOWN:
        assert ("form", "triage") in converted
        assert found == set()
    else:
        assert {("task", "userTask"), ("executable", "true")} <= converted
        assert ("UNKNOWN_FORM", "ask") in found


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_not_ours_stays_in_the_file(forms, vendor):
    (text,) = bring_in({"a.bpmn": VENDORS[vendor]}, forms).files.values()
    for foreign in (
        "camunda:assignee",
        "zeebe:assignmentDefinition",
        "signavioMetaData",
        "bgColor",
    ):
        assert (foreign in text) == (foreign in VENDORS[vendor].decode())
    again = bring_in({"a.bpmn": text.encode()}, forms)
    assert again.conversions == [], "what was brought once is ours"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("${a.b == 'x' && c.d != \"y\"}", "a.b == 'x' and c.d != \"y\""),
        ("#{a.b eq 'x || y'}", "a.b == 'x || y'"),
        ("=a.b = 3", "a.b == 3"),
        ("= a.b >= 3", "a.b >= 3"),
        ("${!a.b}", "not a.b"),
        ("${P14D}", "P14D"),
        ("${execution.getVariable('x').y()}", "${execution.getVariable('x').y()}"),
        ("= for x in y return x", "= for x in y return x"),
        ('a.b == "x"', 'a.b == "x"'),
        ("P14D", "P14D"),
    ],
)
def test_an_expression_is_rewritten_only_where_it_surely_means_the_same(before, after):
    assert rewritten(before) == after


def test_a_zip_with_folders_a_table_and_strangers_is_brought_whole(forms):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x/a.bpmn", VENDORS["Camunda 7"])
        archive.writestr("y/a.bpmn", VENDORS["Flowable"].replace(b"admission", b"other"))
        archive.writestr("z.dmn", "<definitions/>")
        archive.writestr("readme.txt", "x")
    brought = bring_in({"all.zip": packed.getvalue()}, forms)
    assert sorted(brought.files) == ["a.bpmn", "a_2.bpmn"]
    assert any(f.code == "NOT_BPMN" and f.file == "z.dmn" for f in brought.findings)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe",
        b"PK\x03\x04broken",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 70 + b"</a>" * 70,
        VENDORS["Camunda 7"][:300],
    ],
)
def test_what_cannot_be_read_is_said_and_brings_nothing(forms, data):
    brought = bring_in({"x.bpmn": data}, forms)
    assert brought.files == {}
    assert brought.findings


def test_an_encoding_of_long_ago_becomes_utf_8(forms):
    text = VENDORS["Flowable"].decode().replace("UTF-8", "ISO-8859-1").replace("Los", "Ümläut")
    (found,) = bring_in({"a.bpmn": text.encode("latin-1")}, forms).files.values()
    assert root_of(found.encode(), "a").find(".//bpmn:startEvent", NAMES).get("name") == "Ümläut"


def test_other_engines_decisions_and_calls_are_understood(forms):
    text = (
        VENDORS["Camunda 7"]
        .decode()
        .replace(
            "<bpmn:startEvent",
            '<bpmn:businessRuleTask id="r" camunda:decisionRef="routing"/><bpmn:callActivity id="c">'
            f'<bpmn:extensionElements><zeebe:calledElement {ZEEBE} processId="sub"/>'
            "</bpmn:extensionElements></bpmn:callActivity><bpmn:startEvent",
        )
    )
    brought = bring_in({"a.bpmn": text.encode()}, forms)
    assert {("decision", "routing"), ("call", "sub")} <= {
        (c.what, c.after) for c in brought.conversions
    }


def test_ids_that_other_tools_cannot_read_are_made_anew_with_all_that_points_to_them(forms):
    text = VENDORS["Flowable"].decode()
    for good, bad in (("ask", "7"), ("f4", "4 b"), ("yes", "_7")):
        text = text.replace(f'"{good}"', f'"{bad}"').replace(f">{good}<", f">{bad}<")
    brought = bring_in({"a.bpmn": text.encode()}, forms)
    assert [(c.before, c.after) for c in brought.conversions if c.what == "id"] == [
        ("7", "_7_"),
        ("4 b", "_4_b"),
    ]
    assert brought.findings == []
    assert "BAD_ID" in {f.code for f in check({"a.bpmn": text.encode()}, "admission", forms)}
