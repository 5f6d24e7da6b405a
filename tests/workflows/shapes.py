"""Drawings from a shorthand, and the largest and most tangled ones below the limits of a file."""

import itertools

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="t">'
)
FORM = (
    '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="form"'
    ' value="triage"/></spiffworkflow:properties></bpmn:extensionElements>'
)


def process(body, key="main", before=""):
    """A drawing of shorthand: `s>a a>e`, where the first letter of a name says what it is."""
    return (
        f'{HEAD}{before}<bpmn:process id="{key}">{body}</bpmn:process></bpmn:definitions>'
    ).encode()


KINDS = {
    "s": '<bpmn:startEvent id="{0}"/>',
    "e": '<bpmn:endEvent id="{0}" name="Ende"/>',
    "t": '<bpmn:endEvent id="{0}" name="Ende"><bpmn:terminateEventDefinition/></bpmn:endEvent>',
    "a": f'<bpmn:userTask id="{{0}}" name="Etwas tun">{FORM}</bpmn:userTask>',
    "x": '<bpmn:exclusiveGateway id="{0}" default="{1}"/>',
    "p": '<bpmn:parallelGateway id="{0}"/>',
    "v": '<bpmn:serviceTask id="{0}" name="Etwas machen"><bpmn:extensionElements>'
    '<spiffworkflow:serviceTaskOperator id="ask_for_items"/></bpmn:extensionElements></bpmn:serviceTask>',
}


def drawn(flows, extra=""):
    """A process from `s>a a>x x>e`; the first flow out of a gateway is its default."""
    pairs = [flow.split(">") for flow in flows.split()]
    nodes = dict.fromkeys(name for pair in pairs for name in pair)
    first = {}
    lines = []
    for number, (source, target) in enumerate(pairs):
        key = f"f{number}"
        default = first.setdefault(source, key) == key
        condition = (
            '<bpmn:conditionExpression>triage.decision == "decline"</bpmn:conditionExpression>'
            if source[0] == "x" and not default
            else ""
        )
        lines.append(
            f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{condition}'
            "</bpmn:sequenceFlow>"
        )
    body = "".join(KINDS[n[0]].format(n, first.get(n, "")) for n in nodes)
    refs = "".join(f"<bpmn:flowNodeRef>{n}</bpmn:flowNodeRef>" for n in nodes)
    lane = f'<bpmn:laneSet><bpmn:lane id="coordinator" name="K">{refs}</bpmn:lane></bpmn:laneSet>'
    return process(lane + body + "".join(lines) + extra)


def ways(kind, number):
    """A gateway of many ways that meet again, a task on each."""
    each = " ".join(f"{kind}s>a{i} a{i}>{kind}j" for i in range(number))
    return drawn(f"s>{kind}s {each} {kind}j>e")


def ladder(rungs, each=10):
    """Splits one after the other, whose ways run straight into their join."""
    flows, before = [], "s"
    for rung in range(rungs):
        flows += [f"{before}>ps{rung}", *[f"ps{rung}>pj{rung}"] * each]
        before = f"pj{rung}"
    return drawn(" ".join([*flows, f"{before}>e"]))


def nested(depth):
    """A split in each way of a split, and so on: twice as many tasks at once a level."""
    flows = []

    def block(name, left):
        if not left:
            return f"a{name}", f"a{name}"
        ends = [block(name + side, left - 1) for side in "lr"]
        for first, last in ends:
            flows.extend((f"p{name}s>{first}", f"{last}>p{name}j"))
        return f"p{name}s", f"p{name}j"

    first, last = block("n", depth)
    return drawn(" ".join([f"s>{first}", *flows, f"{last}>e"]))


def row(kind, number):
    """Many elements of a kind in a row, a task before them."""
    names = ["s", "a", *(f"{kind}{i}" for i in range(number)), "e"]
    return drawn(" ".join(f"{one}>{other}" for one, other in itertools.pairwise(names)))


def choices(number):
    """Choices one after the other, both ways of each lead to the next."""
    flows = " ".join(f"x{i}>x{i + 1} x{i}>x{i + 1}" for i in range(number))
    return drawn(f"s>a a>x0 {flows} x{number}>e")


#: Name to drawing; each is legal XML of legal elements below the limits of a file.
TANGLED = {
    "40 tasks at once": lambda: ways("p", 40),
    "300 ways at once": lambda: ways("p", 300),
    "1,000 ways to choose from": lambda: ways("x", 1000),
    "20 splits of 10 ways": lambda: ladder(20),
    "100 splits of 40 ways": lambda: ladder(100, 40),
    "32 tasks at once, nested": lambda: nested(5),
    "64 tasks at once, nested": lambda: nested(6),
    "256 tasks at once, nested": lambda: nested(8),
    "500 tasks in a row": lambda: row("a", 500),
    "300 gateways in a row": lambda: row("x", 300),
    "3,000 gateways in a row": lambda: row("x", 3000),
    "100 choices in a row": lambda: choices(100),
    "1,000 choices in a row": lambda: choices(1000),
}
