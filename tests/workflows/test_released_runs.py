"""States of cases from every released version: they load, run on and end, with their own drawings.

A file of `tests/fixtures/runs` holds the drawings of a release and states saved by it. Files are only
added: `python -m tests.workflows.test_released_runs NAME` writes one before a release.
"""

import gzip
import json
import random
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from intake.forms import vocabulary
from tests.workflows.test_twins import START, World
from workflows.diagrams.published import REFERRAL, shipped_bundle
from workflows.diagrams.read import read
from workflows.diagrams.trial import answers
from workflows.engine.case import Case

FOLDER = Path(__file__).parents[1] / "fixtures/runs"
STATES, STEPS = 60, 120


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json.gz")), ids=lambda path: path.name)
def test_the_runs_of_a_release_load_run_on_and_end(sqlite_app, file):
    released = json.loads(gzip.decompress(file.read_bytes()))
    specs = read({name: text.encode() for name, text in released["files"].items()}, REFERRAL)
    forms = vocabulary()
    assert len(released["states"]) == STATES
    for number, (state, seed) in enumerate(released["states"]):
        with time_machine.travel(START + timedelta(days=400), tick=False) as clock:
            case = Case.load(state.encode(), specs, World(seed).engine())
            assert case.over or case.open_steps() or case.next_due
            assert walk_to_the_end(case, forms, random.Random(number), clock), (file.name, number)


def walk_to_the_end(case, forms, dice, clock):
    """On at random; who does not come to an end is withdrawn or revokes the consent."""
    for step in range(STEPS):
        if case.over:
            return True
        heard = sorted(case.listens_to())
        leaving = {"consent_revoked", "referral_withdrawn"} & set(heard)
        if step > STEPS // 2 and leaving:
            case.send(sorted(leaving)[0], {})
        elif steps := case.open_steps():
            waiting = dice.choice(sorted(steps, key=lambda s: s.id))
            form, variant = waiting.properties["form"], waiting.properties.get("variant", "")
            case.complete(waiting.id, answers(forms[form], form, variant, dice))
        else:
            clock.shift(timedelta(days=30))
            case.fire_due()
    return case.over


def released_now():
    """The shipped drawings, and states of cases on their way through them."""
    specs, forms, found = read(shipped_bundle(), REFERRAL), vocabulary(), []
    for seed in range(1000):
        dice = random.Random(seed)
        with time_machine.travel(START, tick=False) as clock:
            case = Case.start(specs, World(seed).engine())
            for _ in range(dice.randrange(1, 40)):
                if case.over:
                    break
                if steps := case.open_steps():
                    step = min(steps, key=lambda s: s.element)
                    form, variant = step.properties["form"], step.properties.get("variant", "")
                    case.complete(step.id, answers(forms[form], form, variant, dice))
                else:
                    clock.shift(timedelta(days=30))
                    case.fire_due()
            if not case.over:
                found.append((case.dump().decode(), seed))
        if len(found) == STATES:
            break
    files = {name: data.decode() for name, data in shipped_bundle().items()}
    return {"files": files, "states": found}


if __name__ == "__main__":
    from flask import Flask
    from flask_babel import Babel

    app = Flask("release")
    Babel(app, default_locale="de")
    with app.test_request_context():
        text = json.dumps(released_now()).encode()
    (FOLDER / f"{sys.argv[1]}.json.gz").write_bytes(gzip.compress(text, mtime=0))
