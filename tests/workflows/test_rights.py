"""Rights over rights: nobody gives herself any, two agree where an office wants it, drawers do not release."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import accounts
from intake.demo import player
from intake.demo.cases import organisation_of
from models.journal import Entry
from models.organisations import organisation_called
from models.outbox import Mail
from models.people import Membership, Role, User
from models.role_requests import RoleRequest, role_requests
from models.session import db, transaction
from workflows.errors import HasRoleAlready, NotAllowed, NotPossibleNow, OwnRights
from workflows.memberships import agree, deactivate, give_role, reactivate, take_role
from workflows.role_requests import LAPSES, let_lapse, refuse

READS = [Role.CASE_MANAGER, Role.OFFICE_LEAD, Role.COORDINATOR, Role.PROGRAM_LEAD]


@pytest.fixture
def anna(office):
    return player.user("a.admin@example.org")


@pytest.fixture
def srk(office):
    return organisation_called("SRK")


@pytest.fixture
def second(anna):
    """Another administrator."""
    return made("z.zweite@example.org", Role.ADMINISTRATOR, organisation_of(anna))


def made(email, role, organisation):
    user = User(email=email, first_name="Zita", last_name="Zweite", password_hash="x")
    user.memberships.append(Membership(organisation_id=organisation.id, role=role))
    with transaction():
        db.add(user)
    db.refresh(user, ["memberships"])
    return user


def mails(notice):
    return sorted(db.scalars(sa.select(Mail.recipient).where(Mail.notice == notice)))


def events():
    return list(db.scalars(sa.select(Entry.event).order_by(Entry.id)))


@pytest.mark.parametrize("role", [*READS, Role.PROCESS_OWNER, Role.CONTROLLING])
def test_nobody_gives_herself_a_role(anna, srk, office, role):
    places = {Role.COORDINATOR: srk, Role.PROGRAM_LEAD: srk}
    place = places.get(
        role, organisation_called("Olten") if role in READS else organisation_of(anna)
    )
    before = anna.roles
    with pytest.raises(OwnRights):
        give_role(anna, place, role, by=anna)
    db.refresh(anna, ["memberships"])
    assert anna.roles == before


def test_who_leads_is_told_at_once_who_reads_cases(anna, petra, srk):
    bruno = player.user("b.keller@example.org")
    give_role(petra, srk, Role.COORDINATOR, by=anna)
    assert mails("role_told") == [bruno.email]


def test_without_a_lead_the_organisation_itself_is_told(anna, petra):
    dorneck = organisation_called("Dorneck")
    give_role(petra, dorneck, Role.CASE_MANAGER, by=anna)
    assert mails("role_told") == [dorneck.email]


def test_a_role_that_reads_no_cases_is_told_to_nobody_else(anna, petra):
    give_role(petra, organisation_of(anna), Role.CONTROLLING, by=anna)
    assert mails("role_told") == []


def test_who_comes_back_with_such_a_role_is_told_of_too(anna, monika):
    deactivate(monika, by=anna)
    reactivate(monika, by=anna)
    assert mails("role_told") == [player.user("t.muster@example.org").email]


def test_a_role_holds_when_a_second_administrator_agrees(anna, second, petra, srk):
    assert give_role(petra, srk, Role.COORDINATOR, by=anna, two=True) is False
    assert not petra.works_at(srk.id, frozenset(Role))
    assert mails("role_asked") == [second.email]
    with pytest.raises(HasRoleAlready):
        give_role(petra, srk, Role.COORDINATOR, by=anna, two=True)
    (asked,) = role_requests()
    with pytest.raises(OwnRights):
        agree(asked, by=anna)
    with pytest.raises(NotAllowed):
        agree(asked, by=petra)
    agree(asked, by=second)
    assert petra.works_at(srk.id, frozenset({Role.COORDINATOR}))
    assert "role_given" in events()
    with pytest.raises(NotPossibleNow):
        agree(asked, by=second)


def test_who_is_to_get_the_role_is_not_the_second(anna, second, srk):
    give_role(second, srk, Role.COORDINATOR, by=anna, two=True)
    with pytest.raises(OwnRights):
        agree(role_requests()[0], by=second)


def test_a_refused_role_is_not_given_and_who_asked_hears_of_it(anna, second, petra, srk):
    give_role(petra, srk, Role.COORDINATOR, by=anna, two=True)
    (asked,) = role_requests()
    with pytest.raises(NotAllowed):
        refuse(asked, by=petra)
    refuse(asked, by=second)
    assert (role_requests(), mails("role_refused")) == ([], [anna.email])
    with pytest.raises(NotPossibleNow):
        agree(asked, by=second)


def test_who_asked_takes_it_back_without_a_mail(anna, second, petra, srk):
    give_role(petra, srk, Role.COORDINATOR, by=anna, two=True)
    refuse(role_requests()[0], by=anna)
    assert (role_requests(), mails("role_refused")) == ([], [])


def test_what_nobody_decides_lapses(anna, second, petra, srk, clock):
    give_role(petra, srk, Role.COORDINATOR, by=anna, two=True)
    for days, left in ((LAPSES.days - 1, 1), (2, 0)):
        clock.shift(timedelta(days=days))
        with transaction():
            let_lapse()
        assert len(role_requests()) == left


def test_the_only_administrator_gives_roles_alone(anna, petra, srk):
    assert give_role(petra, srk, Role.COORDINATOR, by=anna, two=True) is True


def test_who_lets_the_other_administrator_go_gives_no_roles_alone(anna, second, petra, srk):
    deactivate(second, by=anna)
    assert give_role(petra, srk, Role.COORDINATOR, by=anna, two=True) is False
    assert not petra.works_at(srk.id, frozenset(Role))


def test_who_takes_the_others_administration_gives_no_roles_alone(anna, second, petra, srk):
    take_role(second.memberships[0], by=anna)
    give_role(petra, srk, Role.PROGRAM_LEAD, by=anna, two=True)
    assert len(role_requests()) == 1


def test_what_a_leaver_has_asked_for_is_given_up(anna, second, petra, srk):
    give_role(petra, srk, Role.COORDINATOR, by=second, two=True)
    deactivate(second, by=anna)
    assert role_requests() == []


def test_only_the_administration_invites(petra, srk):
    with pytest.raises(NotAllowed):
        accounts.invite("x@example.org", "X", "Y", srk.id, Role.COORDINATOR, by=petra)


def test_a_leaver_who_comes_back_needs_the_second_too(anna, second, monika):
    deactivate(monika, by=anna)
    reactivate(monika, by=anna, two=True)
    assert monika.memberships == []
    agree(role_requests()[0], by=second)
    assert monika.roles == {Role.COORDINATOR}


def test_a_role_for_somebody_who_left_meanwhile_is_not_given(anna, second, petra, srk):
    give_role(petra, srk, Role.COORDINATOR, by=anna, two=True)
    deactivate(petra, by=anna)
    assert role_requests() == []
    assert db.scalars(sa.select(RoleRequest)).one().outcome.value == "lapsed"
