"""The person of a referral, the household, and everybody's legal status over time."""

from datetime import date

from models.mentees import AsylumStatus, Mentee, Participant, StatusPeriod, search_key
from models.people import User
from models.referrals import Referral
from models.session import db
from workflows.errors import NotPossibleNow
from workflows.records.filing import Answers, day, keeps, the_day


def new_mentee(answers: Answers, by: User) -> Mentee:
    """The person of a new referral, with the household and everybody's status."""
    mentee = Mentee()
    write_person(mentee, answers)
    db.add(mentee)
    db.flush()
    db.add(add_participant(mentee.id, _main_person(answers), "main", by))
    for member in answers.get("household_members") or []:
        db.add(add_participant(mentee.id, member, member.get("relation", ""), by))
    db.flush()
    return mentee


def write_person(mentee: Mentee, answers: Answers) -> None:
    """The columns of the main person."""
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


def add_participant(mentee_id: int, person: Answers, relation: str, by: User) -> Participant:
    """One person of the household, with the status that the referral gives."""
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
