"""Cases A, B and C of DOMAIN.md 8 with their literal dates: the acceptance lists of the process."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from intake.demo.cases import Stage, case_a, case_b, case_c
from models.base import OFFICE_ZONE
from models.mentees import VA_FL, participants_of, status_on
from models.mentors import MentorStatus
from models.processes import Run
from models.referrals import Referral, ReferralStatus, waiting_list
from models.session import db
from models.tandems import tandems_of
from models.tasks import Task, open_tasks

pytestmark = pytest.mark.xdist_group("stories")


def due_days(case: Referral) -> dict[str, date]:
    """The last day of each step's deadline, by form key (the first of its kind)."""
    tasks = db.scalars(sa.select(Task).where(Task.referral_id == case.id).order_by(Task.id.desc()))
    return {
        task.form_key: task.due_at.astimezone(OFFICE_ZONE).date() - timedelta(1) for task in tasks
    }


def person_months(case: Referral, year: int) -> tuple[int, int]:
    """(units of VA/FL, all units): one per person and month in which a tandem is active.

    The status counts that is valid on the first active day of the month (DOMAIN.md 6.2, FIN-4).
    """
    units = total = 0
    for person in participants_of(case.mentee_id):
        if not person.takes_part:
            continue
        for month in range(1, 13):
            day = first_active_day(case, year, month)
            if day is not None:
                total += 1
                units += status_on(person, day) in VA_FL
    return units, total


def first_active_day(case: Referral, year: int, month: int) -> date | None:
    begins = date(year, month, 1)
    ends = (begins + timedelta(32)).replace(day=1) - timedelta(1)
    days = [
        max(t.start_on, begins)
        for t in tandems_of(case.id)
        if t.start_on <= ends and (t.ended_on or t.planned_end) >= begins
    ]
    return min(days, default=None)


def test_case_a_runs_from_referral_to_closure(office, clock):
    case = case_a(Stage(clock.move_to))
    db.refresh(case)
    assert case.status is ReferralStatus.COMPLETED
    assert open_tasks(case.id) == []
    assert db.scalar(sa.select(Run.due_at).where(Run.referral_id == case.id)) is None


def test_case_a_keeps_its_deadlines(office, clock):
    days = due_days(case_a(Stage(clock.move_to)))
    assert days["completeness_check"] == date(2026, 1, 19)
    assert days["triage"] == date(2026, 1, 29)
    assert days["intake_interview"] == date(2026, 2, 19)
    assert days["proposal_answer"] == date(2026, 2, 23)
    assert days["first_meeting"] == date(2026, 3, 6)
    assert days["final_report"] == date(2027, 3, 29)


def test_case_a_counts_waiting_days_tandems_and_person_months(office, clock):
    case = case_a(Stage(clock.move_to))
    (tandem,) = tandems_of(case.id)
    assert case.waiting_since == date(2026, 1, 15)
    assert (tandem.start_on - case.waiting_since).days == 46
    assert person_months(case, 2026) == (33, 40)
    assert person_months(case, 2027) == (8, 8)
    assert sum(person.takes_part for person in participants_of(case.mentee_id)) == 4
    assert [goal.result for goal in tandem.goals] == [4, 3]


def test_case_b_rematches_within_one_referral(office, clock):
    case = case_b(Stage(clock.move_to))
    first, second = tandems_of(case.id)
    assert first.ended_in_trial
    assert first.termination_reason == "MENTOR_MOVED"
    assert first.mentor.status in (MentorStatus.LEFT, MentorStatus.ON_HOLD)
    assert case.waiting_since == date(2026, 4, 8)
    assert (first.start_on - case.waiting_since).days == 12
    assert (second.start_on - first.ended_on).days == 17
    assert second.planned_end == date(2027, 6, 15)
    assert {goal.id for goal in first.goals}.isdisjoint({goal.id for goal in second.goals})
    assert db.scalar(sa.select(sa.func.count()).select_from(Referral)) == 1


def test_case_b_counts_june_once(office, clock):
    assert person_months(case_b(Stage(clock.move_to)), 2026) == (9, 9)


def test_case_b_is_due_by_the_legal_calendar(office, clock):
    days = due_days(case_b(Stage(clock.move_to)))
    assert days["completeness_check"] == date(2026, 4, 7)


def test_case_b_asks_for_consent_when_yonas_comes_of_age(office, clock):
    case = case_b(Stage(clock.move_to))
    assert "consent_renewal" in [task.form_key for task in open_tasks(case.id)]


def test_case_c_is_declined_and_never_waits(office, clock):
    case = case_c(Stage(clock.move_to))
    db.refresh(case)
    assert case.status is ReferralStatus.DECLINED
    assert case.waiting_since is None
    assert waiting_list({case.provider_id}) == []
    assert case.decline_reason == "PROFESSIONAL_NEED"
    assert case.delete_after == date(2027, 5, 20)
    assert due_days(case)["triage"] == date(2026, 5, 27)
