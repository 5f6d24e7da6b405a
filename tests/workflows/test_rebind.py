"""Edits of a drawing under running cases: ids, data and due times stay, or the case says why not."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.workflows.drawings import boundary, drawing, flow, flows, gate, timer, user, wait
from workflows.diagrams.read import read
from workflows.engine.case import Case
from workflows.engine.rebind import Blocker, blockers, rebind
from workflows.engine.script import ClosedEngine, ClosedEnvironment

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
TAIL = (user("b"), flows("b", "end"))
LATE = boundary("late", "a", timer("Duration", "P5D"), interrupts=False) + (
    '<bpmn:endEvent id="told" name="told"/>' + flow("late", "told")
)
CALLED = (
    '<bpmn:process id="q" isExecutable="true"><bpmn:startEvent id="qs" name="s"/>'
    + user("a")
    + '<bpmn:endEvent id="qe" name="e"/>'
    + flows("qs", "a", "qe")
    + "</bpmn:process>"
)
CALL = ('<bpmn:callActivity id="c" name="c" calledElement="q"/>', *TAIL, flows("start", "c", "b"))
ONE = (user("a"), *TAIL, flows("start", "a", "b"))
BASE = drawing(*ONE, LATE)
BOTH = (gate("parallel", "split"), gate("parallel", "join"), user("a"), wait("w", "P9D"))


def specs(text):
    return read({"x.bpmn": text.encode()}, "p")


def engine():
    return ClosedEngine(ClosedEnvironment())


def view(case):
    return [(s.id, s.element, s.data) for s in case.open_steps()], case.next_due


def to_the_end(case, clock):
    """The names of the steps on the way; every timer that stands in it fires."""
    told = []
    for _ in range(20):
        if case.over:
            return told
        steps = case.open_steps()
        if steps:
            told.append(steps[0].name)
            case.complete(steps[0].id, {"go_on": False})
        else:
            clock.shift(timedelta(days=40))
            case.fire_due()
    raise AssertionError("never ends")


#: Name to (drawing before, drawing after, names of the steps from there to the end).
MOVES = {
    "label": (BASE, BASE.replace('name="a"', 'name="A neu"'), ["A neu", "b"]),
    "deadline": (BASE, BASE.replace("P5D", "P9D"), ["a", "b"]),
    "new task ahead": (
        BASE,
        drawing(user("a", "between"), *TAIL, flows("start", "a", "between", "b"), LATE),
        ["a", "between", "b"],
    ),
    "second boundary timer": (
        BASE,
        drawing(
            *ONE,
            LATE,
            boundary("later", "a", timer("Duration", "P8D"), interrupts=False),
            '<bpmn:endEvent id="told2" name="t"/>',
            flow("later", "told2"),
        ),
        ["a", "b"],
    ),
    "first boundary timer": (drawing(*ONE), BASE, ["a", "b"]),
    "flow renamed": (BASE, BASE.replace("f_a_b", "f_other"), ["a", "b"]),
    "future task removed": (
        BASE,
        drawing(user("a"), flows("start", "a", "end"), LATE),
        ["a"],
    ),
    "new branch": (
        BASE,
        drawing(
            user("a", "extra"),
            *TAIL,
            gate("exclusive", "gw", "f_gw_b"),
            flows("start", "a", "gw", "b"),
            flow("gw", "extra", "go_on"),
            flow("extra", "end"),
            LATE,
        ),
        ["a", "b"],
    ),
    "end renamed": (BASE, BASE.replace('id="end" name="e"', 'id="end" name="Ende"'), ["a", "b"]),
    "called process changed": (
        drawing(*CALL, extra=CALLED),
        drawing(*CALL, extra=CALLED.replace(flow("a", "qe"), user("q2") + flows("a", "q2", "qe"))),
        ["a", "q2", "b"],
    ),
    "condition changed": (
        drawing(
            user("a", "x"),
            *TAIL,
            gate("exclusive", "gw", "f_gw_b"),
            flows("start", "a", "gw", "b"),
            flow("gw", "x", "go_on"),
            flow("x", "end"),
        ),
        drawing(
            user("a", "x"),
            *TAIL,
            gate("exclusive", "gw", "f_gw_b"),
            flows("start", "a", "gw", "b"),
            flow("gw", "x", "go_on == False"),
            flow("x", "end"),
        ),
        ["a", "x"],
    ),
    "beside a timer": (
        drawing(
            *BOTH, *TAIL, flows("start", "split", "a", "join", "b"), flows("split", "w", "join")
        ),
        drawing(
            *BOTH,
            user("more"),
            *TAIL,
            flows("start", "split", "a", "more", "join", "b"),
            flows("split", "w", "join"),
        ),
        ["a", "more", "b"],
    ),
}


@pytest.mark.parametrize("edit", MOVES)
def test_a_case_goes_on_with_the_new_drawing_where_it_stood(edit):
    before, after, expected = MOVES[edit]
    with time_machine.travel(START, tick=False) as clock:
        old, new = specs(before), specs(after)
        case = Case.start(old, engine(), draft="half")
        steps, due = view(case)
        clock.shift(timedelta(days=2))
        state = case.dump()
        assert blockers(state, old, new) == []
        moved = rebind(state, new, engine())
        assert view(moved)[0] == steps, "ids and data are as they were"
        if edit != "first boundary timer":
            assert moved.next_due == due, "nothing starts anew"
        again = Case.load(moved.dump(), new, engine())
        assert view(again) == view(moved)
        assert to_the_end(again, clock) == expected


@pytest.mark.parametrize(
    ("edit", "fires"), [("first boundary timer", 7), ("second boundary timer", 5)]
)
def test_a_new_timer_runs_from_the_move(edit, fires):
    before, after, _names = MOVES[edit]
    with time_machine.travel(START, tick=False) as clock:
        case = Case.start(specs(before), engine())
        clock.shift(timedelta(days=2))
        new = specs(after)
        moved = rebind(case.dump(), new, engine())
        assert moved.next_due == START + timedelta(days=fires)
        clock.shift(timedelta(days=9))
        moved = Case.load(moved.dump(), new, engine())
        fired = moved.fire_due()
        assert fired == (1 if "first" in edit else 2)
        assert [s.element for s in moved.open_steps()] == ["a"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (drawing(*TAIL, flows("start", "b")), [("gone", "a"), ("gone", "late")]),
        (BASE.replace('"a"', '"a2"').replace("_a_", "_a2_"), [("gone", "a")]),
        (
            BASE.replace('<bpmn:userTask id="a" name="a"/>', '<bpmn:manualTask id="a" name="a"/>'),
            [("kind", "a")],
        ),
        (drawing(*ONE), [("gone", "late")]),
    ],
    ids=["current task removed", "current task renamed", "type changed", "its timer removed"],
)
def test_a_case_that_cannot_go_on_says_why(after, expected):
    old, new = specs(BASE), specs(after)
    case = Case.start(old, engine())
    found = blockers(case.dump(), old, new)
    assert sorted((b.reason, b.element) for b in found) == sorted(expected)


def test_a_called_process_that_is_gone_blocks_who_is_in_it():
    old = specs(drawing(*CALL, extra=CALLED))
    state = Case.start(old, engine()).dump()
    other = CALLED.replace('"q"', '"r"')
    new = specs(drawing(*CALL, extra=other).replace('calledElement="q"', 'calledElement="r"'))
    assert blockers(state, old, new) == [Blocker("process_gone", "q", "q")]


def test_a_split_that_is_gone_blocks_who_is_between_it_and_its_join():
    before, _after, _names = MOVES["beside a timer"]
    after = before.replace('"split"', '"fork"').replace("_split_", "_fork_")
    old, new = specs(before), specs(after)
    case = Case.start(old, engine())
    assert [(b.reason, b.element) for b in blockers(case.dump(), old, new)] == [
        ("past_gone", "split")
    ]
