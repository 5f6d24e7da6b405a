"""What a step, a page and a case cost: ratios to bare SpiffWorkflow in memory, in one run.

`make bench`; medians. The machine's speed cancels out, read the ratios.
"""

import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from intake import create_app
from intake.demo import player
from intake.demo.cases import organisation_of
from models.base import now
from models.processes import Run
from models.session import connect, db, transaction
from models.tasks import Task
from tests.bench_bare import bare, ratio
from tests.bench_bounds import at_bounds
from tests.bench_check import checks
from tests.bench_load import load
from tests.bench_steps import LONGEST, MONIKA, PETRA, SEVEN, Counted, spent, steps
from tests.bench_timers import timers
from tests.bench_workbench import workbench
from tests.browser import Person
from tests.conftest import config_for, furnish
from tests.copies import row_of
from tests.postgres import durability, postgres
from tests.workflows.drawings import bundle
from workflows import desk
from workflows.diagrams.published import specs_of
from workflows.diagrams.read import read
from workflows.engine.case import Case
from workflows.engine.script import ClosedEngine

ROUNDS = 9
HEADS = ("mu", "be", "ke", "la", "ro", "ty", "wi", "br", "zo", "sche")
MIDDLES = ("er", "ra", "ol", "im", "ul", "an", "os", "ett", "isch", "ub")
TAILS = ("mann", "li", "er", "inger", "ovic")
STEPS = ("completeness_check", "triage", "intake_interview")
Floor = dict[str, float]


def timed(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of some rounds, in milliseconds."""
    spans = []
    for _ in range(rounds):
        begun = time.perf_counter()
        do()
        spans.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spans)


def measure(name: str, url: str, floor: Floor) -> None:
    """Everything that needs a database."""
    with tempfile.TemporaryDirectory() as folder:
        specs_of.cache_clear()
        engine = connect(url)
        app = create_app(config_for(url, Path(folder)), engine)
        counted = Counted().listen(engine)
        print(f"\n{name}; kept with {durability(engine)}")
        _verbs(app, counted, floor)
        _pages(app, counted, floor)
        _inboxes(app, engine)
        engine.dispose()


def _verbs(app, counted: Counted, floor: Floor) -> None:
    with app.test_request_context():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        spans: dict[str, list[float]] = {}
        figures: dict[str, tuple[int, int]] = {}
        sizes: list[int] = []
        for _ in range(ROUNDS):
            counted.reset()
            begun = time.perf_counter()
            case = player.refer(organisation_of(petra), petra)
            spans.setdefault("open_referral", []).append((time.perf_counter() - begun) * 1000)
            figures["open_referral"] = (counted.statements, counted.commits)
            waiting = player.step_of(case, STEPS[0])
            counted.reset()
            begun = time.perf_counter()
            desk.claim(waiting, by=monika)
            spans.setdefault("claim", []).append((time.perf_counter() - begun) * 1000)
            figures["claim"] = (counted.statements, counted.commits)
            for step in STEPS:
                task = player.step_of(case, step)
                form = player.StepForm.for_task(task)
                filled = player.fill(form, dict(player.STEPS[step]))
                db.rollback()
                db.expire_all()
                task = desk.task_for(monika, task.id)
                counted.reset()
                begun = time.perf_counter()
                desk.submit(task, filled, by=monika)
                spans.setdefault(step, []).append((time.perf_counter() - begun) * 1000)
                figures[step] = (counted.statements, counted.commits)
                sizes.append(
                    len(db.scalar(sa.select(Run.state).where(Run.referral_id == case.id)) or b"")
                )
        for step, found in spans.items():
            ms, (statements, commits) = statistics.median(found), figures[step]
            times = ms / floor.get(step, statistics.median(floor.values()))
            print(
                f"  desk {step:<27} {ms:6.1f} ms  {times:5.1f}x  {statements} statements, {commits} commit"
            )
        print(
            f"  engine state                     {statistics.median(sizes):.0f} bytes median, {max(sizes)} worst"
        )
        db.remove()


def _pages(app, counted: Counted, floor: Floor) -> None:
    """Seven steps of a case over HTTP, and the longest form of a case."""
    found = steps(app, counted, ROUNDS)
    post, both = spent(found)
    for words, forms in (
        ("seven steps of a case", SEVEN),
        (f"{LONGEST}, the longest form", [LONGEST]),
    ):
        chosen = [step for step in found if step.form in forms]
        needed = [step.statements for step in chosen]
        values = [step.fields for step in chosen]
        print(
            f"  {words}: POST {ratio(post, floor, *forms):.1f}x, GET + POST {ratio(both, floor, *forms):.1f}x;"
            f" {min(values)}-{max(values)} values, {min(needed)}-{max(needed)} statements,"
            f" {max(step.commits for step in chosen)} commit"
        )
    for form, ms in post.items():
        print(
            f"    {form:<24} bare {floor[form]:4.1f} ms, POST {ms:5.1f} ms {ms / floor[form]:4.1f}x"
        )


def _inboxes(app, engine: sa.Engine) -> None:
    """The inbox page for the same person as the table grows, and three searches in it."""
    first = 0.0
    for target in (1_000, 100_000, 1_000_000):
        with app.test_request_context():
            _grow(target)
            db.remove()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("analyze tasks"))
        monika = Person(app, MONIKA)

        def page(query: str, person: Person = monika) -> float:
            return timed(lambda: person.client.get(f"/tasks{query}"))

        size = len(monika.client.get("/tasks").data)
        found = page("")
        first = first or found
        print(
            f"  inbox page at {target:>9,} tasks   {found:6.1f} ms  {found / first:5.2f}x the first, {size // 1024} kB;"
            f" backwards {page('?order=last'):.1f} ms; search for a common, a rare, no name"
            f" {page('?text=bera'):.1f}, {page('?text=zwahlen'):.1f}, {page('?text=nobodyhere'):.1f} ms"
        )


def _grow(target: int) -> None:
    """Open tasks of Monika's queue, spread over deadlines, some 500 family names and one Zwahlen."""
    have = db.scalar(sa.select(sa.func.count()).select_from(Task)) or 0
    model = db.scalars(sa.select(Task).where(Task.closed_at.is_(None)).limit(1)).one()
    row = row_of(model, "engine_id", "due_at", "search")
    dice, at = random.Random(have), now()
    names = [a + b + c for a in HEADS for b in MIDDLES for c in TAILS]
    with transaction():
        for start in range(have, target, 10_000):
            rows = [
                {
                    **row,
                    "engine_id": f"b{number:031x}",
                    "due_at": at + timedelta(minutes=dice.randrange(-50_000, 50_000)),
                    "search": f"{dice.choice(names)} {dice.choice(names)} 26-{number:07}",
                }
                for number in range(start, min(start + 10_000, target))
            ]
            if start == have:
                rows[0]["search"] = "zwahlen urs 26-9999999"
            db.execute(sa.insert(Task), rows)


def check_ins() -> None:
    """A step after 1, 20 and 200 rounds of a loop, saved and loaded each time."""
    specs = read(bundle("loop"), "p")
    case = Case.start(specs, ClosedEngine(), go_on=True)
    spans, sizes = [], []
    for _ in range(200):
        begun = time.perf_counter()
        case.complete(case.open_steps()[0].id, {"go_on": True})
        state = case.dump()
        case = Case.load(state, specs, ClosedEngine())
        spans.append((time.perf_counter() - begun) * 1000)
        sizes.append(len(state))
    early, late = statistics.median(spans[:20]), statistics.median(spans[180:])
    print(
        f"\nLoop of a check-in, with save and load: the 200th costs {late / early:.2f}x the first; state {sizes[0]} -> {sizes[-1]} bytes"
    )


def main(tools: str) -> None:
    """Print the table; `tools` is the Python of the environment with locust in it."""
    floor = bare()
    each = ", ".join(f"{ms:.1f}" for ms in floor.values())
    print(f"Bare SpiffWorkflow in memory, the same steps of the same drawings = 1x: {each} ms")
    check_ins()
    checks()
    at_bounds()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/office.db"
        furnish(url, Path(folder))
        measure("SQLite", url, floor)
        load(url, tools)
        with postgres() as server:
            furnish(server.format(name="postgres"), Path(folder))
            load(server.format(name="postgres"), tools)
            measure("PostgreSQL", server.format(name="postgres"), floor)
            timers(server.format(name="postgres"))
    workbench()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.argv[1])
