"""The small drawings in SpiffWorkflow as it comes, beside ours: where they differ, and why.

Not a test of ours but the gate of an upgrade: what a new release mends or breaks shows here first.
"""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from tests.workflows.drawings import DRAWINGS, bundle
from workflows.diagrams.read import read
from workflows.engine.case import Case
from workflows.engine.script import ClosedEngine, ClosedEnvironment

START = datetime(2026, 1, 12, 9, tzinfo=UTC)
WALKS, MOVES = 25, 30
BEGIN = {"go_on": True, "k0": False, "k1": False, "k2": False}
#: Drawing to what the library does otherwise (ENGINE.md 3 and 6).
DIFFERS = {
    "parallel_loop": "a join in a loop goes on when one arrives, for the others came in the round before",
    "nested_parallel": "the same where splits stand in splits",
    "inclusive_loop": "the same for an inclusive join",
    "inclusive_waits": "the same while a timer on one of the ways still runs",
    "two_timers": "of two interrupting timers that are both late both take their way",
    "message": "an event that does not interrupt hears its message once and never again",
    "interrupted_call": "a repeating timer fires for each period that passed while nobody worked",
}


class Plain:
    """A case in the library alone: its parser, its script engine, its timers; never saved."""

    def __init__(self, text):
        # Its times are Python expressions; ours take an ISO text as it is.
        text = re.sub(r"(<bpmn:time\w+>)(.*?)(</)", r'\1"\2"\3', text)
        parser = SpiffBpmnParser()
        self.root = etree.fromstring(text.encode())
        parser.add_bpmn_xml(self.root)
        self.flow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        self.flow.task_tree.set_data(**BEGIN)
        self.flow.do_engine_steps()

    def open(self):
        return sorted(
            self.flow.get_tasks(state=TaskState.READY, manual=True),
            key=lambda task: task.task_spec.bpmn_id,
        )

    def complete(self, element, answers):
        task = next(t for t in self.open() if t.task_spec.bpmn_id == element)
        task.set_data(**answers)
        task.run()
        self.flow.do_engine_steps()

    def send(self, message):
        for task in self.flow.get_tasks(state=TaskState.WAITING):
            definition = getattr(task.task_spec, "event_definition", None)
            parts = (
                definition.event_definitions
                if isinstance(definition, MultipleEventDefinition)
                else [definition]
            )
            for part in parts:
                if isinstance(part, MessageEventDefinition) and part.name == message:
                    self.flow.catch(BpmnEvent(part, payload=None, correlations={}))
                    self.flow.do_engine_steps()
                    return

    def wait(self):
        self.flow.refresh_waiting_tasks()
        self.flow.do_engine_steps()

    def view(self):
        return [task.task_spec.bpmn_id for task in self.open()], self.flow.is_completed()


class Ours:
    """The same in our engine, saved and loaded after each move."""

    def __init__(self, name):
        self.specs = read(bundle(name), "p")
        self.case = Case.start(self.specs, self._engine(), **BEGIN)

    def _engine(self):
        return ClosedEngine(ClosedEnvironment())

    def again(self):
        self.case = Case.load(self.case.dump(), self.specs, self._engine())

    def complete(self, element, answers):
        steps = sorted(self.case.open_steps(), key=lambda s: s.id)
        self.case.complete(next(s for s in steps if s.element == element).id, answers)

    def view(self):
        return sorted(step.element for step in self.case.open_steps()), self.case.over


def first_difference(name, seed):
    """The moves of a walk until the two differ, and both views; None if they never do."""
    dice, moves = random.Random(f"{name}{seed}"), []
    with time_machine.travel(START, tick=False) as hands:
        plain, ours = Plain(DRAWINGS[name]), Ours(name)
        for _ in range(MOVES):
            open_steps, over = ours.view()
            if over:
                return None
            heard = sorted(ours.case.listens_to())
            move = dice.choice(["complete"] * 5 + ["wait"] * 2 + ["send"])
            if move == "complete" and open_steps:
                element = dice.choice(open_steps)
                answers = {
                    "go_on": dice.random() < 0.9,
                    f"k{dice.randrange(3)}": dice.random() < 0.5,
                }
                moves.append((element, answers))
                plain.complete(element, answers)
                ours.complete(element, answers)
            elif move == "send" and heard:
                moves.append(heard[0])
                plain.send(heard[0])
                ours.case.send(heard[0], {})
            else:
                days = dice.choice([1, 3, 8])
                moves.append(days)
                hands.shift(timedelta(days=days, seconds=1))
                plain.wait()
                ours.case.fire_due()
            ours.again()
            if plain.view() != ours.view():
                return moves, plain.view(), ours.view()
    return None


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_the_library_does_otherwise_where_we_say_so_and_nowhere_else(name):
    found = [first_difference(name, seed) for seed in range(WALKS)]
    assert any(found) == (name in DIFFERS), next(filter(None, found), "no difference any more")
