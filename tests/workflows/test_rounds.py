"""The daily round: T13, T14, T15, each once, however often the worker runs."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import Stage, case_a, organisation_of
from models.drafts import Draft
from models.mentors import MentorStatus
from models.outbox import Mail
from models.session import db, transaction
from workflows import desk, worker


def come_to(clock, days):
    for _ in range(days // 5):
        clock.shift(timedelta(days=5))
        worker.work_until_idle(lambda _mail: None)


def notices(case):
    return [m.notice for m in db.scalars(sa.select(Mail).where(Mail.referral_id == case.id))]


def test_drafts_of_finished_steps_are_cleared_once_they_cannot_be_taken_back(office, clock):
    petra, monika = (player.user(f"{name}@example.org") for name in ("p.beispiel", "m.muster"))
    cases = [player.refer(organisation_of(petra), petra, first_name=name) for name in "AB"]
    for case in cases:
        task = player.step_of(case, "completeness_check")
        desk.save_draft(task, {"missing_text": ["halb"]}, by=monika)
    player.do(cases[0], "completeness_check", monika)
    come_to(clock, 5)
    kept = db.scalars(sa.select(Draft.task_id)).all()
    assert kept == [player.step_of(cases[1], "completeness_check").id]


def test_a_mentor_with_an_expired_extract_is_paused(office, clock):
    monika = player.user("m.muster@example.org")
    mentor = player.mentor(
        organisation_of(monika),
        monika,
        extract_kind="special",
        extract_date="2026-01-08",
        extract_seen_on="2026-01-09",
        extract_valid_until="2026-02-01",
    )
    come_to(clock, 15)
    db.refresh(mentor)
    assert mentor.status is MentorStatus.APPROVED
    come_to(clock, 15)
    db.refresh(mentor)
    assert mentor.status is MentorStatus.ON_HOLD


@pytest.mark.xdist_group("stories")
def test_the_case_manager_is_asked_for_the_status_every_six_months(office, clock):
    case = case_a(Stage(clock.move_to, until=date(2026, 5, 1)))
    come_to(clock, 70)  # to 7.7.: not six months since January yet
    assert notices(case).count("status_control") == 0
    come_to(clock, 30)
    assert notices(case).count("status_control") == 1


@pytest.mark.xdist_group("stories")
def test_a_follow_up_survey_needs_consent(office, clock):
    case = case_a(Stage(clock.move_to))
    come_to(clock, 200)
    assert "follow_up_survey" not in notices(case)
    with transaction():
        case.survey_consent = True
    come_to(clock, 20)
    assert notices(case).count("follow_up_survey") == 1
