"""Which answers become columns, by form key: those that lists, reports or erasure need."""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta

from models.base import today
from models.check_ins import CheckIn
from models.mentees import AsylumStatus, Mentee, Participant, StatusPeriod, search_key
from models.mentors import (
    MAY_BE_PROPOSED,
    Mentor,
    MentorPlace,
    MentorStatus,
    places_held,
)
from models.people import User
from models.proposals import Answer, Proposal, open_proposal
from models.referrals import Referral, ReferralStatus, Urgency
from models.session import db
from models.tandems import Goal, Tandem, TandemStatus, current_tandem
from workflows.errors import NoPlaceLeft, NotPossibleNow
from workflows.facts import comes_of_age_on

Answers = dict[str, Any]
Keep = Callable[[Referral, Answers, User], None]

KEEPS: dict[str, Keep] = {}


def keeps(form_key: str) -> Callable[[Keep], Keep]:
    """File the function that keeps the answers of a form."""

    def file(keep: Keep) -> Keep:
        KEEPS[form_key] = keep
        return keep

    return file


def keep(form_key: str, case: Referral, answers: Answers, by: User) -> None:
    """Write the columns of a form's answers; forms that need none have no function."""
    if form_key in KEEPS:
        KEEPS[form_key](case, answers, by)


def day(value: object) -> date | None:
    """A date answer, or None."""
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def the_day(value: object) -> date:
    """A date answer that the form has required; today if it was left out."""
    return day(value) or today()


def new_mentee(answers: Answers, by: User) -> Mentee:
    """The person of a new referral, with the household and everybody's status."""
    mentee = Mentee()
    _person(mentee, answers)
    db.add(mentee)
    db.flush()
    db.add(_participant(mentee.id, _main_person(answers), "main", by))
    for member in answers.get("household_members") or []:
        db.add(_participant(mentee.id, member, member.get("relation", ""), by))
    db.flush()
    return mentee


def _person(mentee: Mentee, answers: Answers) -> None:
    mentee.last_name, mentee.first_name = answers["last_name"], answers["first_name"]
    mentee.date_of_birth, mentee.sex = answers["date_of_birth"], answers["sex"]
    mentee.nationality = answers["nationality"]
    mentee.zemis_number = answers.get("zemis_number") or None
    mentee.ahv_number = answers.get("ahv_number") or None
    mentee.native_language = answers["native_language"]
    mentee.search_name = search_key(mentee.last_name, mentee.first_name)


def _main_person(answers: Answers) -> Answers:
    return {
        "first_name": answers["first_name"],
        "born": answers["date_of_birth"],
        "sex": answers["sex"],
        "permit": answers["permit"],
        "asylum_status": answers["asylum_status"],
        "status_valid_from": answers.get("status_valid_from"),
        "takes_part": True,
    }


def _participant(mentee_id: int, person: Answers, relation: str, by: User) -> Participant:
    status = StatusPeriod(
        permit=person.get("permit") or "UNKNOWN",
        asylum_status=AsylumStatus(person.get("asylum_status") or AsylumStatus.NONE),
        valid_from=day(person.get("status_valid_from")),
        source="referral",
        entered_by_id=by.id,
    )
    return Participant(
        mentee_id=mentee_id,
        first_name=person["first_name"],
        born=person.get("born") or "",
        sex=person.get("sex") or "",
        relation=relation,
        takes_part=bool(person.get("takes_part")),
        status_periods=[status],
    )


def refer(case: Referral, answers: Answers) -> None:
    """The columns of a referral that come from its form; again when it is corrected."""
    case.municipality_id = int(answers["municipality_id"])
    case.target_group = answers["target_group"]
    case.urgency = Urgency(answers["urgency"])
    case.survey_consent = "survey" in (answers.get("consent_scope") or [])


@keeps("referral")
def _corrected(case: Referral, answers: Answers, by: User) -> None:
    _person(case.mentee, answers)
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
            db.add(_participant(case.mentee_id, member, member.get("relation", ""), by))
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


@keeps("matching_proposal")
def _proposal(case: Referral, answers: Answers, by: User) -> None:
    mentor = db.get(Mentor, int(answers["mentor_id"]), with_for_update=True)
    if mentor is None or mentor.provider_id != case.provider_id:
        raise NotPossibleNow("this mentor is not one of the provider's")
    if mentor.status not in MAY_BE_PROPOSED:
        raise NotPossibleNow("this mentor is not ready")
    if needs_extract(case) and not mentor.extract_valid(today()):
        raise NotPossibleNow("minors take part, and no valid extract was seen")
    hold_place(mentor, case)
    db.add(
        Proposal(
            referral_id=case.id,
            mentor_id=mentor.id,
            mentor=mentor,
            proposed_by_id=by.id,
            proposed_on=today(),
            reason=answers["reason"],
            fit={key[4:]: value for key, value in answers.items() if key.startswith("fit_")},
        )
    )


def needs_extract(case: Referral) -> bool:
    """Whether a minor takes part, so that the mentor needs a special private extract (DOMAIN.md 2.4)."""
    born = (person.born for person in case.mentee.participants if person.takes_part)
    return any((of_age := comes_of_age_on(day)) is not None and of_age > today() for day in born)


def hold_place(mentor: Mentor, case: Referral) -> None:
    """Take a free place of a mentor; the database refuses a place that is taken.

    Raises:
        NoPlaceLeft: all places are held.
    """
    taken = {place.place for place in places_held([mentor.id]).get(mentor.id, [])}
    free = next((n for n in range(1, mentor.max_mentees + 1) if n not in taken), None)
    if free is None:
        raise NoPlaceLeft(mentor.name)
    place = MentorPlace(mentor_id=mentor.id, place=free, referral_id=case.id, held_since=today())
    db.add(place)
    try:
        db.flush()
    except sa.exc.IntegrityError:
        raise NoPlaceLeft(mentor.name) from None


def free_place(referral_id: int) -> None:
    """Give back the mentor's place that a case holds; who has none left is ready again."""
    held = db.scalars(
        sa.select(MentorPlace).where(
            MentorPlace.referral_id == referral_id, MentorPlace.released_on.is_(None)
        )
    )
    for place in held:
        place.released_on = today()
        mentor = db.get(Mentor, place.mentor_id)
        others = [p for p in places_held([place.mentor_id]).get(place.mentor_id, []) if p != place]
        if mentor is not None and mentor.status is MentorStatus.ASSIGNED and not others:
            mentor.status = MentorStatus.APPROVED


@keeps("proposal_answer")
def _answer(case: Referral, answers: Answers, by: User) -> None:
    proposal = _open_proposal(case)
    answer, on = Answer(answers["answer"]), the_day(answers.get("answered_on"))
    reason = answers.get("reason") or ""
    if answers["side"] == "mentor":
        proposal.mentor_answer, proposal.mentor_answered_on = answer, on
        proposal.mentor_reason = reason
    else:
        proposal.mentee_answer, proposal.mentee_answered_on = answer, on
        proposal.mentee_reason = reason
    if answer is not Answer.ACCEPTED:
        proposal.result = f"{answers['side']}_{answer}"


@keeps("first_meeting")
def _first_meeting(case: Referral, answers: Answers, by: User) -> None:
    proposal = _open_proposal(case)
    proposal.first_meeting_on = the_day(answers["first_meeting_date"])
    if not (answers["mentor_agrees"] == "yes" and answers["mentee_agrees"] == "yes"):
        proposal.result = "not_agreed"


@keeps("tandem_agreement")
def _agreement(case: Referral, answers: Answers, by: User) -> None:
    proposal = _open_proposal(case)
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


@keeps("status_change")
def _status_change(case: Referral, answers: Answers, by: User) -> None:
    person = db.get(Participant, int(answers["participant_id"]))
    if person is None or person.mentee_id != case.mentee_id:
        raise NotPossibleNow("this person does not belong to the case")
    begins = the_day(answers["valid_from"])
    for period in person.status_periods:
        if period.valid_to is None or period.valid_to >= begins:
            period.valid_to = date.fromordinal(begins.toordinal() - 1)
    person.status_periods.append(
        StatusPeriod(
            permit=answers["permit"],
            asylum_status=AsylumStatus(answers["asylum_status"]),
            valid_from=begins,
            source=answers.get("source") or "case_manager",
            entered_by_id=by.id,
        )
    )


def _open_proposal(case: Referral) -> Proposal:
    proposal = open_proposal(case.id)
    if proposal is None:
        raise NotPossibleNow("there is no open proposal")
    return proposal


def _tandem(case: Referral) -> Tandem:
    tandem = current_tandem(case.id)
    if tandem is None:
        raise NotPossibleNow("this case has no tandem")
    return tandem
