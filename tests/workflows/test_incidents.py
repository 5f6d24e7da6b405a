"""What cannot be done becomes an incident: answers kept, administrators told once, tried again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import StepForm, vocabulary
from models.incidents import Incident, IncidentKind, open_incidents
from models.journal import Entry
from models.outbox import Mail
from models.processes import Run
from models.session import db, transaction
from models.submissions import latest_answers
from models.tasks import Task, open_tasks
from tests.workflows.test_differences import changed_bundles
from workflows import actions, desk, incidents, worker
from workflows.diagrams.published import REFERRAL, publish
from workflows.errors import NotPossibleNow, StepFailed


@pytest.fixture
def people(office):
    return {
        name: player.user(f"{address}@example.org")
        for name, address in (("petra", "p.beispiel"), ("monika", "m.muster"), ("anna", "a.admin"))
    }


@pytest.fixture
def case(people):
    return player.refer(organisation_of(people["petra"]), people["petra"])


@pytest.fixture
def broken(monkeypatch):
    """A service that is down: asking the office for items fails."""
    real = actions.ACTIONS["ask_for_items"]

    def fail(*_args, **_given):
        raise LookupError("the service is down")

    monkeypatch.setitem(actions.ACTIONS, "ask_for_items", actions.Action(fail, real.routes))
    yield
    monkeypatch.setitem(actions.ACTIONS, "ask_for_items", real)


def mend(monkeypatch):
    monkeypatch.undo()


def fail(case, monika):
    (task,) = open_tasks(case.id)
    form = StepForm.for_task(task)
    answers = {"outcome": "incomplete", "missing_items": ["goals"], "missing_text": "Welche?"}
    filled = player.fill(form, answers)
    with pytest.raises(StepFailed, match="service is down"):
        desk.submit(task, filled, by=monika)
    return task


def told():
    return db.scalar(sa.select(sa.func.count()).where(Mail.notice == "incident"))


def test_a_failed_step_keeps_the_answers_and_is_tried_again_in_the_persons_name(
    case, people, broken, monkeypatch
):
    task = fail(case, people["monika"])
    (incident,) = open_incidents(case.id)
    assert (incident.kind, incident.element, incident.task_id) == (
        IncidentKind.STEP,
        "ask",
        task.id,
    )
    assert incident.filled["answers"]["missing_text"] == "Welche?"
    with pytest.raises(StepFailed):
        desk.retry(incident, by=people["anna"])
    assert open_incidents(case.id)[0].attempts == 2
    assert told() == 1
    mend(monkeypatch)
    desk.retry(open_incidents(case.id)[0], by=people["anna"])
    assert open_incidents() == []
    assert latest_answers(case.id, "completeness_check")["missing_text"] == "Welche?"
    assert db.get(Task, task.id).closed_by_id == people["monika"].id
    assert [t.form_key for t in open_tasks(case.id)] == ["supply_items"]
    assert db.scalars(sa.select(Incident.filled)).one() is None


def test_a_new_version_mends_what_the_drawing_caused(case, people, broken):
    fail(case, people["monika"])
    (incident,) = open_incidents(case.id)
    _before, after = changed_bundles(('id="ask_for_items"', 'id="reopen"'))
    newer = publish(after, REFERRAL, vocabulary(), by=None)
    assert desk.rebind(case.id, newer, by=people["anna"]) == []
    desk.retry(incident, by=people["anna"])
    assert [task.element for task in open_tasks(case.id)] == ["supply_items"]
    assert latest_answers(case.id, "completeness_check")["missing_text"] == "Welche?"
    assert open_incidents(case.id) == []


def test_a_person_who_sends_again_after_the_cause_is_gone_closes_the_incident(
    case, people, broken, monkeypatch
):
    fail(case, people["monika"])
    mend(monkeypatch)
    player.do(case, "completeness_check", people["monika"])
    assert open_incidents() == []


def test_an_incident_whose_step_somebody_did_otherwise_has_nothing_to_retry(
    case, people, broken, monkeypatch
):
    fail(case, people["monika"])
    (incident,) = open_incidents()
    player.do(case, "completeness_check", people["monika"], outcome="complete")
    assert open_incidents() == []
    with pytest.raises(NotPossibleNow):
        desk.retry(incident, by=people["anna"])


def test_a_failed_deadline_is_retried_by_hand_or_by_itself(case, people, clock):
    state = db.scalar(sa.select(Run.state).where(Run.referral_id == case.id))
    with transaction():
        db.execute(sa.update(Run).values(state=b'{"v":99}'))
    clock.shift(timedelta(days=20))
    worker.work_until_idle(lambda _mail: None)
    (incident,) = open_incidents()
    assert incident.kind is IncidentKind.TIMER
    with transaction():
        db.execute(sa.update(Run).values(state=state))
    db.expire_all()
    clock.shift(timedelta(minutes=2))
    worker.work_until_idle(lambda _mail: None)
    assert open_incidents() == []
    assert db.scalar(sa.select(Run.failures)) == 0


def test_a_deadline_that_is_tried_again_by_hand_stands_in_the_journal(case, people, clock):
    state = db.scalar(sa.select(Run.state).where(Run.referral_id == case.id))
    with transaction():
        db.execute(sa.update(Run).values(state=b'{"v":99}'))
    clock.shift(timedelta(days=20))
    worker.work_until_idle(lambda _mail: None)
    with transaction():
        db.execute(sa.update(Run).values(state=state))
    db.expire_all()
    (incident,) = open_incidents()
    desk.retry(incident, by=people["anna"])
    noted = db.scalars(sa.select(Entry.event).where(Entry.referral_id == case.id)).all()
    assert noted.count("timer") == 1
    assert open_incidents() == []


def test_the_watchdog_finds_a_case_that_nothing_moves(case, people):
    assert incidents.watch() == 0
    with transaction():
        db.execute(sa.update(Task).values(closed_at=sa.func.current_timestamp()))
        db.execute(sa.update(Run).values(due_at=None))
    assert incidents.watch() == 1
    assert incidents.watch() == 1
    (incident,) = open_incidents()
    assert (incident.kind, incident.referral_id, incident.attempts) == (
        IncidentKind.STUCK,
        case.id,
        2,
    )
    assert told() == 1
    with pytest.raises(NotPossibleNow):
        desk.retry(incident, by=people["anna"])
    incidents.close(incident, by=people["anna"])
    assert open_incidents() == []
