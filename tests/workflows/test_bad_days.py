"""Bad days: the database goes, the disk is full, two workers meet, a lease runs out, clocks change."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import StepForm
from models.deadlines import end_of, start_of
from models.outbox import Mail, MailState
from models.processes import Run
from models.session import db
from models.submissions import Submission
from models.tasks import open_tasks
from workflows import desk, worker


def filled(task):
    return player.fill(StepForm.for_task(task), dict(player.STEPS[task.form_key]))


def only(url, name):
    if not url.startswith(name):
        pytest.skip(f"this happens to {name} only")


def close_all_connections(url):
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    admin.dispose()


def test_a_database_that_was_away_is_found_again(url, case, monika):
    only(url, "postgresql")
    (task,) = open_tasks(case.id)
    form = filled(task)
    db.rollback()
    close_all_connections(url)
    desk.submit(desk.task_for(monika, task.id), form, by=monika)
    assert [t.form_key for t in open_tasks(case.id)] == ["triage"]


def test_a_database_that_goes_in_the_middle_of_a_step_leaves_no_trace(
    url, case, monika, monkeypatch
):
    only(url, "postgresql")
    (task,) = open_tasks(case.id)
    form, key, case_id = filled(task), task.id, case.id
    from workflows.desk.moving import Moving

    real = Moving.save

    def cut(self, *args):
        monkeypatch.setattr(Moving, "save", real)
        close_all_connections(url)
        return real(self, *args)

    monkeypatch.setattr(Moving, "save", cut)
    with pytest.raises(sa.exc.OperationalError):
        desk.submit(task, form, by=monika)
    db.remove()
    assert db.scalar(sa.select(sa.func.count()).where(Submission.task_id == key)) == 0
    person = player.user("m.muster@example.org")
    desk.submit(desk.task_for(person, key), form, by=person)
    assert [t.form_key for t in open_tasks(case_id)] == ["triage"]


def test_a_worker_goes_on_when_the_database_is_back(url, case, clock):
    only(url, "postgresql")
    clock.shift(timedelta(minutes=3))
    sent, stop = [], threading.Event()

    def send(mail):
        sent.append(mail.id)
        if len(sent) == 2:
            stop.set()

    db.remove()
    close_all_connections(url)
    worker.work(send, stop, pause=0.01)
    assert len(sent) == 2


def test_a_full_disk_refuses_the_step_and_keeps_everything(url, case, monika):
    only(url, "sqlite")
    (task,) = open_tasks(case.id)
    form = filled(task)
    form.answers["missing_text"] = "x" * 200_000  # more than the pages left
    pages = db.execute(sa.text("PRAGMA page_count")).scalar()
    db.execute(sa.text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(sa.exc.OperationalError, match="full"):
        desk.submit(task, form, by=monika)
    db.execute(sa.text("PRAGMA max_page_count = 1000000"))
    assert db.scalar(sa.select(sa.func.count()).where(Submission.task_id == task.id)) == 0
    desk.submit(open_tasks(case.id)[0], form, by=monika)
    assert [t.form_key for t in open_tasks(case.id)] == ["triage"]


def by_two_workers(take_next):
    """Two threads start at one moment and go on while there is something to take."""
    start = threading.Barrier(2)

    def work():
        start.wait(10)
        while take_next():
            pass
        db.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_never_send_one_mail_twice(case, clock):
    clock.shift(timedelta(minutes=3))
    db.remove()
    sent = []
    by_two_workers(lambda: worker.do_next_job(lambda mail: sent.append(mail.id)))
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 2
    assert set(db.scalars(sa.select(Mail.state))) == {MailState.SENT}


def test_two_workers_never_fire_one_timer_twice(petra, clock):
    for number in range(6):
        player.refer(organisation_of(petra), petra, zemis_number=f"0000030{number}.1")
    clock.shift(timedelta(days=20))
    db.remove()
    by_two_workers(worker.fire_next_timer)
    told = db.scalars(sa.select(Mail.referral_id).where(Mail.notice == "check_overdue")).all()
    assert len(told) == len(set(told)) == 6


def test_a_lease_that_runs_out_while_the_mail_is_being_sent_sends_it_no_second_time(case, clock):
    clock.shift(timedelta(minutes=3))
    sent = []

    def slow(mail):
        sent.append(mail.id)
        if len(sent) == 1:  # meanwhile the lease runs out, and another worker takes the job
            clock.shift(worker.LEASE + timedelta(seconds=1))
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()

    def other():
        while worker.do_next_job(lambda mail: sent.append(mail.id)):
            pass
        db.remove()

    db.remove()
    while worker.do_next_job(slow):
        pass
    assert len(sent) == len(set(sent)) == 2
    assert set(db.scalars(sa.select(Mail.state))) == {MailState.SENT}


@pytest.mark.parametrize(
    ("day", "ends", "opens"),
    [
        (
            date(2026, 3, 28),
            datetime(2026, 3, 28, 23, tzinfo=UTC),
            datetime(2026, 3, 28, 5, tzinfo=UTC),
        ),
        (
            date(2026, 3, 29),
            datetime(2026, 3, 29, 22, tzinfo=UTC),
            datetime(2026, 3, 29, 4, tzinfo=UTC),
        ),
        (
            date(2026, 10, 25),
            datetime(2026, 10, 25, 23, tzinfo=UTC),
            datetime(2026, 10, 25, 5, tzinfo=UTC),
        ),
    ],
)
def test_days_end_and_begin_at_the_offices_clock_also_when_it_changes(day, ends, opens):
    assert (end_of(day), start_of(day)) == (ends, opens)


def test_a_clock_that_jumps_ahead_and_back_fires_each_deadline_once(case, clock):
    for jump in (timedelta(days=30), timedelta(days=-29), timedelta(days=40), timedelta(days=-5)):
        clock.shift(jump)
        worker.work_until_idle(lambda _mail: None)
    told = db.scalars(sa.select(Mail.notice).where(Mail.notice == "check_overdue")).all()
    assert told == ["check_overdue"]
    assert db.scalar(sa.select(Run.failures)) == 0
