"""Walks at random: a case that is saved, pruned and loaded after each move, beside a never-saved twin.

Whatever people, messages and the clock do, both have the same open steps, data, due time and end.
"""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from intake.forms import vocabulary
from tests.workflows.drawings import DRAWINGS, bundle
from workflows.diagrams import trial
from workflows.diagrams.published import REFERRAL, shipped_bundle
from workflows.diagrams.read import read
from workflows.engine.case import Case
from workflows.engine.script import ClosedEngine, ClosedEnvironment

START = datetime(2026, 1, 12, 9, tzinfo=UTC)
LARGEST = 4_000  # bytes of a state of the shipped drawings; mostly there are fewer than 1,100
WALKS, MANY_WALKS = 60, 2_000


class Twins(RuleBasedStateMachine):
    """A case and its twin, moved alike."""

    def __init__(self):
        super().__init__()
        self.case = self.twin = None
        self.ended = False
        self.largest = 0
        self.clock = time_machine.travel(START, tick=False)
        self.hands = self.clock.start()

    def teardown(self):
        self.clock.stop()

    def begin(self, specs, engine, answers):
        """Both start alike."""
        self.specs, self.engine = specs, engine
        self.case, self.twin = (Case.start(specs, engine(), **answers) for _ in range(2))

    def answers(self, step, dice):
        """What a person could answer to a step."""
        raise NotImplementedError

    def answers_of_message(self, message, dice):
        """What comes with a message."""
        return {}

    @precondition(lambda self: self.twin and self.twin.open_steps())
    @rule(which=st.integers(0, 50), dice=st.randoms(use_true_random=False))
    def complete(self, which, dice):
        """Somebody finishes a step; where the same step is open twice, of the one with these data."""
        steps = sorted(self.twin.open_steps(), key=_order)
        step = steps[which % len(steps)]
        answers = self.answers(step, dice)
        same = min((s for s in self.case.open_steps() if s.element == step.element), key=_order)
        first = min((s for s in steps if s.element == step.element), key=_order)
        self.twin.complete(first.id, answers)
        self.case.complete(same.id, answers)

    @precondition(lambda self: self.twin and self.twin.listens_to())
    @rule(
        rarely=st.integers(0, 6), which=st.integers(0, 50), dice=st.randoms(use_true_random=False)
    )
    def send(self, rarely, which, dice):
        """A message comes; rarely, for many of them end a case."""
        if rarely:
            return
        heard = sorted(self.twin.listens_to())
        message = heard[which % len(heard)]
        answers = self.answers_of_message(message, dice)
        assert self.case.send(message, answers) == self.twin.send(message, answers)

    @rule(days=st.sampled_from([1, 2, 5, 8, 20, 31, 60]))
    def wait(self, days):
        """Time passes and the worker comes by."""
        self.hands.shift(timedelta(days=days, seconds=1))
        assert self.case.fire_due() == self.twin.fire_due()

    @invariant()
    def stay_alike(self):
        """Save, prune and load the one; then compare."""
        if self.twin is None:
            return
        if not self.ended:  # what a case ends with is read at its end and not kept in its state
            assert self.case.data == self.twin.data
        self.ended = self.twin.over
        state = self.case.dump()
        self.largest = max(self.largest, len(state))
        self.case = Case.load(state, self.specs, self.engine())
        assert _view(self.case) == _view(self.twin)


def _order(step):
    return step.element, sorted((key, str(value)) for key, value in step.data.items())


def _view(case):
    steps = sorted(_order(step) for step in case.open_steps())
    return steps, case.next_due, case.over, sorted(case.listens_to())


def small(*names):
    """Twins over some of the small drawings."""

    class SmallTwins(Twins):
        @initialize(name=st.sampled_from(names))
        def choose(self, name):
            self.begin(
                read(bundle(name), "p"),
                lambda: ClosedEngine(ClosedEnvironment()),
                {"go_on": True, "k1": False, "k2": False},
            )

        def answers(self, step, dice):
            """On with the loop nine times of ten."""
            return {"go_on": dice.random() < 0.9, f"k{dice.randrange(3)}": dice.random() < 0.5}

    return SmallTwins


class World(trial.World):
    """What both copies see: the trial's dice, with dates that let walks come far."""

    def __init__(self, seed):
        super().__init__(seed)
        dice = random.Random(seed)
        self.facts |= {
            "case.is_minor": dice.random() < 0.3,
            "case.comes_of_age_on": "2026-05-01",
            "case.interviewed": dice.random() < 0.3,
            "referral.program_wish": "open",
            "referral.target_group": dice.choice(["ADULT", "MNA"]),
            "referral.complete_on": "2026-01-12",
            "tandem.trial_until": "2026-04-27",
            "tandem.end": "2026-12-31",
            "tandem.ended_on": "2026-12-31",
        }


class ShippedTwins(Twins):
    """Over the drawings that the office runs."""

    @initialize(seed=st.integers(0, 10_000))
    def choose(self, seed):
        """Any person and any world around them."""
        world = World(seed)
        self.forms = FORMS
        self.begin(read(shipped_bundle(), REFERRAL), world.engine, {})

    def answers(self, step, dice):
        """Mostly what leads on, so that walks come far."""
        key, variant = step.properties["form"], step.properties.get("variant", "")
        routes = self.forms[key]
        return {
            f"{key}.{route}": _likely(dice, choices)
            for route, choices in routes.items()
            if route == variant or variant not in routes
        }

    def teardown(self):
        """The state stays small however a case goes."""
        super().teardown()
        assert self.largest < LARGEST

    def answers_of_message(self, message, dice):
        """A tandem that ends early says what follows."""
        if "early" not in message:
            return {}
        return {"early_termination.next": dice.choice(["rematch", "close"])}


ONWARD = {
    *("complete", "admit", "waiting_list", "accepted", "yes", "continue", "extend", "renewed"),
}


def _likely(dice, choices):
    onward = [choice for choice in choices if choice in ONWARD]
    return dice.choice(onward) if onward and dice.random() < 0.85 else dice.choice(choices)


ANY = small(*sorted(DRAWINGS))
FORMS: dict = {}


@pytest.fixture(autouse=True)
def _forms(sqlite_app):
    FORMS.update(vocabulary())  # needs an application once


def walk(machine, walks, steps, **more):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


@pytest.mark.parametrize(("machine", "steps"), [(ANY, 40), (ShippedTwins, 70)])
def test_a_saved_case_walks_like_one_never_saved(machine, steps):
    """The same walks each time, so that a red test is red again."""
    walk(machine, WALKS, steps, derandomize=True)


@pytest.mark.long
@pytest.mark.parametrize(("machine", "steps"), [(ANY, 60), (ShippedTwins, 150)])
def test_many_saved_cases_walk_like_ones_never_saved(machine, steps):
    """Other walks each time."""
    walk(machine, MANY_WALKS, steps)


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_every_small_drawing_is_walked(name):
    """The walks above choose among the drawings; here each has its turn."""
    walk(small(name), 5, 40, derandomize=True)
