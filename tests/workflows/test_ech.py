"""eCH-0158's conventions: which a drawing keeps, and that breaking any of them is told."""

import pytest

from workflows.diagrams.ech import RULES, conventions
from workflows.diagrams.published import shipped_bundle


def test_the_shipped_drawings_keep_every_convention_of_what_runs():
    assert conventions(shipped_bundle(), "analytic") == []
    assert {c.rule for c in conventions(shipped_bundle(), "descriptive")} == {"PAL-1"}


BREAKS = {
    "GEN-4": ('name="Über die Aufnahme entscheiden"', 'name="Über die&#10;Aufnahme entscheiden"'),
    "NUM-1": ('name="0001 Anmeldung prüfen"', 'name="Anmeldung prüfen"'),
    "DIA-1": ('name="0001 Anmeldung prüfen"', 'name="0001 Anmeldung"'),
    "DIA-3": ('name="0001 Anmeldung prüfen"', 'name=""'),
    "POOL-6": ('id="pool_check_referral" name="Mentoring-Programm"', 'id="pool_check_referral"'),
    "LANE-3": ('name="Koordinationsperson"', 'name="Mentoring-Programm"'),
    "EVT-4": ('id="triage_late" name="Triagefrist"', 'id="triage_late"'),
    "EVT-7": ('id="declined" name="Anmeldung abgelehnt"', 'id="declined"'),
    "ACT-1": ('name="Über die Aufnahme entscheiden"', 'name="Triage"'),
    "ACT-5": ('name="Über die Aufnahme entscheiden"', 'name=""'),
    "ACT-3": ('name="Ablehnung mitteilen"', 'name="Ablehnung prüfen"'),
    "GW-3": ('<bpmn:exclusiveGateway id="again"', '<bpmn:exclusiveGateway id="again" name="x"'),
    "SEQ-1": ('id="f_complete_rules" name="ja"', 'id="f_complete_rules"'),
    "GEN-3": (
        'bpmnElement="triage"',
        'bpmnElement="triage" xmlns:c="http://www.omg.org/spec/BPMN/non-normative/color/1.0" '
        'c:background-color="#f00"',
    ),
    "CMT-1": ("<bpmn:sequenceFlow", '<bpmn:textAnnotation id="n"/><bpmn:sequenceFlow'),
    "GEN-5": ('name="Ablehnung mitteilen"', 'name="Ablehnung inkl. Begründung mitteilen"'),
    "EVT-3": ('sourceRef="forward" targetRef="completeness_check"', 'sourceRef="x" targetRef="y"'),
    "ACT-2": ('sourceRef="again" targetRef', 'sourceRef="triage" targetRef'),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_drawing_that_breaks_a_convention_is_told(rule):
    bundle = shipped_bundle()
    text = bundle["check_referral.bpmn"].decode()
    old, new = BREAKS[rule]
    assert old in text
    bundle["check_referral.bpmn"] = text.replace(old, new, 1).encode()
    assert rule in {c.rule for c in conventions(bundle, "analytic")}


def test_pools_and_messages_are_looked_at_too():
    model, di, dc = (
        f"http://www.omg.org/spec/{space}"
        for space in ("BPMN/20100524/MODEL", "BPMN/20100524/DI", "DD/20100524/DC")
    )

    def shape(element, width, more=""):
        box = f'<c:Bounds x="0" y="0" width="{width}" height="80"/>'
        return f'<d:BPMNShape bpmnElement="{element}" {more}>{box}</d:BPMNShape>'

    text = f"""<definitions xmlns="{model}" xmlns:d="{di}" xmlns:c="{dc}"><collaboration id="k">
      <participant id="a" name="A" processRef="p"/><participant id="b" name="A" processRef="p"/>
      <participant id="empty" name="E"/><messageFlow id="m" sourceRef="s" targetRef="t"/>
    </collaboration><process id="p" name="0001 Antrag prüfen"><startEvent id="s" name="x"/>
      <userTask id="t" name="Antrag prüfen"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/></process>
    <d:BPMNDiagram><d:BPMNPlane>{shape("a", 400, 'isExpanded="false"')}{shape("b", 300)}</d:BPMNPlane>
    </d:BPMNDiagram></definitions>"""
    found = {(c.rule, c.element) for c in conventions({"x.bpmn": text.encode()}, "analytic")}
    assert {
        ("POOL-1", "b"),
        ("POOL-2", "a"),
        ("POOL-3", "empty"),
        ("POOL-4", "a"),
        ("POOL-5", "b"),
        ("MSG-1", "m"),
        ("MSG-2", "m"),
    } <= found


def picture(nodes, flows="", beside="", more=""):
    """A file whose elements stand where they are said to: id to (kind, x, y) and (flow, points)."""
    sizes = {
        "userTask": (100, 80),
        "endEvent": (36, 36),
        "startEvent": (36, 36),
        "group": (900, 900),
    }
    boxes = "".join(
        f'<d:BPMNShape bpmnElement="{key}"><c:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
        "</d:BPMNShape>"
        for key, (kind, x, y) in nodes.items()
        for width, height in [sizes.get(kind, (50, 50))]
    )
    lines = "".join(
        f'<d:BPMNEdge bpmnElement="{key}">'
        + "".join(f'<w:waypoint x="{x}" y="{y}"/>' for x, y in points)
        + "</d:BPMNEdge>"
        for key, (_source, _target, points) in (flows or {}).items()
    )
    drawn = "".join(
        f'<{kind} id="{key}" name="Antrag prüfen"/>'
        for key, (kind, _x, _y) in nodes.items()
        if kind != "pool"
    )
    ways = "".join(
        f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}"/>'
        for key, (source, target, _points) in (flows or {}).items()
        if not key.startswith("m")
    )
    model, di, dc, w = (
        f"http://www.omg.org/spec/{space}"
        for space in ("BPMN/20100524/MODEL", "BPMN/20100524/DI", "DD/20100524/DC", "DD/20100524/DI")
    )
    return f"""<definitions xmlns="{model}" xmlns:d="{di}" xmlns:c="{dc}" xmlns:w="{w}">{beside}
      <process id="p" name="0001 Antrag prüfen">{more}{drawn}{ways}</process>
      <d:BPMNDiagram><d:BPMNPlane>{boxes}{lines}</d:BPMNPlane></d:BPMNDiagram></definitions>""".encode()


SPLIT = {"s": ("exclusiveGateway", 0, 0), "a": ("userTask", 100, -15), "b": ("userTask", 100, 200)}
WAYS = {
    "f1": ("s", "a", [(50, 25), (100, 25)]),
    "f2": ("s", "b", [(25, 50), (25, 240), (100, 240)]),
    "f3": ("a", "j", [(200, 25), (300, 25)]),
    "f4": ("b", "j", [(200, 240), (325, 240), (325, 50)]),
}
TASKS = {
    "a": ("userTask", 0, 0),
    "b": ("userTask", 300, 300),
    "c": ("userTask", 0, 300),
    "d": ("userTask", 300, 0),
}
CALLED_FOR = (
    '<collaboration id="k"><participant id="p1" name="A" processRef="p"/><participant id="p2" name="B"/>'
    '<messageFlow id="m1" name="Antrag" sourceRef="p2" targetRef="a"/></collaboration>'
)


ALIKE = [
    (
        "EVT-1",
        picture({"s": ("startEvent", 0, 0)}),
        picture({"a": TASKS["a"]}),
    ),
    (
        "GW-2",
        picture({**SPLIT, "j": ("exclusiveGateway", 300, 0)}, WAYS),
        picture({**SPLIT, "j": ("exclusiveGateway", 300, 200)}, WAYS),
    ),
    (
        "SEQ-3",
        picture(
            TASKS,
            {
                "f1": ("a", "d", [(100, 40), (300, 40)]),
                "f2": ("c", "b", [(100, 340), (300, 340)]),
            },
        ),
        picture(
            TASKS,
            {
                "f1": ("a", "b", [(100, 40), (300, 340)]),
                "f2": ("c", "d", [(100, 340), (300, 40)]),
            },
        ),
    ),
    (
        "SEQ-4",
        picture(
            TASKS,
            {
                "f1": ("a", "d", [(100, 30), (300, 30)]),
                "f2": ("d", "a", [(300, 50), (100, 50)]),
            },
        ),
        picture(
            TASKS,
            {
                "f1": ("a", "d", [(100, 40), (300, 40)]),
                "f2": ("d", "a", [(300, 40), (100, 40)]),
            },
        ),
    ),
    (
        "MSG-3",
        picture({"a": TASKS["a"]}, {"m1": ("p2", "a", [(50, -90), (50, 0)])}, CALLED_FOR),
        picture({"a": TASKS["a"]}, {"m1": ("p2", "a", [(-90, 40), (0, 40)])}, CALLED_FOR),
    ),
    (
        "EVT-5",
        picture({"a": TASKS["a"]}, "", CALLED_FOR),
        picture(
            {},
            "",
            CALLED_FOR,
            '<intermediateCatchEvent id="a" name="Antrag da"><messageEventDefinition id="x"/>'
            "</intermediateCatchEvent>",
        ),
    ),
    (
        "GRP-1",
        picture({"g": ("group", 500, 500), "a": TASKS["a"]}),
        picture({"g": ("group", -100, -100), "a": TASKS["a"]}),
    ),
]


@pytest.mark.parametrize(("rule", "good", "bad"), ALIKE)
def test_lines_messages_and_groups_are_looked_at(rule, good, bad):
    assert rule not in {c.rule for c in conventions({"x.bpmn": good}, "analytic")}
    assert rule in {c.rule for c in conventions({"x.bpmn": bad}, "analytic")}


def gateways(number):
    """Gateways one after the other, each with an end beside."""
    nodes = {f"g{n}": ("exclusiveGateway", 90 * n, 0) for n in range(number)}
    ends = {f"e{n}": ("endEvent", 90 * n, 200) for n in range(number)}
    on = {f"f{n}": (f"g{n}", f"g{n + 1}", []) for n in range(number - 1)}
    last = {"fz": (f"g{number - 1}", "z", [])}
    down = {f"d{n}": (f"g{n}", f"e{n}", []) for n in range(number)}
    return picture({**nodes, **ends, "z": ("endEvent", 900, 0)}, {**on, **last, **down})


NESTED = "<laneSet><lane id='l0'>" + "<childLaneSet><lane id='l1'>" * 3
NESTED += "</lane></childLaneSet>" * 3 + "</lane></laneSet>"
POOL = '<collaboration id="k"><participant id="pool" name="A" processRef="p"/></collaboration>'
LANE = '<laneSet><lane id="lane" name="B"/></laneSet>'
START = {"s": ("startEvent", 0, 0)}
ONE = {"a": ("userTask", 100, 0)}


BROKEN = [
    ("GEN-1", picture(TASKS, {"f": ("b", "c", [])})),
    ("GEN-2", picture(TASKS).replace(b'width="100"', b'width="140"', 1)),
    ("GEN-6", gateways(3)),
    ("DIA-2", picture({f"t{n}": ("userTask", 120 * n, 0) for n in range(16)})),
    ("DIA-4", picture({"a": ("userTask", 0, 0), "b": ("userTask", 0, 900)})),
    ("LANE-1", picture(ONE, more=NESTED)),
    ("LANE-2", picture({"pool": ("pool", 0, 0), "lane": ("pool", -9, 0)}, "", POOL, LANE)),
    (
        "EVT-2",
        picture({**START, "s2": START["s"], **ONE}, {"f": ("s", "a", []), "g": ("s2", "a", [])}),
    ),
    ("ACT-4", picture(ONE, more='<subProcess id="x"><task id="y"/></subProcess>')),
    (
        "GW-1",
        picture(
            {"s0": START["s"], **SPLIT},
            {"f": ("s0", "s", []), "g": ("s", "a", []), "h": ("s", "b", [])},
        ),
    ),
    ("SEQ-2", picture(TASKS, {"f": ("a", "b", []), "g": ("a", "c", [])})),
]


@pytest.mark.parametrize(("rule", "drawing"), BROKEN)
def test_what_does_not_follow_a_rule_is_told(rule, drawing):
    assert rule in {c.rule for c in conventions({"x.bpmn": drawing}, "analytic")}


def test_a_thrown_message_is_told_where_the_palette_is_small():
    thrown = (
        '<intermediateThrowEvent id="x"><messageEventDefinition id="y"/></intermediateThrowEvent>'
    )
    for mode, told in (("analytic", False), ("descriptive", True)):
        found = conventions({"x.bpmn": picture(ONE, more=thrown)}, mode)
        assert ("EVT-6" in {c.rule for c in found}) == told


def test_names_in_two_languages_are_told_apart():
    nodes = {"a": ("userTask", 0, 0), "b": ("userTask", 0, 0)}
    text = picture(nodes).decode()
    german = text.replace(
        'id="a" name="Antrag prüfen"', 'id="a" name="Über den Antrag und die Beilagen befinden"'
    )
    mixed = german.replace(
        'id="b" name="Antrag prüfen"', 'id="b" name="Tell the office about the decision"'
    )
    assert not [
        c for c in conventions({"x.bpmn": german.encode()}, "analytic") if c.rule == "GEN-5"
    ]
    found = [c for c in conventions({"x.bpmn": mixed.encode()}, "analytic") if c.rule == "GEN-5"]
    assert len(found) == 1


def test_a_message_that_stands_on_two_levels_is_told_in_both():
    one = picture({"a": TASKS["a"]}, "", CALLED_FOR)
    other = one.replace(b'process id="p"', b'process id="q"').replace(b'Ref="p"', b'Ref="q"')
    assert "MSG-4" not in {c.rule for c in conventions({"x.bpmn": one}, "analytic")}
    found = conventions({"x.bpmn": one, "y.bpmn": other}, "analytic")
    assert [c.file for c in found if c.rule == "MSG-4"] == ["x.bpmn", "y.bpmn"]


def test_every_rule_is_broken_by_a_drawing_here():
    pools = {"POOL-1", "POOL-2", "POOL-3", "POOL-4", "POOL-5", "MSG-1", "MSG-2", "MSG-4"}
    broken = {rule for rule, *_ in (*ALIKE, *BROKEN)} | set(BREAKS) | pools | {"EVT-6", "PAL-1"}
    assert broken == set(RULES)
