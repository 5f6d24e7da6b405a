"""Proposals, the places of mentors, and what both sides answered."""

import sqlalchemy as sa

from models.base import today
from models.mentors import (
    MAY_BE_PROPOSED,
    Mentor,
    MentorPlace,
    MentorStatus,
    places_held,
)
from models.people import User
from models.proposals import Answer, Proposal, open_proposal
from models.referrals import Referral
from models.session import db
from workflows.errors import NoPlaceLeft, NotPossibleNow
from workflows.facts import comes_of_age_on
from workflows.records.filing import Answers, keeps, the_day


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
    proposal = the_open_proposal(case)
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
    proposal = the_open_proposal(case)
    proposal.first_meeting_on = the_day(answers["first_meeting_date"])
    if not (answers["mentor_agrees"] == "yes" and answers["mentee_agrees"] == "yes"):
        proposal.result = "not_agreed"


def the_open_proposal(case: Referral) -> Proposal:
    """The proposal that is being answered. Raises NotPossibleNow."""
    proposal = open_proposal(case.id)
    if proposal is None:
        raise NotPossibleNow("there is no open proposal")
    return proposal
