"""What the workbench costs: figures over a hundred thousand cases, a rehearsal of ten thousand, a page's weight."""

import json
import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from intake import STATIC, create_app
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import routing_of, vocabulary
from models.base import now
from models.operation import Scope, figures, ways
from models.passages import Passage
from models.people import User
from models.processes import Run, latest_diagram
from models.referrals import Referral
from models.rehearsals import last_rehearsal
from models.session import connect, db, transaction
from models.tasks import Task, TaskOutcome
from tests.browser import Person
from tests.conftest import config_for, furnish
from tests.copies import copy_case, copy_ended, row_of
from tests.postgres import durability, postgres
from workflows import drawing_drafts, rehearsals
from workflows.diagrams.published import REFERRAL

PETRA, PATRICK = (f"{n}@example.org" for n in ("p.beispiel", "p.prozess"))
CASES, STEPS_EACH, WAYS_EACH = 100_000, 10, 8
REHEARSED, ENDED = 10_000, 2_000
ELEMENTS = ("completeness_check", "triage", "intake_interview", "check_in", "final_report")
GATEWAYS = (("decision", "admitted"), ("decision", "tell_decline"), ("complete", "rules"))


def workbench() -> None:
    """Both databases, then the weight of the pages."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/office.db"
        furnish(url, Path(folder))
        _measure("SQLite", url, Path(folder))
        with postgres() as server:
            furnish(server.format(name="postgres"), Path(folder))
            _measure("PostgreSQL", server.format(name="postgres"), Path(folder))
    _weights()


def _measure(name: str, url: str, folder: Path) -> None:
    app = create_app(config_for(url, folder), connect(url))
    with app.test_request_context():
        petra = player.user(PETRA)
        case = player.refer(organisation_of(petra), petra)
        copy_case(case, REHEARSED - 1)
        kept = durability(app.extensions["engine"])
        print(f"\nThe workbench on {name}; kept with {kept}")
        _rehearse(player.user(PATRICK), "running")
        copy_ended(_declined(petra), ENDED - 1)
        with transaction():
            db.execute(sa.delete(Run).where(Run.ended_at.is_(None)))
        _rehearse(player.user(PATRICK), "ended")
        _past(case.id)
        db.remove()
    engine = app.extensions["engine"]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("analyze"))
    with app.test_request_context():
        for words, scope in (
            ("ever", Scope()),
            ("90 days", Scope(now() - timedelta(days=90))),
            ("90 days of a programme", Scope(now() - timedelta(days=90), 1)),
        ):
            begun = time.perf_counter()
            figures(scope)
            middle = time.perf_counter()
            ways(REFERRAL, scope)
            ended = time.perf_counter()
            print(
                f"  figures of {CASES:,} cases, {words}: steps {middle - begun:.2f} s,"
                f" ways {ended - middle:.2f} s"
            )
        db.remove()
    patrick = Person(app, PATRICK)
    begun = time.perf_counter()
    patrick.client.get("/processes/operation")
    print(f"  the page of operation, 90 days: {time.perf_counter() - begun:.2f} s")
    engine.dispose()


def _declined(petra: User) -> Referral:
    monika = player.user("m.muster@example.org")
    case = player.refer(organisation_of(petra), petra, zemis_number="00000009.1")
    player.do(case, "completeness_check", monika)
    refusal = {"decline_reason": "LANGUAGE", "decision_text_to_office": "Zuerst ein Kurs."}
    player.do(case, "triage", monika, decision="decline", **refusal)
    return case


def _rehearse(patrick: object, which: str) -> None:
    draft = drawing_drafts.begin(latest_diagram(REFERRAL), by=patrick)
    forms = vocabulary()
    begun = time.perf_counter()
    started = rehearsals.begin(draft, forms, by=patrick)
    key, longest = (draft.id, started.id), 0.0
    while True:
        piece = time.perf_counter()
        more = rehearsals.rehearse_more(key[1], forms, routing_of)
        longest = max(longest, time.perf_counter() - piece)
        if not more:
            break
    spent = time.perf_counter() - begun
    found = last_rehearsal(key[0])
    print(
        f"  rehearsal of {found.done:,} {which} cases: {spent:.0f} s, {1000 * spent / found.done:.1f} ms each;"
        f" longest piece, for which a timer may wait, {longest:.2f} s"
    )


def _past(case_id: int) -> None:
    """Finished tasks and ways of a hundred thousand cases, spread over three years."""
    line = db.scalars(
        sa.select(Task).where(Task.referral_id == case_id, Task.closed_at.is_(None))
    ).one()
    row = row_of(line, "engine_id", "element", "created_at", "closed_at", "due_at", "outcome")
    dice, at, number = random.Random(1), now(), 0
    for _block in range(CASES * STEPS_EACH // 10_000):
        rows = []
        for _ in range(10_000):
            number += 1
            closed = at - timedelta(minutes=dice.randrange(3 * 365 * 1440))
            length = timedelta(minutes=int(dice.expovariate(1 / 8000)))
            rows.append(
                {
                    **row,
                    "engine_id": f"w{number:031x}",
                    "element": ELEMENTS[number % len(ELEMENTS)],
                    "created_at": closed - length,
                    "closed_at": closed,
                    "due_at": closed - length + timedelta(days=10),
                    "outcome": TaskOutcome.DONE,
                }
            )
        with transaction():
            db.execute(sa.insert(Task), rows)
    for _block in range(CASES * WAYS_EACH // 10_000):
        rows = []
        for _ in range(10_000):
            gateway, target = dice.choice(GATEWAYS)
            moment = at - timedelta(minutes=dice.randrange(3 * 365 * 1440))
            found = {"referral_id": case_id, "diagram_id": 1, "at": moment}
            rows.append({**found, "gateway": gateway, "target": target})
        with transaction():
            db.execute(sa.insert(Passage), rows)


def _weights() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text())
    sizes = {name: (STATIC / file).stat().st_size // 1024 for name, file in manifest.items()}
    print("\nWeight of scripts and styles, kB: " + ", ".join(f"{n} {s}" for n, s in sizes.items()))


if __name__ == "__main__":
    workbench()
