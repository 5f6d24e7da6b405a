"""The engine: joins, timers, messages, ids and sizes, each told by itself."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from SpiffWorkflow.util.task import TaskState

from intake.forms import vocabulary
from models.calendars import Calendar
from models.deadlines import Deadlines, Term, Unit
from tests.workflows.drawings import boundary, bundle, drawing, flow, flows, timer, user
from tests.workflows.shapes import ladder, nested
from workflows.diagrams.published import REFERRAL, shipped_bundle
from workflows.diagrams.read import read
from workflows.diagrams.trial import trial
from workflows.engine.case import Case
from workflows.engine.prune import prune
from workflows.engine.script import ClosedEngine, ClosedEnvironment
from workflows.errors import StepFailed, TooMuchAtOnce
from workflows.expressions import Functions

START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def engine(actions=None):
    return ClosedEngine(ClosedEnvironment(actions=actions or {}))


def start(name, **data):
    specs = read(bundle(name), "p")
    return Case.start(specs, engine(), **data), specs


def by_element(case, element):
    found = [s for s in case.open_steps() if s.element == element]
    return sorted(found, key=lambda s: sorted((k, str(v)) for k, v in s.data.items()))


def test_state_stays_small_however_long_a_loop_runs():
    case, specs = start("loop", go_on=True)
    sizes = []
    for _ in range(400):
        case.complete(case.open_steps()[0].id, {"go_on": True})
        state = case.dump()
        sizes.append(len(state))
        case = Case.load(state, specs, engine())
    assert max(sizes[200:]) <= max(sizes[:20])


def test_a_loop_beside_a_waiting_branch_stays_small_too():
    case, specs = start("loop_beside_wait", go_on=True)
    sizes = []
    for _ in range(120):
        step = by_element(case, "a")[0]
        case.complete(step.id, {"go_on": True})
        state = case.dump()
        sizes.append(len(state))
        case = Case.load(state, specs, engine())
    assert max(sizes[60:]) <= max(sizes[:10]) + 50


def test_a_join_in_a_loop_waits_for_everybody_in_every_round():
    case, specs = start("parallel_loop", go_on=True)
    for _ in range(5):
        for number in (1, 2, 3):
            assert not by_element(case, "after")
            case.complete(by_element(case, f"u{number}")[0].id, {})
            case = Case.load(case.dump(), specs, engine())
        case.complete(by_element(case, "after")[0].id, {"go_on": True})


def test_an_inclusive_join_waits_for_those_on_their_way():
    case, specs = start("inclusive_loop", go_on=True)
    for _ in range(3):
        case.complete(by_element(case, "a")[0].id, {"k1": True, "k2": True})
        case = Case.load(case.dump(), specs, engine())
        assert {s.element for s in case.open_steps()} == {"u1", "u2"}
        case.complete(by_element(case, "u1")[0].id, {})
        assert not by_element(case, "after")
        case.complete(by_element(case, "u2")[0].id, {})
        case.complete(by_element(case, "after")[0].id, {"go_on": True})


def test_of_two_late_interrupting_timers_only_the_earlier_fires():
    with time_machine.travel(START, tick=False) as clock:
        case, _specs = start("two_timers")
        clock.shift(timedelta(days=5))
        case.fire_due()
        assert [s.element for s in case.open_steps()] == ["x"]


def test_of_two_late_branches_the_second_does_nothing_once_the_first_has_ended_it_all():
    with time_machine.travel(START, tick=False) as clock:
        case, _specs = start("terminated_by_the_first")
        clock.shift(timedelta(days=5))
        case.fire_due()
        assert case.over
        assert case.data.get("p.end") == "ended"


def test_a_repeating_timer_fires_once_after_45_days_away():
    with time_machine.travel(START, tick=False) as clock:
        case, specs = start("cycle")
        case = Case.load(case.dump(), specs, engine())
        clock.shift(timedelta(days=45))
        case.fire_due()
        assert Counter(s.element for s in case.open_steps()) == {"a": 1, "reminded": 1}
        assert case.next_due > datetime.now(UTC)
        clock.shift(timedelta(days=7, seconds=1))
        case.fire_due()
        assert Counter(s.element for s in case.open_steps()) == {"a": 1, "reminded": 2}


def test_after_a_deadline_a_timer_fires_again_and_again():
    text = bundle("cycle")["x.bpmn"].replace(b"R/P7D", b'then_every("T3", 7)')
    table = Deadlines({"T3": Term(10, Unit.WORKING_DAYS, Calendar.LEGAL)}, {})
    made = ClosedEngine(ClosedEnvironment(functions=Functions(table)))
    specs = read({"x.bpmn": text}, "p")
    with time_machine.travel(START, tick=False) as clock:
        case = Case.start(specs, made)
        due = []
        for _ in range(3):
            due.append(case.next_due)
            clock.move_to(case.next_due + timedelta(seconds=1))
            case.fire_due()
            case = Case.load(case.dump(), specs, made)
        assert len(by_element(case, "reminded")) == 3
    assert [(later - earlier).days for earlier, later in pairwise(due)] == [7, 7]
    assert due[0] == datetime(2026, 1, 15, 23, tzinfo=UTC), "ten working days from New Year's Day"


def test_a_message_boundary_that_does_not_interrupt_listens_again():
    case, specs = start("message")
    for heard in (1, 2, 3):
        assert case.send("note", {})
        case = Case.load(case.dump(), specs, engine())
        assert len(by_element(case, "noted")) == heard
    assert not case.send("unknown", {})


def test_a_clock_that_jumps_back_fires_nothing_twice():
    with time_machine.travel(START, tick=False) as clock:
        case, specs = start("cycle")
        clock.shift(timedelta(days=8))
        case.fire_due()
        case = Case.load(case.dump(), specs, engine())
        clock.shift(timedelta(days=-8))
        case.fire_due()
        assert len(by_element(case, "reminded")) == 1


def test_open_steps_keep_their_ids():
    case, specs = start("parallel_loop", go_on=True)
    again = Case.load(case.dump(), specs, engine())
    assert {s.id for s in case.open_steps()} == {s.id for s in again.open_steps()}


def test_a_drawing_that_goes_round_without_waiting_is_stopped():
    with pytest.raises(StepFailed, match="circle"):
        start("endless", go_on=True)


def test_what_follows_a_join_is_not_foreseen_once_for_each_of_its_ways():
    case = Case.start(read({"p.bpmn": ladder(6)}, "main"), engine())
    assert case.over
    assert case.looks < 10_000


def test_too_much_at_once_is_stopped():
    with pytest.raises(TooMuchAtOnce, match="at the same time"):
        Case.start(read({"p.bpmn": nested(8)}, "main"), engine())


def test_a_failing_step_names_its_element():
    case, _specs = start("unknown_name")
    with pytest.raises(StepFailed) as failed:
        case.complete(case.open_steps()[0].id, {})
    assert failed.value.element == "gw"


def test_nested_answers_never_reach_the_engine():
    case, _specs = start("loop", go_on=True)
    step = case.open_steps()[0].id
    for bad in ({"a": [1]}, {"a": {"b": 1}}, {"typename": "x"}, {"a": date(2026, 1, 1)}):
        with pytest.raises(TypeError):
            case.complete(step, bad)


def test_pruning_leaves_every_live_task_in_place():
    case, _specs = start("parallel_loop", go_on=True)
    case.complete(by_element(case, "u1")[0].id, {})
    alive = TaskState.READY | TaskState.WAITING
    before = {t.id for t in case._flow.tasks.values() if t.has_state(alive)}
    prune(case._flow)
    after = {t.id for t in case._flow.tasks.values() if t.has_state(alive)}
    assert before == after


@pytest.mark.parametrize(
    ("kind", "text"),
    [("Date", "2030-01-01T00:00:00+00:00"), ("Duration", "P9D"), ("Cycle", "R3/P1D")],
)
def test_a_case_on_trial_does_not_wait_for_its_timers(kind, text):
    """Whatever the clock on the wall says; of a repeating one once each time."""
    text = drawing(
        user("a"),
        flows("start", "a", "end"),
        boundary("late", "a", timer(kind, text), interrupts=False),
        '<bpmn:endEvent id="told" name="told"/>',
        flow("late", "told"),
    )
    case = Case.start(read({"x.bpmn": text.encode()}, "p"), engine())
    assert case.fire_due() == 0
    for _ in range(3 if kind == "Cycle" else 1):
        assert case.next_due is not None
        case.fire_next()
    assert {event.element for event in case.fired} == {"late"}
    assert len([p for p in case.passed if p.element == "told"]) == (3 if kind == "Cycle" else 1)
    assert case.next_due is None
    case.fire_next()
    assert len(case.open_steps()) == 1


def test_trial_cases_live_through_their_timers(monkeypatch):
    fired = set()

    def fire(case, task, moment, really=Case._fire):
        really(case, task, moment)
        fired.add(case.fired[-1].element)

    monkeypatch.setattr(Case, "_fire", fire)
    assert list(trial(read(shipped_bundle(), REFERRAL), vocabulary())) == []
    assert {"reminder_1", "check_in_time", "comes_of_age"} <= fired
