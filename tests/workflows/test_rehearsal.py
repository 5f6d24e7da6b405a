"""The rehearsal: every running case under other drawings, and nothing of it written."""

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models.processes import Run
from models.session import db
from tests.workflows.test_differences import changed_bundles
from workflows import rehearsal
from workflows.engine.rebind import Blocker
from workflows.rehearsal import rehearse


@pytest.fixture
def three(petra, monika):
    """Cases that wait for the check, for the triage, and in the waiting list; one has ended."""
    cases = [
        player.refer(organisation_of(petra), petra, zemis_number=f"0000000{n}.1") for n in range(4)
    ]
    for case in cases[1:]:
        player.do(case, "completeness_check", monika)
    player.do(cases[2], "triage", monika)
    player.do(cases[2], "intake_interview", monika)
    player.do(
        cases[3],
        "triage",
        monika,
        decision="decline",
        decline_reason="LANGUAGE",
        decision_text_to_office="Ein Sprachkurs zuerst.",
    )
    return cases


def told(*edits):
    _before, after = changed_bundles(*edits)
    states = db.execute(sa.select(Run.id, Run.state, Run.version).order_by(Run.id)).all()
    db.rollback()
    found = list(rehearse(after, "referral"))
    again = db.execute(sa.select(Run.id, Run.state, Run.version).order_by(Run.id)).all()
    db.rollback()
    assert again == states, "nothing is written"
    return found


def test_the_drawings_in_force_change_nothing_and_ended_cases_are_left_out(three, monkeypatch):
    monkeypatch.setattr(rehearsal, "BLOCK", 2)  # so that three cases are two blocks
    numbers = [case.number for case in three[:3]]
    found = told()
    assert [case.number for case in found] == numbers
    assert not any(case.blocked or case.changes for case in found)


def test_who_waits_at_a_changed_step_is_told_what_changes(three):
    found = told(
        ('name="Über die Aufnahme entscheiden"', 'name="Entscheiden"'),
        ('name="due" value="T4"', 'name="due" value="T2"'),
    )
    changes = [[c.what for c in case.changes] for case in found]
    assert changes == [[], ["name"], []], "the day that a person was told stays"


def test_who_waits_where_nothing_is_drawn_any_more_is_blocked_by_name(three):
    found = told(
        ('id="triage"', 'id="triage2"'),
        ('"triage"/', '"triage2"/'),
        ('="triage"', '="triage2"'),
        (">triage<", ">triage2<"),
    )
    assert [case.blocked for case in found] == [
        [],
        [Blocker("gone", "triage", "Über die Aufnahme entscheiden")],
        [],
    ]
