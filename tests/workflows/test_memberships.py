"""Roles come and go one by one; what was held is free again; somebody always administers."""

import threading

import pytest
import sqlalchemy as sa

from intake import accounts
from intake.demo import player
from intake.demo.cases import organisation_of
from models.drafts import draft_for_task
from models.journal import Audience, Entry
from models.organisations import organisation_called
from models.outbox import Mail
from models.people import Membership, Role, User, user_by_email
from models.session import db, transaction
from models.tasks import open_tasks
from workflows import desk
from workflows.desk.undoing import can_undo
from workflows.errors import (
    AddressTaken,
    HasLeft,
    HasRoleAlready,
    LastAdministrator,
    NoSuchRole,
    NotAllowed,
    OwnAdministration,
)
from workflows.memberships import deactivate, give_role, reactivate, take_role


@pytest.fixture
def anna(office):
    return player.user("a.admin@example.org")


@pytest.fixture
def srk(office):
    return organisation_called("SRK")


def membership(user, role):
    return next(m for m in user.memberships if m.role is role)


def told(event):
    return db.scalars(sa.select(Entry).where(Entry.event == event)).all()


def mails(notice):
    return db.scalars(sa.select(Mail).where(Mail.notice == notice)).all()


def test_a_role_is_given_with_a_mail_and_a_line_in_the_journal(anna, monika, srk):
    give_role(monika, srk, Role.COORDINATOR, by=anna)
    assert monika.works_at(srk.id, frozenset({Role.COORDINATOR}))
    (mail,) = mails("role_added")
    facts = {"organisation": srk.name, "role": "coordinator", "several": "yes"}
    assert (mail.recipient, mail.facts) == (monika.email, facts)
    (line,) = told("role_given")
    assert line.by_id == anna.id
    assert line.facts == {"user": monika.id, "organisation": srk.id, "role": "coordinator"}
    with pytest.raises(HasRoleAlready):
        give_role(monika, srk, Role.COORDINATOR, by=anna)
    assert len(mails("role_added")) == 1


def test_a_role_that_does_not_exist_there_is_refused_with_those_that_do(anna, monika, srk):
    with pytest.raises(NoSuchRole, match="roles there are: coordinator, program_lead"):
        give_role(monika, srk, Role.CASE_MANAGER, by=anna)


def test_only_the_administration_gives_and_takes(anna, monika, petra, srk):
    for by in (monika, petra):
        with pytest.raises(NotAllowed):
            give_role(petra, srk, Role.COORDINATOR, by=by)
        with pytest.raises(NotAllowed):
            take_role(membership(petra, Role.CASE_MANAGER), by=by)
        with pytest.raises(NotAllowed):
            deactivate(petra, by=by)
        with pytest.raises(NotAllowed):
            reactivate(petra, by=by)


def test_what_can_no_longer_be_worked_on_is_free_again_and_nothing_else(anna, petra, srk):
    nora = player.user("n.beispiel@example.org")
    case = player.refer(organisation_of(petra), petra, program_wish="seite_an_seite")
    (task,) = open_tasks(case.id)
    desk.claim(task, by=nora)
    at_office = player.refer(organisation_called("Wasseramt"), nora, zemis_number="00000103.1")
    wanted = {"missing_items": ["goals"], "missing_text": "Ziele?"}
    monika = player.user("m.muster@example.org")
    player.do(at_office, "completeness_check", monika, outcome="incomplete", **wanted)
    (kept,) = open_tasks(at_office.id)
    assert take_role(membership(nora, Role.COORDINATOR), by=anna) == 1
    db.expire_all()
    assert (task.assignee_id, kept.assignee_id) == (None, nora.id)
    assert not nora.works_at(srk.id, frozenset(Role))
    (mail,) = mails("role_removed")
    assert (mail.facts["organisation"], mail.facts["role"]) == (srk.name, "coordinator")
    assert told("role_taken")[0].facts["tasks"] == 1


def test_a_role_that_another_one_covers_frees_nothing(anna, monika, case):
    caritas = organisation_of(monika)
    give_role(monika, caritas, Role.PROGRAM_LEAD, by=anna)
    (task,) = open_tasks(case.id)
    desk.claim(task, by=monika)
    assert take_role(membership(monika, Role.COORDINATOR), by=anna) == 0
    assert task.assignee_id == monika.id


def test_what_comes_later_is_not_given_to_somebody_who_has_left_the_queue(anna, monika, case):
    player.do(case, "completeness_check", monika)
    player.do(case, "triage", monika)
    assert case.coordinator_id == monika.id
    thomas = player.user("t.muster@example.org")
    take_role(membership(monika, Role.COORDINATOR), by=anna)
    player.do(case, "intake_interview", thomas)
    assert {t.assignee_id for t in open_tasks(case.id)} == {None}
    with transaction():
        case.coordinator, case.coordinator_id = thomas, thomas.id
    deactivate(thomas, by=anna)
    give_role(monika, organisation_of(thomas), Role.COORDINATOR, by=anna)
    player.do(
        case, "matching_proposal", monika, mentor=player.mentor(organisation_of(thomas), monika)
    )
    assert thomas.id not in {t.assignee_id for t in open_tasks(case.id)}


def test_mail_of_a_case_goes_to_who_works_there_now(anna, petra, monika, case):
    player.do(case, "completeness_check", monika)
    player.do(case, "triage", monika)
    give_role(petra, organisation_called("Wasseramt"), Role.CASE_MANAGER, by=anna)
    take_role(next(m for m in petra.memberships if m.organisation_id == case.office_id), by=anna)
    take_role(membership(monika, Role.COORDINATOR), by=anna)
    urs, thomas = player.user("u.beispiel@example.org"), player.user("t.muster@example.org")
    desk.say(case, "Wann ist Platz?", Audience.BOTH, by=urs)
    desk.say(case, "Im März.", Audience.BOTH, by=thomas)
    assert [mail.recipient for mail in mails("message")] == [thomas.email, urs.email]


def test_nobody_takes_their_own_administration_and_somebody_always_has_it(anna, monika):
    own, vseg = membership(anna, Role.ADMINISTRATOR), organisation_of(anna)
    with pytest.raises(OwnAdministration):
        take_role(own, by=anna)
    with pytest.raises(OwnAdministration):
        deactivate(anna, by=anna)
    for verb in (lambda: take_role(own, by=None), lambda: deactivate(anna, by=None)):
        with pytest.raises(LastAdministrator):
            verb()
    give_role(monika, vseg, Role.ADMINISTRATOR, by=anna)
    deactivate(monika, by=anna)
    with pytest.raises(LastAdministrator):  # who has left administers nothing
        take_role(own, by=None)
    reactivate(monika, by=anna)
    take_role(own, by=monika)
    assert anna.roles == set()


def test_who_has_left_comes_back_only_if_it_is_said(anna, monika, srk):
    deactivate(monika, by=anna)
    with pytest.raises(HasLeft):
        give_role(monika, srk, Role.COORDINATOR, by=anna)
    assert not monika.active
    give_role(monika, srk, Role.COORDINATOR, by=anna, readmit=True)
    assert monika.active
    assert len(told("reactivated")) == 1


def test_an_invitation_takes_no_address_that_somebody_has(anna, monika, srk):
    for written in ("M.Muster@Example.org ", "m.mus\u00adter@example.org"):
        with pytest.raises(AddressTaken):
            accounts.invite(written, "Anders", "Anders", srk.id, Role.COORDINATOR, by=anna)
    assert monika.name == "Monika Muster-Demo"
    assert len(monika.workplaces()) == 1
    assert mails("invitation") == []


def in_two_threads(verb):
    """Both begin at the same moment; what each got or raised."""
    ready, found = threading.Barrier(2), {}

    def run(number):
        try:
            ready.wait(10)
            found[number] = verb(number)
        except Exception as error:  # what it was is asked below
            found[number] = type(error)
        finally:
            db.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_of_two_who_invite_the_same_address_at_once_one_is_told(office, anna, srk):
    anna_id, srk_id = anna.id, srk.id

    def invite(number):
        with office.app_context():
            by = db.get(User, anna_id)
            written = ("neu@example.org", "NEU@example.org")[number]
            user = accounts.invite(written, "N", "N", srk_id, Role.COORDINATOR, by=by)
            return user.email

    assert sorted(map(str, in_two_threads(invite).values())) == [
        str(AddressTaken),
        "neu@example.org",
    ]
    assert len(user_by_email("neu@example.org").memberships) == 1
    assert len(mails("invitation")) == 1


def test_of_two_administrators_who_let_each_other_go_one_stays(office, anna, monika):
    give_role(monika, organisation_of(anna), Role.ADMINISTRATOR, by=anna)
    ids = (anna.id, monika.id)
    db.remove()

    def let_go(number):
        with office.app_context():
            by, other = db.get(User, ids[number]), db.get(User, ids[1 - number])
            return deactivate(other, by=by)

    found = in_two_threads(let_go).values()
    assert sorted(map(str, found)) == ["0", str(LastAdministrator)]
    left = db.scalars(
        sa.select(User.id)
        .join(Membership)
        .where(Membership.role == Role.ADMINISTRATOR, User.active)
    ).all()
    assert len(left) == 1


def test_a_step_is_taken_back_only_for_the_organisation_for_which_it_was_done(
    anna, monika, srk, case
):
    caritas = organisation_of(monika)
    give_role(monika, srk, Role.COORDINATOR, by=anna)
    player.do(case, "completeness_check", monika)
    assert can_undo(case, monika), "nobody else has gone on"
    monika.acting_for = srk.id
    assert can_undo(case, monika) is None
    monika.acting_for = caritas.id
    assert can_undo(case, monika)


def test_a_case_can_be_handed_to_oneself_at_the_other_office(anna, petra, case):
    wasseramt, olten = organisation_called("Wasseramt"), organisation_of(petra)
    give_role(petra, wasseramt, Role.CASE_MANAGER, by=anna)
    petra.acting_for = olten.id
    desk.hand_over(case, petra, wasseramt, by=petra)
    assert case.office_id == wasseramt.id


def test_what_was_typed_for_one_organisation_is_kept_with_it(anna, monika, case):
    (task,) = open_tasks(case.id)
    desk.save_draft(task, {"remark": ["x"]}, by=monika)
    assert draft_for_task(task.id, monika.id).organisation_id == task.organisation_id
