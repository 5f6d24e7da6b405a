"""Example cases of the shipped drawings, and what is said where one goes another way."""

import json
import re
from datetime import date

import pytest

from intake.forms import vocabulary
from tests.workflows.drawings import boundary, drawing, flow, flows, timer, user
from workflows.diagrams.examples import BadExample, Example, Failure, Player
from workflows.diagrams.played import play_all
from workflows.diagrams.published import REFERRAL, SHIPPED, shipped_bundle
from workflows.diagrams.read import read

FILES = sorted((SHIPPED / "examples").glob("*.json"))
CHECKED = {"step": "completeness_check", "answers": {"outcome": "complete"}}


@pytest.fixture(scope="module")
def forms():
    return vocabulary()


def play(forms, *steps, bundle=None, **more):
    """What became of one example of these steps."""
    example = Example.read(json.dumps({"name": "x", "steps": steps, **more}).encode())
    played = play_all({"x": example}, bundle or shipped_bundle(), REFERRAL, forms)
    return played.failures["x"]


def test_the_shipped_examples_go_their_way_and_finish_every_task(sqlite_app, forms):
    examples = {path.name: Example.read(path.read_bytes()) for path in FILES}
    played = play_all(examples, shipped_bundle(), REFERRAL, forms)
    assert len(examples) == 12
    assert all(example.name for example in examples.values())
    assert played.failures == dict.fromkeys(examples)
    assert played.never_done == set()


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        ([{"step": "triage"}], (1, "not_waiting", "triage", "completeness_check")),
        ([CHECKED, CHECKED], (2, "not_waiting", "completeness_check", "triage")),
        (
            [{"step": "completeness_check", "answers": {"outcome": "perhaps"}}],
            (1, "no_such_answer", "completeness_check.outcome: perhaps", "complete, incomplete"),
        ),
        (
            [{"step": "completeness_check", "answers": {"result": "complete"}}],
            (1, "no_such_answer", "completeness_check.result: complete", "outcome"),
        ),
        ([{"message": "hello"}], (1, "no_message", "hello", "consent_revoked, referral_withdrawn")),
        ([{"timer": "never"}], (1, "no_timer", "never", "completeness_check")),
        ([{**CHECKED, "waits": []}], (1, "waits", "", "triage")),
        ([{**CHECKED, "status": "declined"}], (1, "status", "declined", "in_triage")),
        ([{**CHECKED, "end": "completed"}], (1, "end", "completed", "triage")),
    ],
)
def test_where_an_example_goes_another_way_is_said(sqlite_app, forms, steps, failure):
    assert play(forms, *steps) == Failure(*failure)


def test_an_example_finds_an_edit_that_changes_its_way(sqlite_app, forms):
    bundle = shipped_bundle()
    text = bundle["check_referral.bpmn"].decode()
    assert 'triage.decision == "decline"' in text
    bundle["check_referral.bpmn"] = text.replace(
        'triage.decision == "decline"', 'triage.decision == "forward"'
    ).encode()
    steps = [CHECKED, {"step": "triage", "answers": {"decision": "decline"}, "status": "declined"}]
    assert play(forms, *steps) is None
    found = play(forms, *steps, bundle=bundle)
    assert (found.number, found.reason) == (2, "status")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_example_in_the_guide_goes_its_way(sqlite_app, forms, language):
    guide = (SHIPPED.parent / f"docs/drawings.{language}.md").read_text()
    (written,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    example = Example.read(written.encode())
    assert play_all({"x": example}, shipped_bundle(), REFERRAL, forms).failures == {"x": None}


def test_facts_and_what_actions_give_may_change_on_the_way(sqlite_app, forms):
    admit = {"step": "triage", "answers": {"decision": "admit"}}
    assert play(forms, CHECKED, {**admit, "waits": ["intake_interview"]}) is None
    known = {**admit, "facts": {"case.interviewed": True}, "waits": ["matching_proposal"]}
    assert play(forms, CHECKED, known) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "an object with a name"),
        (b'{"steps": 1}', "an object with a name"),
        (b'{"steps": [], "what": 1}', "nobody knows 'what'"),
        (b'{"steps": [], "facts": {"moon": 1}}', "nobody knows 'moon'"),
        (b'{"steps": [], "facts": 1}', "facts and gives are objects"),
        (b'{"steps": [1]}', "step 1: a step is an object"),
        (b'{"steps": [{"does": 1}]}', "step 1: nobody knows 'does'"),
        (b'{"steps": [{"step": "a", "timer": "b"}]}', "only one of step, message, timer"),
        (b'{"steps": [{"waits": "a"}]}', "waits is a list"),
        (b'{"steps": [{"step": "a", "answers": []}]}', "answers is an object"),
        (b'{"steps": [' + b",".join([b"{}"] * 201) + b"]}", "at most 200 steps"),
    ],
)
def test_what_is_no_example_gets_a_sentence(data, words):
    with pytest.raises(BadExample, match=words):
        Example.read(data)


@pytest.mark.parametrize(
    ("kind", "written", "due"),
    [
        ("Duration", "P14D", date(2025, 3, 17)),
        ("Duration", "P1M", date(2025, 4, 3)),
        ("Cycle", "R/P7D", date(2025, 3, 10)),
        ("Cycle", 'then_every("T3", 7)', date(2025, 3, 17)),
    ],
)
def test_a_period_begins_on_the_day_on_which_the_example_is(sqlite_app, kind, written, due):
    late = boundary("late", "b", timer(kind, written), interrupts=False)
    text = drawing(
        user("a", "b"),
        flows("start", "a", "b", "end"),
        late,
        '<bpmn:endEvent id="told" name="t"/>' + flow("late", "told"),
    )
    example = Example("x", [{"on": "2025-03-03", "step": "a"}])
    player = Player(example, read({"x.bpmn": text.encode()}, "p"), {})
    assert player.play() is None
    ((moment, element, _name),) = player.standing().timers
    assert (moment.date(), element) == (due, "late")
