"""Organisations, programmes and contracts as data: a third provider needs no code."""

from datetime import date, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from intake.demo import cases, player
from intake.demo.cases import organisation_of
from intake.forms.triage import TriageForm
from intake.matching import suggestions
from models.base import today
from models.calendars import Calendar
from models.deadlines import deadlines_of
from models.journal import Entry
from models.organisations import (
    Organisation,
    OrganisationKind,
    organisation_called,
    organisations,
)
from models.outbox import Mail
from models.people import Membership, Role, User
from models.places import region_called
from models.programs import places_on, program_called, program_choices, programs
from models.referrals import ReferralStatus, places_taken
from models.session import db, transaction
from workflows import contracts, desk
from workflows import organisations as verbs
from workflows import programs as program_verbs
from workflows.errors import Collision, NotAccepted, NotAllowed, NotFound, NotPossibleNow
from workflows.facts import FACTS
from workflows.notices import tell
from workflows.organisations import stamp

PROGRAM = {
    "name": "Brücken bauen",
    "duration_months": 9,
    "longest_months": 18,
    "check_in_months": [2, 5],
    "mentor_age_from": 18,
}


@pytest.fixture
def anna(office):
    return player.user("a.admin@example.org")


@pytest.fixture
def third(anna):
    """A third provider with a programme and a coordinator."""
    provider = verbs.add_organisation(
        OrganisationKind.PROVIDER,
        {"name": "Verein Brücke", "email": "bruecke@example.org"},
        by=anna,
    )
    return program_verbs.add_program(provider, PROGRAM, by=anna)


def staff(organisation, name, role):
    with transaction():
        user = User(email=f"{name}@example.org", first_name=name.title(), last_name="Muster-Demo")
        user.password_hash = "x"
        user.memberships.append(Membership(organisation_id=organisation.id, role=role))
        db.add(user)
    return user


def test_a_third_providers_programme_is_wished_for_and_led_to_its_tandem(third, clock, petra):
    coordinator = staff(third.provider, "carla", Role.COORDINATOR)
    assert (third.code, FACTS["referral.program_wish"][-1]) == ("bruecken_bauen",) * 2
    stage = cases.Stage(clock.move_to)
    case = player.refer(organisation_of(petra), petra, program_wish=third.code)
    assert (case.program.code, case.provider.name) == ("bruecken_bauen", "Verein Brücke")
    mentor = player.mentor(third.provider, coordinator)
    stage.at(2026, 1, 13)
    for step in ("completeness_check", "triage", "intake_interview"):
        player.do(case, step, coordinator)
    player.do(case, "matching_proposal", coordinator, mentor=mentor)
    player.do(case, "proposal_answer", coordinator, "mentor")
    player.do(case, "proposal_answer", coordinator, "mentee")
    player.do(case, "first_meeting", coordinator)
    player.do(
        case,
        "tandem_agreement",
        coordinator,
        start_date=stage.day(2026, 1, 13),
        planned_end_date=stage.day(2026, 10, 13),
        trial_until=stage.day(2026, 3, 10),
    )
    assert case.status is ReferralStatus.TRIAL
    assert places_taken()[third.id] == 1


def test_others_wish_forward_and_follow_their_own_terms(third, case, monika):
    form = TriageForm()
    form.prepare(case)
    assert "Brücken bauen (Verein Brücke)" in dict(form.forward_to.choices).values()
    with transaction():
        third.provider.areas = [region_called("Dorneck")]
    form = TriageForm()
    form.prepare(case)
    assert "Brücken bauen (Verein Brücke)" not in dict(form.forward_to.choices).values()


def test_a_wish_outside_of_the_area_is_told_at_the_question(third, petra):
    with transaction():
        third.provider.areas = [region_called("Dorneck")]
    with pytest.raises(player.DoesNotFit) as told:
        player.refer(organisation_of(petra), petra, program_wish=third.code)
    assert "nimmt aus der Sozialregion dieser Wohngemeinde niemanden auf" in str(told.value)


def test_what_ended_is_offered_to_nobody_new_and_kept_where_it_was(third, anna, petra):
    case = player.refer(organisation_of(petra), petra, program_wish=third.code)
    yesterday = (today() - timedelta(1)).isoformat()
    program_verbs.change_program(third, {**PROGRAM, "valid_to": yesterday}, by=anna)
    assert third.code not in dict(program_choices(today()))
    assert third not in programs(on=today())
    assert third.code in dict(program_choices(today(), also=third.code))
    assert case.program is third
    with pytest.raises(player.DoesNotFit):
        player.refer(organisation_of(petra), petra, program_wish=third.code)


def test_an_office_that_ended_refers_nobody_and_keeps_its_cases(anna, petra, case):
    office = organisation_of(petra)
    answers = {**verbs.known(office), "valid_to": (today() - timedelta(1)).isoformat()}
    verbs.change_organisation(office, answers, by=anna)
    with pytest.raises(NotPossibleNow):
        player.refer(office, petra)
    assert desk.referral_for(petra, case.id) is case
    assert office not in organisations(OrganisationKind.OFFICE, on=today())


def test_a_providers_calendar_counts_its_deadlines(third, anna):
    easter_thursday, days = date(2026, 4, 2), {}
    for calendar in ("legal", "office"):
        answers = {**verbs.known(third.provider), "calendar": calendar}
        verbs.change_organisation(third.provider, answers, by=anna)
        days[calendar] = deadlines_of(third.id).after("T2", easter_thursday)
    # Good Friday is free by law; Easter Monday only in the offices.
    assert days == {"legal": date(2026, 4, 10), "office": date(2026, 4, 13)}
    other = program_called("co_pilot")
    assert deadlines_of(other.id).after("T2", easter_thursday) == days["legal"]
    assert third.provider.calendar is Calendar.OFFICE


def test_a_mentor_younger_than_the_programme_asks_is_barred(third, anna, petra):
    coordinator = staff(third.provider, "carla", Role.COORDINATOR)
    player.mentor(third.provider, coordinator, date_of_birth="2005-06-01")
    case = player.refer(organisation_of(petra), petra, program_wish=third.code)
    assert [s.bar for s in suggestions(case)] == [""]
    program_verbs.change_program(third, {**PROGRAM, "mentor_age_from": 25}, by=anna)
    assert [s.bar for s in suggestions(case)] == ["jünger, als das Angebot verlangt"]


@pytest.mark.parametrize(
    ("kind", "answers", "field", "reason"),
    [
        ("office", {"name": "X"}, "office_kind", "office_kind_missing"),
        ("office", {"name": "X", "office_kind": "social_region"}, "areas", "one_region"),
        ("office", {"name": "X", "office_kind": "municipality"}, "municipality_id", None),
        ("provider", {"name": " caritas  SOLOTHURN "}, "name", "name_taken"),
        ("provider", {"name": ""}, "name", "name_missing"),
        (
            "canton",
            {"name": "X", "valid_from": "2027-01-01", "valid_to": "2026-12-31"},
            "valid_to",
            "ends_before",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_the_answer_that_is_meant(anna, kind, answers, field, reason):
    before = len(organisations())
    with pytest.raises(NotAccepted) as refused:
        verbs.add_organisation(OrganisationKind(kind), answers, by=anna)
    assert refused.value.field == field
    assert reason in (None, refused.value.reason)
    assert len(organisations()) == before


def test_what_belongs_to_another_kind_is_not_kept(anna):
    given = {"name": "X", "calendar": "office", "deputy_email": "x@example.org", "areas": ["1"]}
    body = verbs.add_organisation(OrganisationKind.STEERING, given, by=anna)
    assert (body.calendar, body.deputy_email, body.areas) == (None, "", [])


def test_two_who_change_one_organisation_are_told(anna, third):
    seen = verbs.stamp(verbs.known(third.provider))
    changed = {**verbs.known(third.provider), "email": "neu@example.org"}
    verbs.change_organisation(third.provider, changed, by=anna, seen=seen)
    with pytest.raises(Collision):
        verbs.change_organisation(third.provider, {**changed, "email": ""}, by=anna, seen=seen)
    assert third.provider.email == "neu@example.org"
    fields = db.scalars(sa.select(Entry).where(Entry.event == "organisation_changed")).one().facts
    assert fields["fields"] == ["email"]
    seen = program_verbs.stamp(program_verbs.known(third))
    program_verbs.change_program(third, {**PROGRAM, "longest_months": 20}, by=anna, seen=seen)
    with pytest.raises(Collision):
        program_verbs.change_program(third, PROGRAM, by=anna, seen=seen)


def test_two_who_add_the_same_name_at_once_make_one(anna, office):
    """On PostgreSQL both look before either has written; SQLite lets one write at a time."""
    told = []

    def add():
        try:
            verbs.add_organisation(OrganisationKind.STEERING, {"name": "Ausschuss"}, by=None)
            told.append("added")
        except NotAccepted as error:
            told.append(error.reason)
        finally:
            db.remove()

    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["added", "name_taken"]


@pytest.mark.parametrize(
    "change",
    [
        {"longest_months": 8},
        {"duration_months": 0},
        {"longest_months": 999},
        {"check_in_months": [5, 2]},
        {"check_in_months": [10]},
        {"name": "co-pilot"},
    ],
)
def test_a_programme_that_cannot_be_is_refused(third, anna, change):
    with pytest.raises(NotAccepted):
        program_verbs.add_program(third.provider, {**PROGRAM, "name": "Neu", **change}, by=anna)
    with pytest.raises(NotAccepted):
        program_verbs.change_program(third, {**PROGRAM, **change}, by=anna)
    db.refresh(third)
    assert program_verbs.known(third)["longest_months"] == 18


def test_codes_are_plain_and_never_twice(third):
    assert program_verbs.code_for("Brücken bauen") == "bruecken_bauen_2"
    assert program_verbs.code_for("open") == "open_2"
    assert program_verbs.code_for("as wished") == "as_wished_2"
    assert program_verbs.code_for("مرافقة") == "program"
    assert len(program_verbs.code_for("x" * 80)) <= 40


def test_contracts_give_places_from_a_day_to_a_day(third, anna):
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    contract = contracts.add_contract(third, start, end, 20, by=anna)
    contracts.add_contract(third, date(2026, 7, 1), end, 5, by=anna)
    wanted = (start - timedelta(1), start, date(2026, 7, 1), end + timedelta(1))
    assert [places_on(day).get(third.id) for day in wanted] == [None, 20, 25, None]
    for begin, last, places in ((end, start, 1), (start, end, 0), (date(2026, 7, 1), end, 1)):
        with pytest.raises(NotAccepted):
            contracts.add_contract(third, begin, last, places, by=anna)
    contracts.change_contract(contract, start, end, 30, by=anna)
    assert places_on(start)[third.id] == 30
    seen = stamp(contracts.known(contract))
    contracts.change_contract(contract, start, end, 31, by=anna, seen=seen)
    with pytest.raises(Collision):
        contracts.change_contract(contract, start, end, 32, by=anna, seen=seen)
    contracts.forget_contract(contract, by=anna)
    with pytest.raises(NotFound):
        contracts.forget_contract(contract, by=anna)
    assert third.id not in places_on(start)


def test_only_the_administration_has_these_verbs(third, monika):
    answers = verbs.known(third.provider)
    for refused in (
        lambda: verbs.add_organisation(OrganisationKind.STEERING, {"name": "X"}, by=monika),
        lambda: verbs.change_organisation(third.provider, answers, by=monika),
        lambda: program_verbs.add_program(third.provider, PROGRAM, by=monika),
        lambda: program_verbs.change_program(third, PROGRAM, by=monika),
        lambda: contracts.add_contract(third, today(), today(), 1, by=monika),
    ):
        with pytest.raises(NotAllowed):
            refused()


def mails(notice):
    return set(db.scalars(sa.select(Mail.recipient).where(Mail.notice == notice)))


def test_mail_that_nobody_can_get_goes_to_the_organisation(third, petra, case):
    with transaction():
        case.provider, case.provider_id = third.provider, third.provider_id
        case.coordinator, case.coordinator_id = None, None
        tell("message", case, "coordinator")
        tell("triage_overdue", case, "program_lead")
    assert mails("message") == mails("triage_overdue") == {"bruecke@example.org"}
    with transaction():
        petra.active = False
        tell("declined", case, "case_manager")
    assert mails("declined") == {"u.beispiel@example.org"}  # who leads the office
    with transaction():
        player.user("u.beispiel@example.org").active = False
        case.office.email = "olten@example.org"
        tell("lapsed", case, "case_manager")
    assert mails("lapsed") == {"olten@example.org"}


def test_the_offices_deputy_gets_what_no_named_deputy_gets(petra):
    office = organisation_of(petra)
    with transaction():
        office.deputy_email = "vertretung@example.org"
    case = player.refer(office, petra, deputy_email=None, deputy_name=None)
    with transaction():
        tell("items_reminder", case, "case_manager_and_deputy")
    assert mails("items_reminder") == {petra.email, "vertretung@example.org"}


def test_an_organisation_is_found_by_a_part_that_only_one_has(office):
    assert organisation_called("vseg").kind is OrganisationKind.ASSOCIATION
    assert organisation_called("Sozialregion Olten").name == "Sozialregion Olten"
    for text in ("Sozialregion", "nirgends", ""):
        with pytest.raises(LookupError, match="there are:"):
            organisation_called(text)


def test_a_steering_body_comes_along(office):
    kinds = db.scalars(sa.select(Organisation.kind)).all()
    assert set(kinds) == set(OrganisationKind)
