"""A drawing put to the test before it is published: started, saved, restored, walked at random.

The walks know nothing of the office's data: facts and actions answer at random, but the same to the
same question. Bounded by counts, never by the clock.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from models.calendars import Calendar
from models.deadlines import Deadlines, Term
from models.reference import DEADLINES
from workflows.actions import ACTIONS
from workflows.engine.case import Case
from workflows.engine.codec import Specs
from workflows.engine.script import ClosedEngine, ClosedEnvironment
from workflows.errors import StepFailed, TooMuchAtOnce
from workflows.expressions import Functions
from workflows.facts import FACTS

WALKS = 12
STEPS = 60
#: A state larger than this means that history piles up in it, or that far too much is open at once.
LARGEST_STATE = 6_000
#: What all walks together may cost: tasks looked at, and bytes saved and read.
MOST_WORK = 1_000_000

Forms = Any
TABLE = Deadlines(
    {code: Term(n, unit, Calendar.LEGAL) for code, (n, unit) in DEADLINES.items()}, {}
)


class World:
    """Facts and actions made of dice: the same question gets the same answer."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        dice = random.Random(seed)  # noqa: S311  dice, no secrets
        day = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
        self.facts = {
            name: dice.choice(values) if values else day for name, values in FACTS.items()
        }

    def engine(self) -> ClosedEngine:
        """A script engine that asks this world."""
        actions = {name: self._act(name, filed.routes) for name, filed in ACTIONS.items()}
        return ClosedEngine(ClosedEnvironment(Functions(TABLE), lambda: self.facts, actions))

    def _act(self, name: str, routes: Any) -> Callable[..., dict[str, Any]]:
        def do(data: dict[str, Any], **given: Any) -> dict[str, Any]:
            dice = random.Random(f"{self.seed}{name}{sorted(map(str, data.items()))}")  # noqa: S311
            day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
            return {key: dice.choice(values) if values else day for key, values in routes.items()}

        return do


def trial(specs: Specs, forms: Forms) -> Iterator[tuple[str, str, str]]:
    """(code, element, sentence) for what goes wrong when cases are played; each element once."""
    said: set[str] = set()
    work = 0
    for seed in range(WALKS):
        if work > MOST_WORK:
            yield (
                "LARGE",
                "",
                f"only {seed} of {WALKS} trial cases could be played; split the process",
            )
            return
        try:
            work += _walk(specs, forms, seed)
        except StepFailed as failed:
            if failed.element not in said:
                said.add(failed.element)
                yield "TRIAL_FAILED", failed.element, f"a trial case stops here: {failed.reason}"
            if isinstance(failed, TooMuchAtOnce):
                return  # the other walks would take long to say the same
        except RecursionError:
            yield "TRIAL_FAILED", "", "a trial case never stops; look for a loop without a wait"
            return
        except Exception as error:  # whatever the library raises, the report goes on
            words = f"a trial case could not be saved and read again ({type(error).__name__})"
            yield "TRIAL_FAILED", "", words
            return


def _walk(specs: Specs, forms: Forms, seed: int) -> int:
    """Play one case; what it cost."""
    world, dice = World(seed), random.Random(seed)  # noqa: S311
    case = Case.start(specs, world.engine())
    work = 0
    for _ in range(STEPS):
        state = case.dump()
        work += case.looks + len(state)
        if len(state) > LARGEST_STATE:
            raise TooMuchAtOnce("", f"the state of a case grows beyond {LARGEST_STATE} bytes")
        case = Case.load(state, specs, world.engine())
        if case.over:
            break
        steps, heard = case.open_steps(), sorted(case.listens_to())
        if heard and dice.random() < 0.05:
            case.send(dice.choice(heard), {"early_termination.next": "rematch"})
        elif steps and dice.random() < 0.8:
            step = min(steps, key=lambda s: (s.element, s.id))
            key, variant = step.properties.get("form", ""), step.properties.get("variant", "")
            case.complete(step.id, answers(forms.get(key, {}), key, variant, dice))
        elif case.next_due is not None:
            case.fire_next()
        elif not steps:
            raise StepFailed("", "a case has no open step, no deadline and no end")
    return work


def answers(
    routes: Any, form_key: str, variant: str, dice: random.Random
) -> dict[str, str | int | bool]:
    """Routing answers to a form, at random; of a form with variants only the variant's own."""
    return {
        f"{form_key}.{route}": dice.choice(routes[route]) if routes[route] else "2026-06-30"
        for route in asked(routes, variant)
    }


def asked(routes: Mapping[str, Any], variant: str) -> list[str]:
    """The routes that a step answers: of a form with variants only the variant's own."""
    return [route for route in routes if route == variant or variant not in routes]
