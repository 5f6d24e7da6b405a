"""Addresses in one form; rights of one organisation at a time; the tasks one holds there."""

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models import tasks
from models.organisations import organisation_called
from models.people import (
    OFFICE_ROLES,
    PROVIDER_ROLES,
    Role,
    normal_address,
    user_by_email,
)
from models.queues import left_alone, works_from
from models.referrals import visible_to
from models.session import db, transaction
from models.tasks import InboxFilter, inbox, inbox_count, open_tasks
from workflows import desk

NORA = "n.beispiel@example.org"


@pytest.mark.parametrize(
    "written",
    [
        "p.beispiel@example.org",
        "P.Beispiel@EXAMPLE.org",
        "  p.beispiel@example.org\n",
        "\u200bp.beispiel@example.org",
        "p.bei\u00adspiel@example.org\ufeff",
        "\u202ap.beispiel@example.org\u202c",
        "\u00a0p.beispiel@example.org\u3000",
    ],
)
def test_an_address_is_one_person_however_it_is_written(office, written):
    assert user_by_email(written).first_name == "Petra"


def test_an_umlaut_is_one_letter_however_it_is_made():
    assert normal_address("A\u0308RZTIN@Example.org") == normal_address("\u00e4rztin@example.org")


@pytest.mark.parametrize("written", ["p beispiel@example.org", "p\x00@example.org", "p@x.org\tq"])
def test_an_address_holds_no_blanks_and_no_control_characters(office, written):
    with pytest.raises(ValueError, match="neither blanks"):
        normal_address(written)
    assert user_by_email(written) is None


@pytest.fixture
def nora(office):
    return player.user(NORA)


def test_rights_are_those_of_the_organisation_that_is_acted_for(nora):
    wasseramt, srk = (organisation_called(name).id for name in ("Wasseramt", "SRK"))
    everywhere = {(wasseramt, Role.CASE_MANAGER), (srk, Role.COORDINATOR)}
    assert nora.groups() == everywhere, "of whom is only named, all counts"
    nora.acting_for = wasseramt
    assert nora.roles == {Role.CASE_MANAGER}
    assert nora.groups() == {(wasseramt, Role.CASE_MANAGER)}
    assert nora.organisation_ids(PROVIDER_ROLES) == set()
    assert nora.organisation_as(OFFICE_ROLES).id == wasseramt
    assert nora.works_at(srk, PROVIDER_ROLES), "she works there, whomever she acts for"
    nora.acting_for = 0
    assert (nora.roles, nora.groups(), nora.organisation_ids(OFFICE_ROLES)) == (set(), set(), set())
    assert list(db.scalars(visible_to(nora))) == []
    assert inbox(nora, InboxFilter()) == inbox(nora, InboxFilter(whose="mine")) == []


def test_all_roles_at_one_organisation_count_together(office):
    monika = player.user("m.muster@example.org")
    assert [len(roles) for _place, roles in monika.workplaces()] == [1]
    assert monika.organisation_as(PROVIDER_ROLES) is organisation_of(monika)


def test_nobody_guesses_which_of_several_organisations_is_meant(nora):
    with pytest.raises(LookupError, match="2 organisations"):
        nora.organisation_as(OFFICE_ROLES | PROVIDER_ROLES)
    with pytest.raises(LookupError, match="0 organisations"):
        nora.organisation_as(frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def held(nora, petra):
    """A task at SRK that Nora holds, and one at Wasseramt."""
    srk = player.refer(organisation_of(petra), petra, program_wish="seite_an_seite")
    (task,) = open_tasks(srk.id)
    desk.claim(task, by=nora)
    office = player.refer(organisation_called("Wasseramt"), nora, zemis_number="00000103.1")
    monika = player.user("m.muster@example.org")
    wanted = {"missing_items": ["goals"], "missing_text": "Ziele?"}
    player.do(office, "completeness_check", monika, outcome="incomplete", **wanted)
    (asked,) = open_tasks(office.id)
    return {"SRK": task.id, "Wasseramt": asked.id}


@pytest.mark.parametrize("place", ["SRK", "Wasseramt"])
def test_what_one_holds_is_shown_of_the_organisation_that_is_acted_for(nora, held, place):
    mine = InboxFilter(whose="mine")
    assert {task.id for task in inbox(nora, mine)} == set(held.values())
    nora.acting_for = organisation_called(place).id
    assert [task.id for task in inbox(nora, mine)] == [held[place]]
    assert inbox_count(nora, mine) == 1
    assert [task.id for task in inbox(nora, InboxFilter())] == [held[place]]


def test_what_one_holds_is_read_by_its_own_index(nora, held):
    nora.acting_for = organisation_called("SRK").id
    (queue,) = tasks._branches(nora, InboxFilter(whose="mine"))
    ordered = queue.order_by(tasks.Task.due_at, tasks.Task.id)
    sql = ordered.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
    if db.get_bind().dialect.name == "sqlite":
        plan = " ".join(row[3] for row in db.execute(sa.text(f"explain query plan {sql}")))
        assert "TEMP B-TREE" not in plan
    else:
        for switched in ("begin", "set local enable_seqscan = off"):
            db.execute(sa.text(switched))  # so few rows would be read without the index otherwise
        plan = " ".join(db.scalars(sa.text(f"explain {sql}")))
        db.rollback()
    assert "ix_tasks_mine" in plan
    assert "ix_tasks_group" not in plan


def test_a_queue_is_left_alone_only_if_nobody_active_works_from_it(nora, held):
    wasseramt, srk = (organisation_called(name).id for name in ("Wasseramt", "SRK"))
    office, provider = (wasseramt, Role.CASE_MANAGER), (srk, Role.COORDINATOR)
    assert works_from(nora.id, provider)
    assert not works_from(nora.id, (srk, Role.PROGRAM_LEAD))
    assert left_alone(nora, {office, provider}) == 0, "Sandra, Lea and Bruno are there"
    with transaction():
        for email in ("s.beispiel", "l.keller"):
            player.user(f"{email}@example.org").active = False
    assert left_alone(nora, {provider}) == 0, "Bruno leads, and works from the queue too"
    assert left_alone(nora, {office}) == 1
