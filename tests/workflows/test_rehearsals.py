"""Drafts tried on all cases in the background, and cases moved in the background: piece by piece."""

import random
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import routing_of, vocabulary
from models.jobs import Job
from models.journal import Entry
from models.processes import Run, latest_diagram, run_of
from models.rebindings import Rebinding
from models.rehearsals import Move, Rehearsal, last_rehearsal, moves_to, rehearsed_cases
from models.session import db, transaction
from tests.copies import copy_case
from tests.storm import installation
from tests.workflows.test_differences import EDITS, NEW_TASK, OLD_FLOW, changed_bundles
from workflows import drawing_drafts, moves, rehearsals
from workflows.diagrams.published import REFERRAL, publish
from workflows.errors import NotFound, RefusedDrawing
from workflows.worker import Words, do_next_job, work_until_idle


@pytest.fixture
def patrick(office):
    return player.user("p.prozess@example.org")


@pytest.fixture
def words(office):
    return Words(vocabulary(), routing_of)


@pytest.fixture
def cases(petra, monika):
    """At the check, at the triage, declined, on the waiting list."""
    found = [
        player.refer(organisation_of(petra), petra, zemis_number=f"0000000{n}.1") for n in range(4)
    ]
    for case in found[1:]:
        player.do(case, "completeness_check", monika)
    refusal = {"decline_reason": "LANGUAGE", "decision_text_to_office": "Zuerst ein Kurs."}
    player.do(found[2], "triage", monika, decision="decline", **refusal)
    player.do(found[3], "triage", monika)
    player.do(found[3], "intake_interview", monika)
    return found


def edited(patrick, *edits):
    draft = drawing_drafts.begin(latest_diagram(REFERRAL), by=patrick)
    _before, after = changed_bundles(*edits)
    texts = {name: data.decode() for name, data in after.items()}
    drawing_drafts.save(draft, texts, revision=1, by=patrick)
    return draft


def rehearsed(patrick, words, *edits):
    draft = edited(patrick, *edits)
    rehearsals.begin(draft, words.forms, by=patrick)
    before = db.execute(sa.select(Run.id, Run.state, Run.version).order_by(Run.id)).all()
    work_until_idle(lambda _mail: None, words)
    again = db.execute(sa.select(Run.id, Run.state, Run.version).order_by(Run.id)).all()
    assert again == before, "nothing is written"
    db.expire_all()
    return last_rehearsal(draft.id)


def test_what_changes_nothing_lets_every_case_go_on_and_every_ended_one_go_its_way(
    patrick, words, cases
):
    found = rehearsed(patrick, words)
    assert (found.counts, found.done, found.total) == ({"moves": 3, "same": 1}, 4, 4)
    assert found.ended_at is not None
    assert found.elements == {}


def test_a_renamed_step_changes_who_waits_there(patrick, words, cases):
    found = rehearsed(
        patrick, words, ('name="Über die Aufnahme entscheiden"', 'name="Entscheiden"')
    )
    assert found.counts == {"moves": 2, "changes": 1, "same": 1}
    assert found.elements == {"triage": 1}
    (row,) = rehearsed_cases(found.id, "changes", 10)
    assert row.number == cases[1].number


def test_a_new_task_on_the_way_leaves_an_ended_case_without_an_answer(patrick, words, cases):
    form = '<spiffworkflow:property name="form" value="waiting_list_review"/>'
    asked = NEW_TASK.replace(
        'name="Anrufen"/>',
        'name="Anrufen"><bpmn:extensionElements><spiffworkflow:properties>'
        f"{form}</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>",
    )
    lane = "<bpmn:flowNodeRef>triage</bpmn:flowNodeRef>"
    added = (lane, f"{lane}<bpmn:flowNodeRef>call</bpmn:flowNodeRef>")
    found = rehearsed(patrick, words, (OLD_FLOW, asked), added)
    assert (found.counts["unanswered"], found.counts["moves"]) == (1, 3)
    (row,) = rehearsed_cases(found.id, "unanswered", 10)
    assert row.told["failure"]["found"] == "call"


def test_a_turned_decision_sends_an_ended_case_another_way(patrick, words, cases):
    turned = ('triage.decision == "decline"', 'triage.decision == "ask_back"')
    found = rehearsed(patrick, words, turned)
    assert found.counts["other"] == 1
    (row,) = rehearsed_cases(found.id, "other", 10)
    assert "declined" in row.told["gone"]
    assert row.told["waits"] == ["Fehlende Angaben nachreichen"]


def test_a_step_that_is_gone_blocks_who_waits_there(patrick, words, cases):
    with_other_id = [
        ('"triage"', '"decide"'),
        (">triage<", ">decide<"),
        ('value="decide"', 'value="triage"'),
    ]
    bundle = changed_bundles()[1]
    text = bundle["check_referral.bpmn"].decode()
    for old, new in with_other_id:
        text = text.replace(old, new)
    draft = drawing_drafts.begin(latest_diagram(REFERRAL), by=patrick)
    drawing_drafts.save(draft, {"check_referral.bpmn": text}, revision=1, by=patrick)
    rehearsals.begin(draft, words.forms, by=patrick)
    work_until_idle(lambda _mail: None, words)
    db.expire_all()
    found = last_rehearsal(draft.id)
    assert (found.counts["blocked"], found.elements["triage"]) == (1, 2)
    (row,) = rehearsed_cases(found.id, "blocked", 10)
    assert row.told["blocked"][0]["reason"] == "gone"


def test_a_case_that_cannot_even_be_read_does_not_stop_the_others(patrick, words, cases):
    with transaction():
        run_of(cases[0].id).state = b"broken"
    draft = edited(patrick)
    rehearsals.begin(draft, words.forms, by=patrick)
    work_until_idle(lambda _mail: None, words)
    db.expire_all()
    found = last_rehearsal(draft.id)
    assert (found.counts, found.done) == ({"moves": 2, "blocked": 1, "same": 1}, 4)
    (row,) = rehearsed_cases(found.id, "blocked", 10)
    assert (row.number, row.told["blocked"][0]["reason"]) == (cases[0].number, "failed")


def test_an_unsound_draft_is_not_rehearsed(patrick, words, cases):
    draft = edited(patrick, ('name="form" value="triage"', 'name="form" value="nothing"'))
    with pytest.raises(RefusedDrawing):
        rehearsals.begin(draft, words.forms, by=patrick)
    assert db.scalar(sa.select(sa.func.count()).select_from(Rehearsal)) == 0


@pytest.mark.parametrize(("seconds", "pieces"), [(60, [2, 4, 4]), (0, [1, 2, 3, 4])])
def test_it_is_done_in_pieces_between_which_others_have_their_turn(
    patrick, words, cases, monkeypatch, seconds, pieces
):
    """So many cases or so many seconds, whichever is over first."""
    monkeypatch.setattr(rehearsals, "BLOCK", 2)
    monkeypatch.setattr(rehearsals, "LONGEST_PIECE", seconds)
    work_until_idle(lambda _mail: None, words)
    draft = edited(patrick)
    rehearsals.begin(draft, words.forms, by=patrick)
    done = []
    while do_next_job(lambda _mail: None, words):
        db.expire_all()
        done.append(last_rehearsal(draft.id).done)
    assert done == pieces


def test_a_piece_that_was_counted_is_not_counted_again(patrick, words, cases, monkeypatch):
    """The worker died after it had written, before the job was put back: the next takes it over."""
    monkeypatch.setattr(rehearsals, "BLOCK", 2)
    draft = edited(patrick)
    started = rehearsals.begin(draft, words.forms, by=patrick)
    assert rehearsals.rehearse_more(started.id, words.forms, words.routing)
    while rehearsals.rehearse_more(started.id, words.forms, words.routing):
        pass
    assert not rehearsals.rehearse_more(started.id, words.forms, words.routing)
    db.expire_all()
    assert last_rehearsal(draft.id).counts == {"moves": 3, "same": 1}


@pytest.fixture
def second(cases):
    return publish(changed_bundles(*EDITS["label"][0])[1], REFERRAL, vocabulary(), by=None)


def test_all_running_cases_move_in_the_background_with_a_protocol(second, patrick, words, cases):
    moves.begin(second, by=patrick)
    work_until_idle(lambda _mail: None, words)
    db.expire_all()
    (move,) = moves_to(second.id)
    assert (move.total, move.moved, move.blocked) == (3, 3, {})
    assert move.ended_at is not None
    assert [run_of(case.id).diagram_id for case in cases] == [second.id, second.id, 1, second.id]
    events = db.scalars(
        sa.select(Entry.event).where(Entry.referral_id.is_(None)).order_by(Entry.id)
    )
    assert list(events)[-2:] == ["move_begun", "move_ended"]


def test_only_chosen_cases_move_and_go_back_while_nobody_has_gone_on(
    second, patrick, words, cases, monika
):
    moves.begin(second, by=patrick, wanted=[cases[0].number, cases[1].number])
    work_until_idle(lambda _mail: None, words)
    player.do(cases[1], "triage", monika)
    moves.begin(second, by=patrick, back=True)
    work_until_idle(lambda _mail: None, words)
    db.expire_all()
    back, there = moves_to(second.id)
    assert (there.moved, back.moved) == (2, 1)
    assert list(back.blocked) == [cases[1].number]
    assert back.blocked[cases[1].number][0]["reason"] == "gone_on"
    assert run_of(cases[0].id).diagram_id == 1


def test_a_move_that_stopped_half_way_goes_on_and_counts_each_once(
    second, patrick, words, cases, monkeypatch
):
    monkeypatch.setattr(moves, "BLOCK", 1)
    move = moves.begin(second, by=patrick)
    assert moves.move_more(move.id)
    work_until_idle(lambda _mail: None, words)
    db.expire_all()
    assert moves_to(second.id)[0].moved == 3


def test_a_number_that_cannot_be_moved_begins_nothing(second, patrick, cases):
    with pytest.raises(NotFound):
        moves.begin(second, by=patrick, wanted=[cases[2].number])
    assert db.scalar(sa.select(sa.func.count()).select_from(Move)) == 0


def test_timers_come_before_long_work(second, patrick, words, cases, clock, monkeypatch):
    """A rehearsal of many cases keeps no deadline waiting: between two pieces what is due fires."""
    monkeypatch.setattr(rehearsals, "BLOCK", 1)
    draft_id = edited(patrick).id
    rehearsals.begin(drawing_drafts.drawing_draft(draft_id), words.forms, by=patrick)
    assert do_next_job(lambda _mail: None, words)
    clock.shift(timedelta(days=15))
    work_until_idle(lambda _mail: None, words)
    db.expire_all()
    fired = db.scalars(sa.select(Entry).where(Entry.event == "timer")).all()
    assert fired
    assert last_rehearsal(draft_id).ended_at is not None


def test_long_work_whose_worker_is_killed_counts_each_case_once(url, patrick, cases, words):
    """A rehearsal and a move, while kill -9 takes worker after worker."""
    copies = copy_case(cases[0], 300)
    draft = edited(patrick, *EDITS["label"][0])
    ordered = rehearsals.begin(draft, words.forms, by=patrick)
    newer = publish(changed_bundles(*EDITS["label"][0])[1], REFERRAL, vocabulary(), by=None)
    move = moves.begin(newer, by=patrick)
    command = [sys.executable, "-m", "intake", "worker"]
    dice, kills = random.Random(4), 0
    until = time.monotonic() + 120
    while time.monotonic() < until:
        worker = subprocess.Popen(command, env=installation(url), stderr=subprocess.DEVNULL)
        wait = dice.uniform(1.2, 2.2) if kills < 5 else 120
        if over(ordered.id, move.id, until=time.monotonic() + wait):
            worker.kill()
            worker.wait()
            break
        worker.kill()
        worker.wait()
        kills += 1
        with transaction():  # as if the dead worker's lease had run out
            db.execute(sa.update(Job).values(leased_until=None))
    assert kills >= 1
    db.expire_all()
    rehearsal, moved = last_rehearsal(draft.id), moves_to(newer.id)[0]
    assert rehearsal.done == rehearsal.total == len(cases) + len(copies)
    assert sum(rehearsal.counts.values()) == rehearsal.total
    assert (moved.moved, moved.blocked) == (len(cases) - 1 + len(copies), {})
    each = sa.select(sa.func.count(Rebinding.id), sa.func.count(Rebinding.referral_id.distinct()))
    assert tuple(db.execute(each).one()) == (moved.moved, moved.moved)


def over(rehearsal, move, *, until):
    """Whether both are through before a moment."""
    ended = [
        sa.select(kind.ended_at).where(kind.id == key)
        for kind, key in ((Rehearsal, rehearsal), (Move, move))
    ]
    while time.monotonic() < until:
        if all(db.scalar(one) for one in ended):
            return True
        db.rollback()
        time.sleep(0.05)
    return False
