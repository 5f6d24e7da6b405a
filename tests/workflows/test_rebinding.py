"""Moving running cases of an office to newer drawings, and back: what people see stays or says why not."""

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import vocabulary
from models.drafts import Draft
from models.journal import Entry
from models.people import Role
from models.processes import run_of
from models.referrals import Referral
from models.session import db
from models.tasks import open_tasks
from tests.workflows.test_differences import EDITS, changed_bundles
from workflows import desk
from workflows.desk.rebinding import cases_to_move, cases_to_return
from workflows.diagrams.published import REFERRAL, publish
from workflows.engine.rebind import Blocker
from workflows.errors import NothingToUndo

NAMED = [('name="Über die Aufnahme entscheiden"', 'name="Entscheiden"')]
GONE = [
    ('id="triage"', 'id="triage2"'),
    ('"triage"/', '"triage2"/'),
    ('="triage"', '="triage2"'),
    (">triage<", ">triage2<"),
    ('name="form" value="triage2"', 'name="form" value="triage"'),
]


@pytest.fixture
def waiting(case, monika):
    """A case that waits for the decision about the admission."""
    player.do(case, "completeness_check", monika)
    return case


def version(*edits):
    """A version in force with these edits."""
    _before, after = changed_bundles(*edits)
    return publish(after, REFERRAL, vocabulary(), by=None)


def line(case):
    """What an inbox and the engine know of the one open step."""
    db.expire_all()
    (task,) = open_tasks(case.id)
    run = run_of(case.id)
    return {
        "id": task.id,
        "engine_id": task.engine_id,
        "name": task.name,
        "role": task.role,
        "organisation": task.organisation_id,
        "holder": task.assignee_id,
        "due": task.due_at,
        "timers": run.due_at,
        "diagram": run.diagram_id,
        "state": bytes(run.state),
    }


def differing(before, after):
    return {key for key in before if before[key] != after[key]}


def test_a_case_goes_on_where_it_was_and_to_the_end(waiting, monika, petra):
    (task,) = open_tasks(waiting.id)
    desk.claim(task, by=monika)
    desk.save_draft(task, {"internal_note": ["halb"]}, by=monika)
    before, newer = (
        line(waiting),
        version(*NAMED, ('name="due" value="T4"', 'name="due" value="T2"')),
    )
    assert desk.rebind(waiting.id, newer, by=petra) == []
    after = line(waiting)
    assert differing(before, after) <= {"name", "diagram", "state"}
    assert after["name"] == "Entscheiden"
    assert after["diagram"] == newer.id
    assert db.scalar(sa.select(Draft.answers).where(Draft.task_id == task.id)) == {
        "internal_note": ["halb"]
    }
    told = db.scalars(sa.select(Entry).where(Entry.event == "rebound")).one()
    assert (told.facts, told.by_id) == ({"before": 1, "version": 2}, petra.id)
    for step in ("triage", "intake_interview"):
        player.do(waiting, step, monika)
    assert [t.form_key for t in open_tasks(waiting.id)] == ["matching_proposal"]


def test_a_step_of_another_lane_changes_hands(waiting, petra):
    newer = version(*EDITS["lane"][0])
    assert desk.rebind(waiting.id, newer, by=None) == []
    after = line(waiting)
    assert after["role"] is Role.CASE_MANAGER
    assert (after["organisation"], after["holder"]) == (organisation_of(petra).id, petra.id)


def test_a_blocked_case_stays_as_it_is(waiting):
    before = line(waiting)
    found = desk.rebind(waiting.id, version(*GONE), by=None)
    assert found == [Blocker("gone", "triage", "Über die Aufnahme entscheiden")]
    assert line(waiting) == before


def test_a_case_that_has_moved_goes_back_exactly(waiting, monika):
    before, newer = line(waiting), version(*NAMED, *EDITS["lane"][0])
    desk.rebind(waiting.id, newer, by=None)
    assert desk.can_undo(waiting, monika) is None, "the step before belongs to the other version"
    assert cases_to_return(newer) == {waiting.number: waiting.id}
    desk.go_back(db.get(Referral, waiting.id), by=monika)
    assert line(waiting) == before
    assert cases_to_return(newer) == {}
    with pytest.raises(NothingToUndo):
        desk.go_back(db.get(Referral, waiting.id), by=monika)
    player.do(waiting, "triage", monika)


def test_a_case_that_has_gone_on_does_not_go_back(waiting, monika):
    newer = version(*NAMED)
    desk.rebind(waiting.id, newer, by=None)
    player.do(waiting, "triage", monika)
    before = line(waiting)
    with pytest.raises(NothingToUndo):
        desk.go_back(waiting, by=monika)
    assert line(waiting) == before


def test_moving_twice_is_moving_once(waiting):
    newer = version(*NAMED)
    assert cases_to_move(newer) == {waiting.number: waiting.id}
    desk.rebind(waiting.id, newer, by=None)
    assert cases_to_move(newer) == {}
    before = line(waiting)
    assert desk.rebind(waiting.id, newer, by=None) == []
    assert line(waiting) == before
    assert db.scalar(sa.select(sa.func.count()).where(Entry.event == "rebound")) == 1
