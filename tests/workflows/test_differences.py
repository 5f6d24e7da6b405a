"""Two versions of the shipped drawings told apart: every kind of edit is one change, by its name."""

import pytest

from workflows.diagrams.differences import differences
from workflows.diagrams.published import shipped_bundle

CHECK = "check_referral.bpmn"


def changed_bundles(*edits, file=CHECK):
    """The shipped bundle, and one with texts replaced."""
    before = shipped_bundle()
    text = before[file].decode()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return before, {**before, file: text.encode()}


def changed(*edits, file=CHECK):
    """(what, element, before, after) of every change that the edits make."""
    changes, unread = differences(*changed_bundles(*edits, file=file))
    assert unread == []
    return [(c.what, c.element, c.before, c.after) for c in changes]


NEW_TASK = (
    '<bpmn:userTask id="call" name="Anrufen"/>'
    '<bpmn:sequenceFlow id="f_call_complete" sourceRef="call" targetRef="complete"/>'
    '<bpmn:sequenceFlow id="f_completeness_check_complete" sourceRef="completeness_check" targetRef="call"/>'
)
OLD_FLOW = '<bpmn:sequenceFlow id="f_completeness_check_complete" sourceRef="completeness_check" targetRef="complete"/>'
EDITS = {
    "label": (
        [('name="Vollständig?"', 'name="Alles da?"')],
        [("name", "complete", "Vollständig?", "Alles da?")],
    ),
    "lane": (
        [
            ("<bpmn:flowNodeRef>triage</bpmn:flowNodeRef>", ""),
            (
                "<bpmn:flowNodeRef>ask</bpmn:flowNodeRef>",
                "<bpmn:flowNodeRef>ask</bpmn:flowNodeRef><bpmn:flowNodeRef>triage</bpmn:flowNodeRef>",
            ),
        ],
        [("role", "triage", "Koordinationsperson", "Fallführende Person")],
    ),
    "deadline": (
        [('name="due" value="T2"', 'name="due" value="T3"')],
        [("property due", "completeness_check", "T2", "T3")],
    ),
    "timer": (
        [('working_days("T3C")', 'working_days("T3B")')],
        [("time", "items_late", 'working_days("T3C")', 'working_days("T3B")')],
    ),
    "new task ahead": (
        [(OLD_FLOW, NEW_TASK)],
        [
            ("added", "call", "", ""),
            ("added", "f_call_complete", "", ""),
            ("to", "f_completeness_check_complete", "Vollständig?", "Anrufen"),
        ],
    ),
    "flow renamed": (
        [('id="f_complete_rules" name="ja"', 'id="f_complete_rules" name="jawohl"')],
        [("name", "f_complete_rules", "ja", "jawohl")],
    ),
    "task removed": (
        [
            ('<bpmn:endEvent id="check_escalated" name="Programmleitung informiert">', "<!--"),
            (
                "<bpmn:incoming>f_escalate_check_check_escalated</bpmn:incoming></bpmn:endEvent>",
                "-->",
            ),
        ],
        [("removed", "check_escalated", "", "")],
    ),
    "type": (
        [
            ('<bpmn:userTask id="triage"', '<bpmn:manualTask id="triage"'),
            (
                "<bpmn:outgoing>f_triage_decision</bpmn:outgoing></bpmn:userTask>",
                "</bpmn:manualTask>",
            ),
        ],
        [("kind", "triage", "userTask", "manualTask")],
    ),
    "condition": (
        [
            (
                'completeness_check.outcome == "complete"',
                'completeness_check.outcome != "incomplete"',
            )
        ],
        [
            (
                "condition",
                "f_complete_rules",
                'completeness_check.outcome == "complete"',
                'completeness_check.outcome != "incomplete"',
            )
        ],
    ),
    "form": (
        [('name="form" value="triage"', 'name="form" value="withdrawal"')],
        [("property form", "triage", "triage", "withdrawal")],
    ),
    "end state": (
        [('name="code" value="declined"', 'name="code" value="refused"')],
        [("property code", "declined", "declined", "refused")],
    ),
    "interrupting": (
        [
            (
                'attachedToRef="supply_items" cancelActivity="true"',
                'attachedToRef="supply_items" cancelActivity="false"',
            )
        ],
        [("interrupts", "items_late", "true", "false")],
    ),
    "default": (
        [
            (
                'name="Vollständig?" default="f_complete_ask"',
                'name="Vollständig?" default="f_complete_rules"',
            )
        ],
        [("default", "complete", "nein", "ja")],
    ),
    "action": (
        [
            (
                'id="notice" type="str" value=\'"check_overdue"\'',
                'id="notice" type="str" value=\'"triage_overdue"\'',
            )
        ],
        [
            (
                "action",
                "escalate_check",
                'notify (notice: "check_overdue", to: "program_lead")',
                'notify (notice: "triage_overdue", to: "program_lead")',
            )
        ],
    ),
    "message": (
        [('name="case_reopened"', 'name="case_wanted"')],
        [("message", "reopened", "case_reopened", "case_wanted")],
    ),
    "instructions": (
        [("Prüfen Sie, ob alles da ist,", "Sehen Sie nach, ob alles da ist,")],
        [
            (
                "instructions",
                "completeness_check",
                "Prüfen Sie, ob alles da ist, was Sie für den Entscheid brauchen.",
                "Sehen Sie nach, ob alles da ist, was Sie für den Entscheid brauchen.",
            )
        ],
    ),
    "layout": ([('<dc:Bounds x="', '<dc:Bounds x="1')], []),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_told_and_nothing_else(edit):
    edits, expected = EDITS[edit]
    assert changed(*edits) == expected


def test_a_rule_that_changed_came_or_went_is_told_by_its_words():
    old = '<text>"CHILD", "YOUTH", "YOUNG_ADULT", "MNA"</text>'
    (told,) = changed((old, '<text>"CHILD"</text>'), file="routing.dmn")
    assert told[:2] == ("rule", "2")
    assert told[3] == ('Gewünschtes Angebot "open", Zielgruppe "CHILD" → Angebot "seite_an_seite"')
    text = shipped_bundle()["routing.dmn"].decode()
    row = text[text.index('<rule id="rule_routing_2"') : text.index('<rule id="rule_routing_3"')]
    assert [t[:2] for t in changed((row, ""), file="routing.dmn")] == [("removed", "2")]
    assert [t[:2] for t in changed((row, row * 2), file="routing.dmn")] == [("added", "3")]
    policy = changed(('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"'), file="routing.dmn")
    assert policy == [("policy", "routing", "FIRST", "UNIQUE")]


def test_a_whole_process_or_table_is_one_change():
    before = shipped_bundle()
    rest = {name: data for name, data in before.items() if name not in (CHECK, "routing.dmn")}
    told = [(c.what, c.kind, c.element) for c in differences(before, rest)[0]]
    assert told == [("removed", "process", "check_referral"), ("removed", "table", "routing")]
    told = [(c.what, c.kind) for c in differences(rest, before)[0]]
    assert told == [("added", "process"), ("added", "table")]


def test_what_cannot_be_read_is_a_finding_and_the_rest_is_compared():
    before = shipped_bundle()
    changes, unread = differences(before, {**before, "routing.dmn": b"nothing"})
    assert [(f.code, f.file) for f in unread] == [("NOT_XML", "routing.dmn")]
    assert [(c.what, c.element) for c in changes] == [("removed", "routing")]
    assert differences(before, before) == ([], [])
