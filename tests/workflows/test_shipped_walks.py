"""The shipped drawings at random: after every step saved, pruned, loaded, beside a never-saved twin."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from intake.forms import vocabulary
from workflows.diagrams import trial
from workflows.diagrams.published import REFERRAL, shipped_bundle
from workflows.diagrams.read import read
from workflows.engine.case import Case

START = datetime(2026, 1, 12, 9, tzinfo=UTC)
ENDS: Counter[str] = Counter()


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


def view(case):
    steps = sorted(
        (s.element, sorted((k, str(v)) for k, v in s.data.items())) for s in case.open_steps()
    )
    return steps, case.next_due, case.over, sorted(case.listens_to())


def pick(case, element):
    found = [s for s in case.open_steps() if s.element == element]
    return min(found, key=lambda s: sorted((k, str(v)) for k, v in s.data.items())).id


def walk(seed, steps=70):
    specs, forms, world, dice = (
        read(shipped_bundle(), REFERRAL),
        FORMS,
        World(seed),
        random.Random(seed),
    )
    with time_machine.travel(START, tick=False) as clock:
        case, twin = (Case.start(specs, world.engine()) for _ in range(2))
        largest = 0
        for _ in range(steps):
            state = case.dump()
            largest = max(largest, len(state))
            case = Case.load(state, specs, world.engine())
            assert view(case) == view(twin)
            if twin.over:
                break
            waiting = sorted({s.element for s in twin.open_steps()})
            chance = dice.random()
            if chance < 0.03 and twin.listens_to():
                message = dice.choice(sorted(twin.listens_to()))
                answers = (
                    {"early_termination.next": dice.choice(["rematch", "close"])}
                    if "early" in message
                    else {}
                )
                moves = [lambda copy, m=message, a=answers: copy.send(m, a)]
            elif waiting and chance < 0.8:
                element = dice.choice(waiting)
                step = next(s for s in twin.open_steps() if s.element == element)
                key, variant = step.properties["form"], step.properties.get("variant", "")
                routes = {
                    r: c for r, c in forms[key].items() if r == variant or variant not in forms[key]
                }
                answers = {
                    f"{key}.{route}": _likely(dice, choices) for route, choices in routes.items()
                }
                moves = [lambda copy, e=element, a=answers: copy.complete(pick(copy, e), a)]
            else:
                clock.shift(timedelta(days=dice.choice([1, 5, 20, 60]), seconds=1))
                moves = [lambda copy: copy.fire_due()]
            for move in moves:
                for copy in (case, twin):
                    move(copy)
        ENDS[twin.data.get(f"{REFERRAL}.end", "running")] += 1
        return largest


def _likely(dice, choices):
    """Mostly what leads on, so that walks come far."""
    onward = [
        c
        for c in choices
        if c
        in ("complete", "admit", "waiting_list", "accepted", "yes", "continue", "extend", "renewed")
    ]
    return dice.choice(onward) if onward and dice.random() < 0.85 else dice.choice(choices)


@pytest.fixture(autouse=True)
def _forms(sqlite_app):
    global FORMS  # noqa: PLW0603  the vocabulary needs an application once
    FORMS = vocabulary()


FORMS: dict = {}


@pytest.mark.parametrize("block", range(4))
def test_the_shipped_drawings_walk_like_ones_never_saved(block):
    sizes = [walk(seed) for seed in range(block * 10, block * 10 + 10)]
    assert max(sizes) < 4000
    assert sum(ENDS.values()) >= 10


@pytest.mark.long
def test_the_shipped_drawings_walk_a_thousand_times():
    for seed in range(1000, 2000):
        walk(seed, steps=150)
    assert {"completed", "terminated", "withdrawn", "not_pursued"} <= set(ENDS)
