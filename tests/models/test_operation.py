"""Figures of operation against a plain count over the same rows, on both databases."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models.base import now
from models.operation import Scope, figures, waiting_at, ways
from models.passages import Passage
from models.session import db, transaction
from models.tasks import Task, TaskOutcome
from workflows import desk
from workflows.diagrams.published import REFERRAL


@pytest.fixture
def many(case):
    """Two hundred finished tasks of lengths at random, a third of them late."""
    line = db.scalars(sa.select(Task)).one()
    dice = random.Random(7)
    hours = []
    with transaction():
        for number in range(200):
            length = dice.randint(0, 400)
            hours.append(length)
            created = now() - timedelta(days=60, minutes=number)
            values = {
                c.name: getattr(line, c.name) for c in Task.__table__.columns if c.name != "id"
            }
            values |= {
                "engine_id": f"{number:032}",
                "element": "old",
                "created_at": created,
                "closed_at": created + timedelta(hours=length, minutes=30),
                "due_at": created + timedelta(hours=length + (1 if number % 3 else -1)),
                "outcome": TaskOutcome.DONE,
            }
            db.add(Task(**values))
    return sorted(hours)


def test_median_and_nine_of_ten_are_exact_to_the_hour(many):
    one = figures(Scope())["old"]
    assert (one.done, one.within(0.5), one.within(0.9)) == (200, many[99], many[179])
    assert one.late == 67
    assert one.late_share == pytest.approx(67 / 200)


def test_what_waits_is_counted_apart(many, case):
    one = figures(Scope())["completeness_check"]
    assert (one.waiting, one.overdue, one.done, one.within(0.5)) == (1, 0, 0, None)
    assert [task.referral_id for task in waiting_at("completeness_check", Scope(), 10)] == [case.id]


def test_a_period_and_a_programme_narrow_the_figures(many, case):
    assert figures(Scope(now() - timedelta(days=10)))["completeness_check"].waiting == 1
    assert "old" not in figures(Scope(now() - timedelta(days=10)))
    assert figures(Scope(program_id=case.program_id))["old"].done == 200
    assert figures(Scope(program_id=case.program_id + 1)) == {}


def test_each_way_is_counted_as_it_is_taken(petra, monika):
    cases = [
        player.refer(organisation_of(petra), petra, zemis_number=f"0000000{n}.1") for n in range(3)
    ]
    for case in cases:
        player.do(case, "completeness_check", monika)
    for case in cases[:2]:
        player.do(case, "triage", monika)
    taken = ways(REFERRAL, Scope())
    assert taken["complete", "rules"] == 3
    assert taken["decision", "admitted"] == 2
    assert ("decision", "tell_decline") not in taken
    assert ways(REFERRAL, Scope(program_id=cases[0].program_id)) == taken
    assert ways(REFERRAL, Scope(now() + timedelta(1))) == {}


def test_a_step_that_is_taken_back_takes_its_way_back(case, monika):
    player.do(case, "completeness_check", monika)
    assert db.scalar(sa.select(sa.func.count()).select_from(Passage)) > 0
    before = ways(REFERRAL, Scope())
    desk.take_back(case, by=monika)
    after = ways(REFERRAL, Scope())
    assert before["complete", "rules"] == 1
    assert ("complete", "rules") not in after
