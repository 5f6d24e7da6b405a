"""The tandem: agreement, trial, check-ins, early end and final report."""

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from models.base import today
from models.check_ins import CheckIn
from models.mentors import (
    MentorStatus,
)
from models.people import User
from models.referrals import Referral, ReferralStatus
from models.session import db
from models.tandems import Goal, Tandem, TandemStatus, current_tandem
from workflows.errors import NotPossibleNow
from workflows.notices import tell
from workflows.records.filing import Answers, day, keeps, the_day
from workflows.records.matching import free_place, the_open_proposal


@keeps("tandem_agreement")
def _agreement(case: Referral, answers: Answers, by: User) -> None:
    proposal = the_open_proposal(case)
    proposal.closed_on, proposal.result = today(), "agreed"
    proposal.mentor.status = MentorStatus.ASSIGNED
    start, end = the_day(answers["start_date"]), the_day(answers["planned_end_date"])
    tandem = Tandem(
        referral_id=case.id,
        mentor_id=proposal.mentor_id,
        mentor=proposal.mentor,
        status=TandemStatus.TRIAL,
        agreed_on=today(),
        start_on=start,
        trial_until=day(answers.get("trial_until")),
        first_planned_end=end,
        planned_end=end,
    )
    for position, goal in enumerate(answers.get("goals") or [], 1):
        tandem.goals.append(
            Goal(
                position=position,
                topic=goal["topic"],
                words=goal["words"],
                target=goal.get("target") or "",
                due_on=day(goal.get("due_on")),
            )
        )
    db.add(tandem)
    if answers.get("copy_to_case_office"):
        tell("tandem_started", case, "case_manager")


@keeps("trial_review")
def _trial(case: Referral, answers: Answers, by: User) -> None:
    tandem = _tandem(case)
    if answers["result"] == "continue" and tandem.status is TandemStatus.TRIAL:
        tandem.status = TandemStatus.ACTIVE
        case.status = ReferralStatus.ACTIVE


@keeps("check_in")
def _check_in(case: Referral, answers: Answers, by: User) -> None:
    tandem = _tandem(case)
    planned = db.scalar(
        sa.select(CheckIn)
        .where(CheckIn.tandem_id == tandem.id, ~CheckIn.closed)
        .order_by(CheckIn.number)
        .limit(1)
    )
    if planned is None:
        raise NotPossibleNow("no check-in is planned")
    planned.closed = True
    if answers["took_place"] == "yes":
        planned.held_on = day(answers.get("held_on"))
        planned.meetings = answers.get("meetings_count")
        planned.hours = answers.get("hours_total")
    planned.contact_needed = bool(answers.get("contact_with_office_needed"))
    planned.shared_with_office = bool(answers.get("shared_with_case_office"))


@keeps("early_termination")
def _termination(case: Referral, answers: Answers, by: User) -> None:
    tandem = _tandem(case)
    ended = the_day(answers["ended_on"])
    tandem.ended_on, tandem.status = ended, TandemStatus.TERMINATED
    tandem.termination_reason = answers["reason"]
    tandem.ended_in_trial = tandem.trial_until is not None and ended <= tandem.trial_until
    mentor = tandem.mentor
    free_place(case.id)
    if answers["reason"] in ("MENTOR_MOVED", "MENTOR_TIME", "HEALTH_MENTOR"):
        mentor.status = MentorStatus.ON_HOLD
    if answers["next"] == "rematch" and not tandem.ended_in_trial:
        if answers.get("waiting_date") == "today":
            case.waiting_since = ended
        case.waiting_since_reason = answers.get("waiting_date_reason") or None


@keeps("final_report")
def _final_report(case: Referral, answers: Answers, by: User) -> None:
    tandem = _tandem(case)
    for goal, result in zip(tandem.goals, answers.get("goal_results") or [], strict=False):
        goal.result = int(result["result"])
    case.ended_on = the_day(answers.get("end_date"))
    case.delete_after = case.ended_on + relativedelta(years=10)


def _tandem(case: Referral) -> Tandem:
    tandem = current_tandem(case.id)
    if tandem is None:
        raise NotPossibleNow("this case has no tandem")
    return tandem
