"""Hostile drawings: over a hundred attacks in every place where a drawing holds text.

Nothing runs: what is not of the language is found by the check, and what is evaluated all the same
gives a plain value or an error, within counted steps. A file that an attack would write is the proof.
"""

import ast
import os
import random
import tempfile
from pathlib import Path

import pytest

from intake.forms import vocabulary
from models.deadlines import Deadlines
from tests.workflows.drawings import HEAD
from workflows import expressions
from workflows.diagrams.check import check, names_known
from workflows.diagrams.differences import differences
from workflows.diagrams.ech import MODES, conventions
from workflows.diagrams.known import Known
from workflows.diagrams.uses import uses
from workflows.engine.case import Case
from workflows.engine.script import ClosedEngine, ClosedEnvironment
from workflows.errors import StepFailed, UnreadableDrawing
from workflows.expressions import Functions, evaluate, from_mapping
from workflows.imports import bring_in

#: The same for all processes of one run, which must name the attacks alike.
CANARY = Path(tempfile.gettempdir()) / f"intake-attack-canary-{os.getuid()}"
TOUCH = f"__import__('pathlib').Path('{CANARY}').write_text('x')"
DATA = {"a": 1, "b": "text", "triage.decision": "admit", "ok": True, "none": None}

ATTACKS = [
    TOUCH,
    f"eval({TOUCH!r})",
    f"exec({TOUCH!r})",
    f"open('{CANARY}', 'w')",
    f"(lambda: {TOUCH})()",
    f"[{TOUCH} for _ in [1]]",
    f"{{{TOUCH} for _ in [1]}}",
    f"list({TOUCH} for _ in [1])",
    f"(x := {TOUCH})",
    f"{TOUCH} if True else 0",
    f"f'{{{TOUCH}}}'",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1].__subclasses__()",
    "a.__class__",
    "a.__init__.__globals__",
    "b.format(a)",
    "'{0.__class__}'.format(a)",
    "'%s' % a",
    "b.format_map(a)",
    "getattr(a, 'x')",
    "getattr(a, '__cl' + 'ass__')",
    "setattr(a, 'x', 1)",
    "vars()",
    "globals()",
    "locals()",
    "dir()",
    "type(a)",
    "type('X', (), {})",
    "object()",
    "compile('1', 'x', 'eval')",
    "breakpoint()",
    "input()",
    "print(1)",
    "help()",
    "exit()",
    "quit()",
    "memoryview(b'x')",
    "super()",
    "__builtins__",
    "__name__",
    "_",
    "__loader__.load_module('os')",
    "os.system('true')",
    "sys.modules",
    "subprocess.run('true')",
    "working_days.__globals__",
    "working_days.__self__",
    "working_days",
    "functions",
    "self._deadlines",
    "every.__func__",
    "working_days(code='T2')",
    "working_days(*['T2'])",
    "working_days(**{})",
    "months_after(a, 10**9)",
    "months_after('2026-01-01', 601)",
    "months_after('9999-12-31', 600)",
    "end_of_day('9999-12-31')",
    "end_of_day(a)",
    "deadline_after('x', 'T2')",
    "9**9**9",
    "2**1000000",
    "1 << 10**9",
    "10**12 * 10**12",
    "999999999999 * 999999999999",
    "1e308 * 1e308",
    "float('nan')",
    "1e400",
    "'x' * 10**9",
    "b * 1000000000",
    "[0] * 10**9",
    "[1] + [2]",
    "b + b",
    "a / 0",
    "a // 0",
    "a % 0",
    "a @ a",
    "a | a",
    "~a",
    "not " * 500 + "a",
    "-" * 500 + "1",
    "(" * 500 + "1" + ")" * 500,
    "[" * 500 + "]" * 500,
    "a." * 500 + "b",
    "a[" * 100 + "0" + "]" * 100,
    "+".join(["1"] * 5000),
    " and ".join(["ok"] * 5000),
    "a" * 100_000,
    "'" + "x" * 5_000_000 + "'",
    "1" * 100_000,
    "a if a else " * 300 + "a",
    "range(10**9)",
    "sum([1])",
    "max([1], key=eval)",
    "sorted([1])",
    "len(b)",
    "str(a)",
    "int('9' * 100000)",
    "bytes(10**9)",
    "a[0]",
    "a[::1]",
    "{'typename': 'x'}",
    "{1: 2}",
    "{1, 2}",
    "(yield)",
    "await a",
    "lambda: 0",
    "import os",
    "a = 1",
    "a; b",
    "while True: pass",
    "def f(): pass",
    "class X: pass",
    "del a",
    "raise ValueError",
    "assert False",
    "\x00",
    "a\x00",
    "\ud800",
    "ａ．＿＿class＿＿",
    "ª.__class__",
    "# comment",
    "a # comment",
    "...",
    "b'x'",
    "1j",
    "${a}",
    "#{a}",
    "= a",
    "a && b",
    "a || b",
    "!a",
    "<script>alert(1)</script>",
    "]]><x/>",
    "P99999999999999Y",
    "R/PT0S",
    "R999999999/PT1S",
    "R-1/P1D",
]


@pytest.fixture(autouse=True)
def _no_canary():
    CANARY.unlink(missing_ok=True)
    yield
    assert not CANARY.exists()


@pytest.fixture(scope="module")
def forms():
    from flask import Flask
    from flask_babel import Babel

    app = Flask("check")
    Babel(app, default_locale="de")
    with app.test_request_context():
        return vocabulary()


def test_there_are_enough_of_them():
    assert len(set(ATTACKS)) >= 100
    assert len(PLACES) >= 10


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text)[:30])
def test_an_attack_gives_a_plain_value_or_an_error(text):
    try:
        value = evaluate(text, from_mapping(DATA), Functions(Deadlines({}, {})))
    except Exception as error:
        assert not isinstance(error, MemoryError | RecursionError | SystemExit)
    else:
        plain = value if isinstance(value, list) else [value]
        assert all(v is None or type(v) in (bool, int, float, str) for v in plain)


def test_a_script_is_never_executed():
    for text in ATTACKS:
        with pytest.raises(PermissionError):
            ClosedEnvironment().execute(text, {})


def escaped(text):
    clean = "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff")
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")[:3000]


def around(inside, outside=""):
    return (
        f'{HEAD}<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/>'
        f'<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="x"/>{inside}'
        '<bpmn:sequenceFlow id="f2" sourceRef="x" targetRef="e"/><bpmn:endEvent id="e" name="E"/>'
        f"</bpmn:process>{outside}</bpmn:definitions>"
    )


def gateway(kind):
    return lambda text: around(
        f'<bpmn:{kind}Gateway id="x" name="?" default="f2"/><bpmn:endEvent id="e2" name="E"/>'
        '<bpmn:sequenceFlow id="f3" sourceRef="x" targetRef="e2" name="n"><bpmn:conditionExpression>'
        f"{text}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )


def catching(inner):
    return lambda text: around(
        f'<bpmn:intermediateCatchEvent id="x">{inner.format(text)}</bpmn:intermediateCatchEvent>'
    )


def watching(inner):
    return lambda text: around(
        '<bpmn:userTask id="x" name="T"/><bpmn:boundaryEvent id="b" attachedToRef="x">'
        f"{inner.format(text)}</bpmn:boundaryEvent><bpmn:endEvent id='e2' name='E'/>"
        '<bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="e2"/>'
    )


def within(tag, inner):
    return lambda text: around(f'<bpmn:{tag} id="x" name="T">{inner.format(text)}</bpmn:{tag}>')


EXTENSION = "<bpmn:extensionElements>{}</bpmn:extensionElements>"
TIMER = "<bpmn:timerEventDefinition><bpmn:time{0}>{{}}</bpmn:time{0}></bpmn:timerEventDefinition>"
LOOP = "<bpmn:{0}LoopCharacteristics>{1}</bpmn:{0}LoopCharacteristics>"
PLACES = {
    "exclusive condition": gateway("exclusive"),
    "inclusive condition": gateway("inclusive"),
    "catching date": catching(TIMER.format("Date")),
    "catching duration": catching(TIMER.format("Duration")),
    "catching cycle": catching(TIMER.format("Cycle")),
    "boundary duration": watching(TIMER.format("Duration")),
    "boundary cycle": watching(TIMER.format("Cycle")),
    "conditional event": watching(
        "<bpmn:conditionalEventDefinition><bpmn:condition>{}</bpmn:condition>"
        "</bpmn:conditionalEventDefinition>"
    ),
    "script": within("scriptTask", "<bpmn:script>{}</bpmn:script>"),
    "pre-script": within(
        "userTask", EXTENSION.format("<spiffworkflow:preScript>{}</spiffworkflow:preScript>")
    ),
    "post-script": within(
        "userTask", EXTENSION.format("<spiffworkflow:postScript>{}</spiffworkflow:postScript>")
    ),
    "service parameter": within(
        "serviceTask",
        EXTENSION.format(
            '<spiffworkflow:serviceTaskOperator id="notify"><spiffworkflow:parameters>'
            '<spiffworkflow:parameter id="notice" type="str" value="{}"/>'
            "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        ),
    ),
    "cardinality": within(
        "userTask", LOOP.format("multiInstance", "<bpmn:loopCardinality>{}</bpmn:loopCardinality>")
    ),
    "completion": within(
        "userTask",
        LOOP.format(
            "multiInstance",
            "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
            "<bpmn:completionCondition>{}</bpmn:completionCondition>",
        ),
    ),
    "loop condition": within(
        "userTask", LOOP.format("standard", "<bpmn:loopCondition>{}</bpmn:loopCondition>")
    ),
    "correlation": lambda text: around(
        '<bpmn:userTask id="x" name="T"/>',
        '<bpmn:correlationProperty id="c"><bpmn:correlationPropertyRetrievalExpression'
        f' messageRef="m"><bpmn:messagePath>{text}</bpmn:messagePath>'
        "</bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
        '<bpmn:message id="m" name="m"/>',
    ),
}
DMN = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" namespace="n">'
    '<decision id="t" name="T"><decisionTable id="dt" hitPolicy="FIRST"><input id="i" label="I">'
    "<inputExpression><text>{}</text></inputExpression></input>"
    '<output id="o" label="O" name="t.o"/><rule id="r"><inputEntry><text>{}</text></inputEntry>'
    "<outputEntry><text>{}</text></outputEntry></rule></decisionTable></decision></definitions>"
)
RULE = around(
    '<bpmn:businessRuleTask id="x" name="T"><bpmn:extensionElements><spiffworkflow:'
    "calledDecisionId>t</spiffworkflow:calledDecisionId></bpmn:extensionElements>"
    "</bpmn:businessRuleTask>"
)
CELLS = {
    "table input": lambda text: DMN.format(text, "-", "1"),
    "table cell": lambda text: DMN.format("referral.permit", text, "1"),
    "table answer": lambda text: DMN.format("referral.permit", "-", text),
}


def bundle_with(place, text):
    """The attack in its place, and what else a drawing needs."""
    if place in PLACES:
        return {"p.bpmn": PLACES[place](escaped(text)).encode()}
    return {"p.bpmn": RULE.encode(), "t.dmn": CELLS[place](escaped(text)).encode()}


#: A text that stands for itself; where a plain text is expected it does no harm.
PLAIN = {("service parameter", "R/PT0S"), ("table input", "R/PT0S")}


@pytest.mark.parametrize("place", [*PLACES, *CELLS])
def test_every_attack_is_refused_in_every_place(forms, place):
    """Refused by the check; and where a spec is built all the same, running it does nothing."""
    for text in ATTACKS:
        if not escaped(text) or (place, text) in PLAIN:
            continue
        bundle = bundle_with(place, text)
        found = [f for f in check(bundle, "p", forms) if f.forbids]
        assert found, (place, text[:60])
        _run_anyway(bundle)


@pytest.mark.parametrize("place", [*PLACES, *CELLS])
def test_no_attack_runs_or_stumbles_in_what_the_workbench_looks_at(forms, place):
    """Import, where-used, what is known, conventions, names, differences: asked of files unchecked."""
    for text in ATTACKS[::5]:
        bundle = bundle_with(place, text)
        brought = bring_in(bundle, forms)
        assert brought.files.keys() == bundle.keys()
        uses(bundle, forms)
        Known(bundle, forms).at("p", "x")
        names_known(bundle, forms)
        differences(bundle, {name: text.encode() for name, text in brought.files.items()})
        for mode in MODES:
            conventions(bundle, mode)


def _run_anyway(bundle):
    from workflows.diagrams.read import read

    try:
        specs = read(bundle, "p")
        case = Case.start(
            specs, ClosedEngine(ClosedEnvironment(facts=lambda: {"referral.permit": "B"}))
        )
        for step in case.open_steps()[:1]:
            case.complete(step.id, {})
        case.fire_due()
    except (UnreadableDrawing, StepFailed, KeyError):
        return


GRAMMAR = {
    "expr": [
        "{expr} and {expr}",
        "{expr} or {expr}",
        "not {expr}",
        "{atom} {op} {atom}",
        "({expr})",
        "{call}",
        "{atom} in [{atom}, {atom}]",
        "-{atom}",
        "{atom} {sign} {atom}",
    ],
    "atom": ["a", "b", "none", "ok", "triage.decision", "1", "999999999999", "1.5", '"x"', "True"],
    "op": ["==", "!=", "<", "<=", ">", ">=", "is", "is not"],
    "sign": ["+", "-", "*"],
    "call": [
        'months_after("2026-01-31", {atom})',
        "end_of_day({atom})",
        'morning_of("2026-02-29")',
        'deadline_after({atom}, "T3")',
        'every("T8")',
        'then_every("T3", {atom})',
        "working_days({atom})",
    ],
}


def grown(dice, kind="expr", depth=0):
    """A random text of the allowed grammar."""
    options = GRAMMAR[kind] if depth < 6 or kind != "expr" else ["{atom}"]
    text = dice.choice(options)
    while "{" in text:
        start = text.index("{")
        end = text.index("}", start)
        text = text[:start] + grown(dice, text[start + 1 : end], depth + 1) + text[end + 1 :]
    return text


def test_whatever_the_grammar_allows_is_computed_in_few_steps(monkeypatch):
    """Three thousand random expressions: none takes more steps than its tree has nodes."""
    steps = 0
    real = expressions._value

    def counted(*args):
        nonlocal steps
        steps += 1
        return real(*args)

    monkeypatch.setattr(expressions, "_value", counted)
    for seed in range(3000):
        text = grown(random.Random(seed))
        steps = 0
        nodes = sum(1 for _ in ast.walk(ast.parse(text, mode="eval")))
        try:
            value = evaluate(text, from_mapping(DATA), Functions(Deadlines({}, {})))
        except Exception as error:
            assert not isinstance(error, MemoryError | RecursionError)
        else:
            assert value is None or type(value) in (bool, int, float, str, list)
        assert steps <= nodes
