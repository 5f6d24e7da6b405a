"""The verbs: one transaction each, who may, two at once, and taking a step back."""

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import StepForm
from models.calendars import Calendar
from models.deadlines import Deadline, Unit
from models.incidents import IncidentKind, open_incidents
from models.jobs import Job
from models.journal import Audience, Entry
from models.mentors import MentorPlace
from models.outbox import Mail, MailState
from models.people import Role
from models.processes import Run
from models.programs import programs
from models.referrals import Forwarding, Referral, ReferralStatus
from models.session import begin, db, transaction
from models.submissions import Submission, latest_answers
from models.tasks import Task, open_tasks
from workflows import desk, records, worker
from workflows.desk.moving import Moving
from workflows.errors import (
    AlreadyDone,
    Collision,
    HeldBySomeone,
    NoPlaceLeft,
    NotAllowed,
    NotFound,
    NothingToUndo,
    NotPossibleNow,
    StepFailed,
)


@pytest.fixture
def thomas(office):
    return player.user("t.muster@example.org")


@pytest.fixture
def lea(office):
    return player.user("l.keller@example.org")


def filled(task, **changes):
    form = StepForm.for_task(task)
    return player.fill(form, {**player.STEPS[task.form_key], **changes})


def counts():
    tables = (Submission, Entry, Mail, Job, Task)
    return [db.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]


def later(clock, **span):
    clock.shift(timedelta(**span))
    worker.work_until_idle(lambda _mail: None)


def test_a_referral_gets_number_provider_and_first_task(case):
    assert case.number == "2026-00001"
    assert case.provider.name == "Caritas Solothurn"
    (task,) = open_tasks(case.id)
    assert (task.form_key, task.role) == ("completeness_check", Role.COORDINATOR)
    notices = {m.notice for m in db.scalars(sa.select(Mail))}
    assert notices == {"acknowledgement", "new_referral"}


def test_young_people_go_to_the_other_programme(petra):
    case = player.refer(organisation_of(petra), petra, target_group="YOUTH")
    assert case.program.code == "seite_an_seite"


def test_a_wish_goes_before_the_rule(petra):
    case = player.refer(
        organisation_of(petra), petra, target_group="YOUTH", program_wish="co_pilot"
    )
    assert case.program.code == "co_pilot"


def test_nothing_personal_is_in_the_engine(case, monika):
    player.do(case, "completeness_check", monika)
    # A random task id may hold any four digits, a year of birth among them.
    state = re.sub(r"[0-9a-f]{32}", "", db.scalar(sa.select(Run.state)).decode())
    assert '"triage"' in state
    for personal in ("Muster", "Samira", "1990", "Olten", "00000101"):
        assert personal not in state


def test_a_submitted_step_cannot_be_submitted_again(case, monika, thomas):
    (task,) = open_tasks(case.id)
    answers = filled(task)
    desk.submit(task, answers, by=monika)
    before = counts()
    with pytest.raises(AlreadyDone) as done:
        desk.submit(task, answers, by=thomas)
    assert done.value.task.closed_by.name == "Monika Muster-Demo"
    assert counts() == before


def test_a_claimed_task_is_not_submitted_by_another(case, monika, thomas):
    (task,) = open_tasks(case.id)
    desk.claim(task, by=monika)
    with pytest.raises(HeldBySomeone):
        desk.submit(task, filled(task), by=thomas)
    with pytest.raises(HeldBySomeone):
        desk.claim(task, by=thomas)
    desk.release(task, by=thomas)  # who leads may give it back
    desk.claim(task, by=thomas)


def test_a_task_is_assigned_within_its_queue_only(case, monika, thomas, lea):
    (task,) = open_tasks(case.id)
    desk.assign(task, thomas, by=monika)
    assert task.assignee.id == thomas.id
    with pytest.raises(NotAllowed):
        desk.assign(task, lea, by=thomas)


@pytest.mark.parametrize("stranger", ["lea", "petra"])
def test_a_task_of_another_queue_does_not_exist(case, stranger, request):
    (task,) = open_tasks(case.id)
    with pytest.raises(NotFound):
        desk.task_for(request.getfixturevalue(stranger), task.id)


def test_another_office_and_another_provider_see_nothing(case, lea):
    for email in (
        "r.beispiel@example.org",
        "l.keller@example.org",
        "a.admin@example.org",
        "e.kontroll@example.org",
        "p.prozess@example.org",
    ):
        with pytest.raises(NotFound):
            desk.referral_for(player.user(email), case.id)


def test_a_failing_step_leaves_no_trace_but_its_incident(case, monika, monkeypatch):
    (task,) = open_tasks(case.id)
    with transaction():
        db.execute(sa.delete(Deadline).where(Deadline.code == "T4"))
    before, state = counts(), db.scalar(sa.select(Run.state))
    with pytest.raises((StepFailed, KeyError)):
        desk.submit(task, filled(task), by=monika)
    db.expire_all()
    submissions, entries, mails, jobs, tasks = before  # the incident is noted, and told once
    assert counts() == [submissions, entries + 1, mails + 1, jobs + 1, tasks]
    assert db.scalar(sa.select(Run.state)) == state
    assert open_tasks(case.id)[0].id == task.id
    with transaction():
        db.add(Deadline(code="T4", amount=10, unit=Unit.WORKING_DAYS, calendar=Calendar.LEGAL))
    desk.submit(open_tasks(case.id)[0], filled(task), by=monika)


def test_of_two_who_move_one_case_the_second_is_refused(case, monika):
    (task,) = open_tasks(case.id)
    with pytest.raises(Collision), transaction():
        moving = Moving.load(case.id, monika)
        db.execute(sa.text("update runs set version = version + 1"))  # somebody else was faster
        moving.case.complete(task.engine_id, {"completeness_check.outcome": "complete"})
        moving.save()


def test_the_last_step_can_be_taken_back(case, monika):
    (task,) = open_tasks(case.id)
    task_id, before = task.id, db.scalar(sa.select(Run.state))
    player.do(case, "completeness_check", monika)
    assert case.complete_on is not None
    assert desk.take_back(case, by=monika) == "Anmeldung auf Vollständigkeit prüfen"
    db.refresh(case)
    assert case.complete_on is None
    assert case.status is ReferralStatus.SUBMITTED
    assert [t.id for t in open_tasks(case.id)] == [task_id]
    assert db.scalar(sa.select(Run.state)) == before
    assert latest_answers(case.id, "completeness_check") == {}
    player.do(case, "completeness_check", monika)
    assert [t.form_key for t in open_tasks(case.id)] == ["triage"]


def test_taking_back_a_proposal_frees_the_place_and_drops_the_mail(case, monika, clock):
    mentor = player.mentor(organisation_of(monika), monika)
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, monika)
    player.do(case, "matching_proposal", monika, mentor=mentor)
    desk.take_back(case, by=monika)
    assert db.scalar(sa.select(sa.func.count()).select_from(MentorPlace)) == 0
    assert [t.form_key for t in open_tasks(case.id)] == ["matching_proposal"]


def test_a_step_cannot_be_taken_back_once_its_mail_has_left(case, monika, clock):
    player.do(
        case,
        "completeness_check",
        monika,
        outcome="incomplete",
        missing_items=["goals"],
        missing_text="Ziele?",
    )
    assert desk.can_undo(case, monika)
    later(clock, minutes=3)
    assert db.scalar(sa.select(Mail.state).where(Mail.notice == "items_asked")) is MailState.SENT
    with pytest.raises(NothingToUndo):
        desk.take_back(case, by=monika)


def test_a_step_cannot_be_taken_back_once_somebody_went_on(case, monika, thomas):
    player.do(case, "completeness_check", monika)
    (task,) = open_tasks(case.id)
    desk.assign(task, thomas, by=monika)
    desk.save_draft(task, {"internal_note": ["x"]}, by=thomas)
    assert desk.can_undo(case, monika) is None
    assert desk.can_undo(case, thomas) is None


def test_a_forwarded_case_leaves_its_first_provider_only_its_decision(case, monika, lea):
    player.do(case, "completeness_check", monika)
    other = next(p for p in programs() if p.code == "seite_an_seite")
    player.do(
        case,
        "triage",
        monika,
        decision="forward",
        forward_to=str(other.id),
        decision_text_to_office="Seite an Seite passt besser.",
    )
    assert case.provider_id == other.provider_id
    with pytest.raises(NotFound):
        desk.referral_for(monika, case.id)
    trace = db.scalars(sa.select(Forwarding)).one()
    assert trace.from_provider_id == organisation_of(monika).id
    (task,) = open_tasks(case.id)
    assert desk.task_for(lea, task.id).form_key == "completeness_check"
    assert case.received_on.isoformat() == "2026-01-12"


def test_missing_items_are_reminded_twice_then_lapse_and_reopen_with_the_first_date(
    case, petra, monika, clock
):
    player.do(
        case,
        "completeness_check",
        monika,
        outcome="incomplete",
        missing_items=["consent"],
        missing_text="Einwilligung?",
    )
    for _day in range(60):
        later(clock, days=1)
    reminders = [m for m in db.scalars(sa.select(Mail)) if m.notice == "items_reminder"]
    assert len(reminders) == 2
    db.refresh(case)
    assert case.status is ReferralStatus.LAPSED
    assert desk.possible_messages(case, petra) == ["withdrawal", "consent_revocation", "reopening"]
    player.send(case, "reopening", petra)
    db.refresh(case)
    assert case.status is ReferralStatus.SUBMITTED
    assert case.received_on.isoformat() == "2026-01-12"
    assert [t.form_key for t in open_tasks(case.id)] == ["completeness_check"]


def test_a_worker_away_for_45_days_sends_each_reminder_once(case, monika, clock):
    player.do(
        case,
        "completeness_check",
        monika,
        outcome="incomplete",
        missing_items=["consent"],
        missing_text="Einwilligung?",
    )
    later(clock, days=45)
    sent = [m.notice for m in db.scalars(sa.select(Mail)) if m.referral_id == case.id]
    assert sent.count("items_reminder") == 2
    assert sent.count("lapsed") == 1


def test_an_unanswered_review_goes_to_the_coordinator_and_removes_nobody(case, monika, clock):
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, monika)
    later(clock, days=95)
    assert "waiting_list_review" in [t.form_key for t in open_tasks(case.id)]
    later(clock, days=30)
    review = next(t for t in open_tasks(case.id) if t.form_key == "waiting_list_review")
    assert review.role is Role.COORDINATOR
    db.refresh(case)
    assert case.status is ReferralStatus.WAITING


def test_a_review_that_says_no_takes_the_person_off_the_list(case, petra, monika, clock):
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, monika)
    later(clock, days=95)
    player.do(case, "waiting_list_review", petra, still_wanted="no", reason="Umzug")
    db.refresh(case)
    assert case.status is ReferralStatus.WITHDRAWN
    assert open_tasks(case.id) == []


def test_a_declined_proposal_keeps_the_place_on_the_list(case, monika):
    mentor = player.mentor(organisation_of(monika), monika)
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, monika)
    since = case.waiting_since
    player.do(case, "matching_proposal", monika, mentor=mentor)
    player.do(case, "proposal_answer", monika, "mentor", answer="declined", reason="Passt nicht.")
    db.refresh(case)
    assert case.status is ReferralStatus.WAITING
    assert case.waiting_since == since
    assert [t.form_key for t in open_tasks(case.id)] == ["matching_proposal"]


def test_a_proposal_that_nobody_answers_becomes_void_and_frees_the_place(case, monika, clock):
    mentor = player.mentor(organisation_of(monika), monika)
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, monika)
    player.do(case, "matching_proposal", monika, mentor=mentor)
    later(clock, days=40)
    db.refresh(case)
    assert case.status is ReferralStatus.WAITING
    assert [t.form_key for t in open_tasks(case.id)] == ["matching_proposal"]
    assert db.scalars(sa.select(MentorPlace)).one().released_on is not None
    reminders = [m.notice for m in db.scalars(sa.select(Mail)) if m.notice == "answer_reminder"]
    assert len(reminders) == 2  # one a side, once


def test_two_cases_cannot_have_the_same_place_of_a_mentor(petra, monika):
    mentor = player.mentor(organisation_of(monika), monika)
    first, second = (
        player.refer(organisation_of(petra), petra, zemis_number=f"0000010{n}.1") for n in (1, 2)
    )
    with transaction():
        records.hold_place(mentor, first)
    with pytest.raises(NoPlaceLeft), transaction():
        records.hold_place(mentor, second)


def test_the_database_itself_refuses_a_place_given_twice(case, monika):
    mentor = player.mentor(organisation_of(monika), monika)
    today = case.received_on
    with pytest.raises(sa.exc.IntegrityError), transaction():
        for _ in range(2):
            db.add(MentorPlace(mentor_id=mentor.id, place=1, referral_id=case.id, held_since=today))


@pytest.mark.parametrize("stage", [[], ["completeness_check"], ["completeness_check", "triage"]])
def test_an_office_withdraws_at_any_time_before_the_tandem(case, petra, monika, stage):
    for step in stage:
        player.do(case, step, monika)
    player.send(case, "withdrawal", petra)
    db.refresh(case)
    assert case.status is ReferralStatus.WITHDRAWN
    assert open_tasks(case.id) == []
    with pytest.raises(NotPossibleNow):
        player.send(case, "withdrawal", petra)


def test_revoked_consent_ends_everything(case, petra, monika):
    player.do(case, "completeness_check", monika)
    with pytest.raises(NotAllowed):
        player.send(case, "consent_revocation", monika)
    player.send(case, "consent_revocation", petra)
    db.refresh(case)
    assert case.status is ReferralStatus.WITHDRAWN


def test_a_corrected_referral_keeps_the_old_answers(case, petra):
    answers = {**latest_answers(case.id, "referral"), "first_name": "Samara"}
    changed = desk.correct(case, desk.FilledForm("referral", "v", answers), by=petra)
    assert changed == ["first_name"]
    assert case.mentee.first_name == "Samara"
    kept = db.scalars(
        sa.select(Submission).where(Submission.form_key == "referral").order_by(Submission.id)
    )
    assert [s.answers["first_name"] for s in kept] == ["Samira", "Samara"]


def test_a_case_handed_to_another_office_is_gone_from_the_first(case, petra):
    reto = player.user("r.beispiel@example.org")
    desk.hand_over(case, reto, organisation_of(reto), by=petra)
    with pytest.raises(NotFound):
        desk.referral_for(petra, case.id)
    assert desk.referral_for(reto, case.id).case_manager.id == reto.id


def test_a_step_submitted_after_the_case_moved_goes_to_the_new_office(case, petra, monika):
    """Who submits has read the case before it was handed over; the step counts with what is now."""
    (task,) = open_tasks(case.id)
    form = filled(task, outcome="incomplete", missing_items=["goals"], missing_text="?")
    reto = player.user("r.beispiel@example.org")
    office_id, manager_id = organisation_of(reto).id, reto.id
    with db.get_bind().connect() as elsewhere:
        begin(elsewhere)
        elsewhere.execute(
            sa.update(Referral)
            .where(Referral.id == case.id)
            .values(office_id=office_id, case_manager_id=manager_id)
        )
        elsewhere.commit()
    assert case.office_id != organisation_of(reto).id
    opened = desk.submit(task, form, by=monika)
    assert {t.organisation_id for t in opened} == {organisation_of(reto).id}


def test_a_note_is_for_one_side_only(case, petra, monika):
    desk.say(case, "Bitte anrufen", Audience.BOTH, by=petra)
    with pytest.raises(NotAllowed):
        desk.say(case, "x", Audience.PROVIDER, by=petra)
    desk.say(case, "x", Audience.PROVIDER, by=monika)


def test_a_failing_timer_is_tried_again_and_the_others_go_on(petra, monika, clock):
    broken, fine = (
        player.refer(organisation_of(petra), petra, zemis_number=f"0000010{n}.1") for n in (1, 2)
    )
    with transaction():
        db.execute(sa.update(Run).where(Run.referral_id == broken.id).values(state=b'{"v":99}'))
    later(clock, days=20)
    run = db.scalars(sa.select(Run).where(Run.referral_id == broken.id)).one()
    assert run.failures == 1
    (incident,) = open_incidents()
    assert (incident.kind, incident.referral_id) == (IncidentKind.TIMER, broken.id)
    assert "ValueError" in incident.reason
    overdue = db.scalars(sa.select(Mail).where(Mail.notice == "check_overdue")).all()
    assert {m.referral_id for m in overdue} == {fine.id}


def test_mail_is_sent_once_and_a_refused_one_is_tried_again(case, clock):
    refused, sent = [], []

    def send(mail):
        if mail.notice == "acknowledgement" and not refused:
            refused.append(mail.id)
            raise worker.MailRefused("450")
        sent.append(mail.notice)

    clock.shift(timedelta(minutes=3))
    worker.work_until_idle(send)
    assert sent == ["new_referral"]
    clock.shift(timedelta(minutes=3))
    worker.work_until_idle(send)
    worker.work_until_idle(send)
    assert sorted(sent) == ["acknowledgement", "new_referral"]


def test_a_mail_whose_end_is_unknown_is_shown_and_never_repeated(case, clock):
    with transaction():
        db.execute(sa.update(Mail).values(state=MailState.SENDING))
    clock.shift(timedelta(minutes=3))
    sent = []
    worker.work_until_idle(sent.append)
    assert sent == []
    assert set(db.scalars(sa.select(Mail.state))) == {MailState.UNKNOWN}


def test_one_verb_is_one_commit(case, monika):
    commits = []
    listen = sa.event.listens_for(db().get_bind(), "commit")
    listen(lambda _connection: commits.append(1))
    (task,) = open_tasks(case.id)
    form = filled(task)
    commits.clear()
    desk.submit(task, form, by=monika)
    assert len(commits) == 1


def test_a_verb_within_a_verb_is_refused(case):
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass


def test_of_two_who_submit_at_the_same_moment_the_second_is_told(petra, monika, thomas):
    """Both have read the step before; the database decides, and nothing is half done."""
    for round_ in range(6):
        case = player.refer(organisation_of(petra), petra, zemis_number=f"0000020{round_}.1")
        (task,) = open_tasks(case.id)
        form, key = filled(task), task.id
        outcomes, start = [], threading.Barrier(2)

        def submit(email, form=form, key=key, outcomes=outcomes, start=start):
            try:
                person = player.user(email)
                mine = desk.task_for(person, key)
                start.wait(10)
                desk.submit(mine, form, by=person)
                outcomes.append("done")
            except Exception as error:
                outcomes.append(type(error).__name__)
            finally:
                db.remove()

        emails = ("m.muster@example.org", "t.muster@example.org")
        threads = [threading.Thread(target=submit, args=(email,)) for email in emails]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["AlreadyDone", "done"]
        db.rollback()
        assert len(db.scalars(sa.select(Submission).where(Submission.task_id == key)).all()) == 1
