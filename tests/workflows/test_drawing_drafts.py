"""Drafts of drawings: saved as one types, never over somebody else's, released by one or by two."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.forms import vocabulary
from models.base import now
from models.drawing_drafts import DraftState, hands_of, others_at
from models.journal import Entry
from models.processes import diagram_of, latest_diagram, newest_diagram
from models.session import db
from tests.conftest import process_owner
from tests.workflows.drawings import drawing, flows, user
from workflows import drawing_drafts as drafts
from workflows.diagrams.examples import BadExample
from workflows.diagrams.files import BadFile
from workflows.diagrams.published import REFERRAL, ship
from workflows.errors import (
    ChangedMeanwhile,
    FailedExamples,
    FourEyes,
    NotFound,
    NotOpen,
    RefusedDrawing,
)

TRIAGE = "Über die Aufnahme entscheiden"


@pytest.fixture
def patrick(office):
    return player.user("p.prozess@example.org")


@pytest.fixture
def paula(office):
    return process_owner("paula")


@pytest.fixture
def draft(patrick):
    return drafts.begin(latest_diagram(REFERRAL), by=patrick)


def renamed(draft, name="Entscheiden"):
    text = draft.files["check_referral.bpmn"]
    return {"check_referral.bpmn": text.replace(f'name="{TRIAGE}"', f'name="{name}"')}


def test_a_draft_begins_with_what_a_version_holds_examples_too(draft):
    version = latest_diagram(REFERRAL)
    assert draft.files == version.files
    assert len(draft.examples) == 12
    assert draft.examples == version.examples


def test_saving_counts_and_who_saves_on_an_older_state_overwrites_nothing(draft, patrick, paula):
    assert drafts.save(draft, renamed(draft), revision=1, by=patrick) == 2
    with pytest.raises(ChangedMeanwhile):
        drafts.save(draft, renamed(draft, "Anders"), revision=1, by=paula)
    assert "Entscheiden" in draft.files["check_referral.bpmn"]
    assert (draft.revision, draft.changed_by_id) == (2, patrick.id)


def test_who_came_too_late_goes_on_with_a_draft_of_their_own(draft, patrick, paula):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    own = drafts.copy(draft, by=paula, files=renamed(draft, "Anders"))
    assert own.author_id == paula.id
    assert draft.files["referral.bpmn"] == own.files["referral.bpmn"]
    assert own.id != draft.id


def test_people_at_one_drawing_are_told_of_each_other(draft, patrick, paula, clock):
    drafts.seen(draft, by=patrick)
    drafts.seen(draft, by=paula)
    assert [user.id for user in others_at(draft.id, patrick.id)] == [paula.id]
    clock.shift(timedelta(minutes=2))
    drafts.seen(draft, by=patrick)
    assert others_at(draft.id, patrick.id) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.bpmn", "<html/>"),
        ("a.bpmn", "not at all"),
        ("a.exe", "<definitions/>"),
        ("../a.bpmn", "<definitions/>"),
        ("a.bpmn", '<!DOCTYPE x [<!ENTITY a "b">]><definitions/>'),
    ],
)
def test_what_is_no_drawing_is_refused_and_nothing_is_lost(draft, patrick, name, text):
    before = dict(draft.files)
    with pytest.raises(BadFile):
        drafts.save(draft, {name: text}, revision=1, by=patrick)
    assert (draft.files, draft.revision) == (before, 1)


def test_a_draft_becomes_the_version_in_force_with_its_examples(draft, patrick):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    drafts.describe(draft, "Kürzer", by=patrick)
    diagram = drafts.release(
        draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision
    )
    assert (diagram.version, diagram.note, diagram.author_id) == (2, "Kürzer", patrick.id)
    assert len(diagram.examples) == 12
    assert latest_diagram(REFERRAL) is diagram
    assert draft.state is DraftState.RELEASED
    with pytest.raises(NotOpen):
        drafts.release(draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision)
    with pytest.raises(NotOpen):
        drafts.save(draft, {}, revision=2, by=patrick)


def test_with_four_eyes_somebody_else_releases(draft, patrick, paula):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    with pytest.raises(FourEyes):
        drafts.release(draft, vocabulary(), by=paula, four_eyes=True, revision=draft.revision)
    drafts.hand_in(draft, by=patrick)
    with pytest.raises(NotOpen):
        drafts.save(draft, renamed(draft, "Doch"), revision=2, by=patrick)
    with pytest.raises(FourEyes):
        drafts.release(draft, vocabulary(), by=patrick, four_eyes=True, revision=draft.revision)
    diagram = drafts.release(draft, vocabulary(), by=paula, four_eyes=True, revision=draft.revision)
    assert (diagram.author_id, diagram.published_by_id) == (patrick.id, paula.id)


def test_a_version_takes_force_on_its_day(draft, patrick, clock):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    later = now() + timedelta(days=3)
    drafts.release(
        draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision, in_force_at=later
    )
    assert latest_diagram(REFERRAL).version == 1
    assert newest_diagram(REFERRAL).version == 2
    clock.shift(timedelta(days=3, minutes=1))
    assert latest_diagram(REFERRAL).version == 2


def test_an_unsound_draft_is_refused(draft, patrick):
    text = draft.files["check_referral.bpmn"].replace('value="triage"', 'value="nothing"')
    drafts.save(draft, {"check_referral.bpmn": text}, revision=1, by=patrick)
    with pytest.raises(RefusedDrawing):
        drafts.release(draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision)
    assert draft.state is DraftState.EDITING
    assert newest_diagram(REFERRAL).version == 1


def test_what_was_found_is_remembered_until_a_file_changes(draft, patrick):
    sound = draft.files["check_referral.bpmn"]
    first = drafts.findings_of(draft, vocabulary())
    assert drafts.findings_of(draft, vocabulary()) is first
    broken = {"check_referral.bpmn": sound.replace('name="form" value="triage"', "")}
    drafts.save(draft, broken, revision=1, by=patrick)
    assert "UNKNOWN_FORM" in {f.code for f in drafts.findings_of(draft, vocabulary())}
    drafts.save(draft, {"check_referral.bpmn": sound}, revision=2, by=patrick)
    assert drafts.findings_of(draft, vocabulary()) is first, "this state is known still"


def test_an_example_that_goes_another_way_is_found_on_every_check(draft, patrick):
    """The decline now leads back to the office: two of the shipped examples notice."""
    sound = draft.files["check_referral.bpmn"]
    assert drafts.all_findings(draft, vocabulary()) == drafts.findings_of(draft, vocabulary())
    turned = sound.replace('triage.decision == "decline"', 'triage.decision == "ask_back"')
    drafts.save(draft, {"check_referral.bpmn": turned}, revision=1, by=patrick)
    found = [f for f in drafts.all_findings(draft, vocabulary()) if f.code == "EXAMPLE_FAILED"]
    assert "declined.json" in {f.file for f in found}
    assert all(f.forbids for f in found)
    assert "EXAMPLE_FAILED" not in {f.code for f in drafts.findings_of(draft, vocabulary())}
    example = {"name": "Anders", "steps": [{"step": "triage"}]}
    drafts.save(draft, {"check_referral.bpmn": sound}, revision=2, by=patrick)
    drafts.keep_example(draft, "anders.json", example, by=patrick)
    (found,) = (f for f in drafts.all_findings(draft, vocabulary()) if f.forbids)
    assert (found.file, found.name) == ("anders.json", "Anders")
    assert found.sentence == "step 1: not_waiting: triage; found: completeness_check"


def test_only_so_much_is_remembered(patrick):
    small = drawing(user("a"), flows("start", "a", "end"))
    draft = drafts.from_files({"a.bpmn": small}, "p", by=patrick)
    first = drafts.findings_of(draft, vocabulary())
    for number in range(drafts.MOST_REMEMBERED):
        drafts.save(draft, {"a.bpmn": small + " " * (number + 1)}, revision=1 + number, by=patrick)
        drafts.findings_of(draft, vocabulary())
    drafts.save(draft, {"a.bpmn": small}, revision=draft.revision, by=patrick)
    again = drafts.findings_of(draft, vocabulary())
    assert again == first
    assert again is not first


def test_an_example_that_goes_another_way_keeps_a_draft_back(draft, patrick):
    wrong = {**draft.examples["declined.json"]}
    wrong["steps"] = [{**wrong["steps"][0], "waits": ["intake_interview"]}]
    drafts.keep_example(draft, "declined.json", wrong, by=patrick)
    with pytest.raises(FailedExamples) as failed:
        drafts.release(draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision)
    assert list(failed.value.failures) == ["declined.json"]
    drafts.forget_example(draft, "declined.json", by=patrick)
    assert (
        drafts.release(
            draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision
        ).version
        == 1
    ), "the same"


def test_an_example_that_cannot_be_understood_is_not_kept(draft, patrick):
    with pytest.raises(BadExample):
        drafts.keep_example(draft, "x.json", {"steps": [{"nobody": 1}]}, by=patrick)
    assert draft.revision == 1


def test_what_was_thrown_away_can_be_taken_back(draft, patrick):
    drafts.discard(draft, by=patrick)
    with pytest.raises(NotFound):
        drafts.drawing_draft(draft.id)
    drafts.take_back(draft.id, by=patrick)
    assert drafts.drawing_draft(draft.id).state is DraftState.EDITING


def test_an_upgrade_leaves_the_offices_own_drawings_in_force(draft, patrick):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    drafts.release(draft, vocabulary(), by=patrick, four_eyes=False, revision=draft.revision)
    assert ship(vocabulary()).version == 2
    assert diagram_of(REFERRAL, 3) is None
    db.rollback()


@pytest.fixture
def third(patrick):
    return process_owner("third")


def released(draft, by):
    drafts.hand_in(draft, by=by)
    return drafts.release(draft, vocabulary(), by=by, four_eyes=True, revision=draft.revision)


def test_another_persons_note_does_not_make_the_drawer_a_second(patrick, paula, draft):
    paulas = drafts.begin(latest_diagram(REFERRAL), by=paula)
    drafts.save(paulas, renamed(paulas), revision=1, by=patrick)
    drafts.describe(paulas, "Nur ein Wort", by=paula)
    with pytest.raises(FourEyes):
        released(paulas, patrick)


def test_another_persons_save_does_not_either(patrick, paula, third, draft):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    drafts.save(draft, renamed(draft, "Noch"), revision=2, by=paula)
    for one in (patrick, paula):
        with pytest.raises(FourEyes):
            released(draft, one)
        drafts.take_back(draft.id, by=one)
    assert released(draft, third).published_by_id == third.id


def test_nor_does_a_copy_by_somebody_else(patrick, paula, draft):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    copied = drafts.copy(draft, by=paula)
    assert hands_of(copied.id) == {patrick.id, paula.id}
    with pytest.raises(FourEyes):
        released(copied, patrick)


def test_nor_does_an_example_count_for_nothing(patrick, paula, draft):
    name, example = next(iter(draft.examples.items()))
    drafts.keep_example(draft, name, example, by=paula)
    with pytest.raises(FourEyes):
        released(draft, paula)


def test_nobody_releases_what_was_drawn_after_they_looked(patrick, paula, draft):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    drafts.hand_in(draft, by=patrick)
    looked_at = draft.revision
    drafts.take_back(draft.id, by=patrick)
    drafts.save(draft, renamed(draft, "Ungesehen"), revision=2, by=patrick)
    drafts.hand_in(draft, by=patrick)
    with pytest.raises(ChangedMeanwhile):
        drafts.release(draft, vocabulary(), by=paula, four_eyes=True, revision=looked_at)
    assert latest_diagram(REFERRAL).version == 1


def test_handing_in_is_not_drawing(patrick, paula, draft):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    assert released(draft, paula).published_by_id == paula.id


def test_a_refused_release_is_a_security_event(patrick, draft):
    drafts.save(draft, renamed(draft), revision=1, by=patrick)
    with pytest.raises(FourEyes):
        released(draft, patrick)
    entry = db.scalars(sa.select(Entry).where(Entry.event == "release_refused")).one()
    assert (entry.by_id, entry.security) == (patrick.id, "protection")
    assert entry.at <= now()
