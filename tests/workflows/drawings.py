"""Small drawings for the engine's tests, written as what they consist of."""

import itertools

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'id="d" targetNamespace="t">'
)
START, END = '<bpmn:startEvent id="start" name="s"/>', '<bpmn:endEvent id="end" name="e"/>'


def user(*ids):
    return "".join(f'<bpmn:userTask id="{i}" name="{i}"/>' for i in ids)


def gate(kind, element, default=""):
    default = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{element}"{default}/>'


def flow(a, b, condition=""):
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}">{inner}</bpmn:sequenceFlow>'


def flows(*names):
    return "".join(flow(a, b) for a, b in itertools.pairwise(names))


def boundary(element, host, inner, interrupts=True):
    cancel = "true" if interrupts else "false"
    return f'<bpmn:boundaryEvent id="{element}" name="{element}" attachedToRef="{host}" cancelActivity="{cancel}">{inner}</bpmn:boundaryEvent>'


def timer(kind, text):
    return f'<bpmn:timerEventDefinition id="t_{abs(hash(text)) % 10**8}"><bpmn:time{kind}>{text}</bpmn:time{kind}></bpmn:timerEventDefinition>'


def wait(element, text):
    return f'<bpmn:intermediateCatchEvent id="{element}" name="{element}">{timer("Duration", text)}</bpmn:intermediateCatchEvent>'


def drawing(*parts, extra=""):
    return f'{HEAD}<bpmn:process id="p" isExecutable="true">{START}{"".join(parts)}{END}</bpmn:process>{extra}</bpmn:definitions>'


LOOP_END = gate("exclusive", "gw", "f_gw_end") + flow("gw", "end")
MESSAGE = '<bpmn:message id="m" name="note"/>'

DRAWINGS = {
    "loop": drawing(user("a"), LOOP_END, flows("start", "a", "gw"), flow("gw", "a", "go_on")),
    "loop_beside_wait": drawing(
        gate("parallel", "split"),
        user("a", "b"),
        wait("w", "P900D"),
        gate("parallel", "join"),
        gate("exclusive", "gw", "f_gw_join"),
        gate("exclusive", "in"),
        flows("start", "split", "in", "a", "gw", "join", "end"),
        flow("gw", "in", "go_on"),
        flows("split", "w", "b", "join"),
    ),
    "parallel_loop": drawing(
        gate("parallel", "p1"),
        gate("parallel", "p2"),
        gate("exclusive", "in"),
        user("u1", "u2", "u3", "after"),
        LOOP_END,
        flows("start", "in", "p1"),
        *(flows("p1", f"u{n}", "p2") for n in (1, 2, 3)),
        flows("p2", "after", "gw"),
        flow("gw", "in", "go_on"),
    ),
    "inclusive_loop": drawing(
        user("a", "u1", "u2", "u3", "after"),
        gate("inclusive", "p1", "f_p1_u3"),
        gate("inclusive", "p2"),
        gate("exclusive", "in"),
        LOOP_END,
        flows("start", "in", "a", "p1"),
        flow("p1", "u1", "k1"),
        flow("p1", "u2", "k2"),
        flow("p1", "u3"),
        *(flow(f"u{n}", "p2") for n in (1, 2, 3)),
        flows("p2", "after", "gw"),
        flow("gw", "in", "go_on"),
    )
    .replace("k1</bpmn", "k1 == True</bpmn")
    .replace("k2</bpmn", "k2 == True</bpmn"),
    "two_timers": drawing(
        user("a", "x", "y"),
        boundary("b1", "a", timer("Duration", "P1D")),
        boundary("b2", "a", timer("Duration", "P2D")),
        flows("start", "a", "end"),
        flows("b1", "x", "end2"),
        flows("b2", "y", "end3"),
        '<bpmn:endEvent id="end2" name="e2"/><bpmn:endEvent id="end3" name="e3"/>',
    ),
    "terminated_by_the_first": drawing(
        gate("parallel", "split"),
        user("a", "b"),
        gate("exclusive", "no"),
        gate("parallel", "both"),
        boundary("ba", "a", timer("Duration", "P1D")),
        boundary("bb", "b", timer("Duration", "P1DT1H")),
        '<bpmn:endEvent id="stop" name="stop"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="code" value="ended"/>'
        "</spiffworkflow:properties></bpmn:extensionElements>"
        '<bpmn:terminateEventDefinition id="td"/></bpmn:endEvent>',
        flows("start", "split", "a", "both", "end"),
        flows("split", "b", "both"),
        flows("ba", "no", "stop"),
        flows("bb", "no"),
    ),
    "cycle": drawing(
        user("a", "reminded"),
        boundary("b", "a", timer("Cycle", "R/P7D"), interrupts=False),
        flows("start", "a", "end"),
        flows("b", "reminded", "end2"),
        '<bpmn:endEvent id="end2" name="e2"/>',
    ),
    "message": drawing(
        user("a", "noted"),
        boundary(
            "b", "a", '<bpmn:messageEventDefinition id="md" messageRef="m"/>', interrupts=False
        ),
        flows("start", "a", "end"),
        flows("b", "noted", "end2"),
        '<bpmn:endEvent id="end2" name="e2"/>',
        extra=MESSAGE,
    ),
    "side_branches": drawing(
        user("a", "b", "side", "late"),
        boundary("nb", "a", timer("Duration", "P2D"), interrupts=False),
        boundary("ib", "b", timer("Duration", "P9D")),
        LOOP_END,
        gate("exclusive", "in"),
        gate("exclusive", "out"),
        flows("start", "in", "a", "b", "out", "gw"),
        flows("nb", "side", "end2"),
        flows("ib", "late", "out"),
        flow("gw", "in", "go_on"),
        '<bpmn:endEvent id="end2" name="e2"/>',
    ),
    "call": drawing(
        '<bpmn:callActivity id="c" name="c" calledElement="q"/>',
        user("late"),
        gate("exclusive", "in"),
        gate("exclusive", "out"),
        boundary("ib", "c", timer("Duration", "P40D")),
        LOOP_END,
        flows("start", "in", "c", "out", "gw"),
        flows("ib", "late", "out"),
        flow("gw", "in", "go_on"),
        extra='<bpmn:process id="q" isExecutable="true"><bpmn:startEvent id="qs" name="s"/>'
        + user("q1", "q2")
        + wait("qw", "P3D")
        + '<bpmn:endEvent id="qe" name="e"/>'
        + gate("parallel", "qp")
        + gate("parallel", "qj")
        + flows("qs", "qp", "q1", "qj", "qe")
        + flows("qp", "qw", "q2", "qj")
        + "</bpmn:process>",
    ),
    "event_gateway": drawing(
        user("a", "late", "heard"),
        gate("eventBased", "eg"),
        wait("ew", "P4D"),
        gate("exclusive", "in"),
        gate("exclusive", "out"),
        LOOP_END,
        '<bpmn:intermediateCatchEvent id="em" name="em"><bpmn:messageEventDefinition id="md" messageRef="m"/></bpmn:intermediateCatchEvent>',
        flows("start", "in", "a", "eg", "ew", "late", "out", "gw"),
        flows("eg", "em", "heard", "out"),
        flow("gw", "in", "go_on"),
        extra=MESSAGE,
    ),
    "nested_loops": drawing(
        user("a", "b"),
        gate("exclusive", "in"),
        gate("exclusive", "again"),
        gate("exclusive", "inner", "f_inner_b"),
        LOOP_END,
        flows("start", "in", "again", "a", "inner", "b", "gw"),
        flow("inner", "again", "k1 == True"),
        flow("gw", "in", "go_on"),
    ),
    "nested_parallel": drawing(
        gate("exclusive", "in"),
        *(gate("parallel", name) for name in ("p1", "p2", "p3", "p4")),
        user("u1", "u2", "u3"),
        wait("w", "P6D"),
        LOOP_END,
        flows("start", "in", "p1", "p2", "u1", "p3", "p4", "gw"),
        flows("p2", "u2", "p3"),
        flows("p1", "u3", "w", "p4"),
        flow("gw", "in", "go_on"),
    ),
    "interrupted_call": drawing(
        '<bpmn:callActivity id="c" name="c" calledElement="q"/>',
        user("heard", "reminded"),
        gate("exclusive", "in"),
        gate("exclusive", "out"),
        boundary("mb", "c", '<bpmn:messageEventDefinition id="md" messageRef="m"/>'),
        boundary("tb", "c", timer("Cycle", "R/P5D"), interrupts=False),
        LOOP_END,
        flows("start", "in", "c", "out", "gw"),
        flows("mb", "heard", "out"),
        flows("tb", "reminded", "end2"),
        flow("gw", "in", "go_on"),
        '<bpmn:endEvent id="end2" name="e2"/>',
        extra=MESSAGE
        + '<bpmn:process id="q" isExecutable="true"><bpmn:startEvent id="qs" name="s"/>'
        + user("q1", "q2")
        + '<bpmn:endEvent id="qe" name="e"/>'
        + flows("qs", "q1", "q2", "qe")
        + "</bpmn:process>",
    ),
    "inclusive_waits": drawing(
        user("a", "u1", "u2"),
        wait("w", "P3D"),
        gate("inclusive", "p1", "f_p1_u2"),
        gate("inclusive", "p2"),
        gate("exclusive", "in"),
        LOOP_END,
        flows("start", "in", "a", "p1"),
        flow("p1", "u1", "k1 == True"),
        flow("p1", "w", "k2 == True"),
        flow("p1", "u2"),
        flows("u1", "p2"),
        flows("w", "p2"),
        flows("u2", "p2", "gw"),
        flow("gw", "in", "go_on"),
    ),
    "several_at_once": drawing(
        '<bpmn:userTask id="a" name="a"><bpmn:multiInstanceLoopCharacteristics>'
        "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
        user("b"),
        gate("exclusive", "in"),
        LOOP_END,
        flows("start", "in", "a", "b", "gw"),
        flow("gw", "in", "go_on"),
    ),
}
#: Drawings that are meant to fail.
BROKEN = {
    "endless": drawing(
        gate("exclusive", "in"), LOOP_END, flows("start", "in", "gw"), flow("gw", "in", "go_on")
    ),
    "unknown_name": drawing(
        user("a", "b"),
        gate("exclusive", "gw", "f_gw_end"),
        flows("start", "a", "gw", "end"),
        flow("gw", "b", "nobody.set_this"),
        flow("b", "end"),
    ),
}


def bundle(name):
    return {"x.bpmn": {**DRAWINGS, **BROKEN}[name].encode()}
