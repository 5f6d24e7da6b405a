"""What a referral's own form and the steps up to the waiting list write."""

from dateutil.relativedelta import relativedelta

from models.base import today
from models.people import User
from models.referrals import Referral, Urgency
from models.session import db
from workflows.notices import tell
from workflows.records.filing import Answers, keeps, the_day
from workflows.records.persons import add_participant, write_person


def refer(case: Referral, answers: Answers) -> None:
    """The columns of a referral that come from its form; again when it is corrected."""
    case.municipality_id = int(answers["municipality_id"])
    case.target_group = answers["target_group"]
    case.urgency = Urgency(answers["urgency"])
    case.survey_consent = "survey" in (answers.get("consent_scope") or [])


@keeps("referral")
def _corrected(case: Referral, answers: Answers, by: User) -> None:
    write_person(case.mentee, answers)
    refer(case, answers)
    known = {(p.first_name, p.relation): p for p in case.mentee.participants}
    main = next(p for p in case.mentee.participants if p.relation == "main")
    main.first_name, main.born, main.sex = (
        answers["first_name"],
        answers["date_of_birth"],
        answers["sex"],
    )
    seen = {main.id}
    for member in answers.get("household_members") or []:
        found = known.get((member["first_name"], member.get("relation", "")))
        if found is None:
            db.add(add_participant(case.mentee_id, member, member.get("relation", ""), by))
        else:
            found.takes_part, found.present = bool(member.get("takes_part")), True
            seen.add(found.id)
    for person in case.mentee.participants:
        if person.id is not None and person.id not in seen and person.present:
            person.takes_part = person.present = False


@keeps("completeness_check")
def _completeness(case: Referral, answers: Answers, by: User) -> None:
    case.coordinator, case.coordinator_id = by, by.id
    if answers["outcome"] == "complete":
        case.complete_on = the_day(answers.get("complete_on"))


@keeps("triage")
def _triage(case: Referral, answers: Answers, by: User) -> None:
    case.coordinator, case.coordinator_id = by, by.id
    case.decided_on = the_day(answers.get("triage_date"))
    case.urgency_confirmed = bool(answers.get("urgency_confirmed"))
    case.decline_reason = answers.get("decline_reason") or None
    if answers["decision"] in ("admit", "admit_direct"):
        case.waiting_since = case.waiting_since or case.complete_on
        tell("admitted", case, "case_manager")


@keeps("intake_interview")
def _interview(case: Referral, answers: Answers, by: User) -> None:
    if answers["result"] in ("decline", "withdrawal"):
        _end(case)


@keeps("waiting_list_review")
def _review(case: Referral, answers: Answers, by: User) -> None:
    if answers["still_wanted"] == "no":
        _end(case)


def _end(case: Referral) -> None:
    case.ended_on = today()
    case.delete_after = today() + relativedelta(months=12)
