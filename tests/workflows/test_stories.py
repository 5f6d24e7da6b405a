"""A real case as an example: its way is found again, and nothing of the person is in it."""

import json

import pytest

from intake.demo import cases, player
from intake.demo.cases import organisation_of
from intake.forms import routing_of, vocabulary
from models.processes import run_of
from models.session import db
from workflows.diagrams.examples import Example, Player
from workflows.diagrams.published import specs_of
from workflows.stories import anonymous, story_of
from workflows.worker import work_until_idle


def told(case):
    db.expire_all()
    specs = specs_of(run_of(case.id).diagram_id)
    return story_of(case, specs, vocabulary(), routing_of), specs


@pytest.fixture
def story_case(office, clock, request):
    return getattr(cases, request.param)(cases.Stage(clock.move_to))


@pytest.mark.parametrize("story_case", ["case_a", "case_b", "case_c"], indirect=True)
def test_every_story_of_the_demo_is_found_again(story_case):
    story, specs = told(story_case)
    assert story.failure is None
    assert Player(Example.of(story.example), specs, vocabulary()).play() is None
    assert story.end[0] == story_case.status.value
    example = anonymous(story, specs, vocabulary())
    assert Player(Example.of(example), specs, vocabulary()).play() is None


def test_nothing_of_the_person_is_in_it(case, monika):
    player.do(case, "completeness_check", monika)
    player.do(case, "triage", monika)
    story, specs = told(case)
    words = json.dumps(anonymous(story, specs, vocabulary()))
    born = case.mentee.date_of_birth
    for said in (case.mentee.last_name, case.mentee.first_name, case.number, born, "2026"):
        assert said not in words
    assert [step["step"] for step in story.example["steps"]] == ["completeness_check", "triage"]


def test_deadlines_that_ran_out_are_part_of_it(case, clock):
    clock.shift(86400 * 15)
    work_until_idle(lambda _mail: None)
    story, _specs = told(case)
    assert story.failure is None
    assert story.example["steps"][0]["timer"] == "completeness_late"
    assert organisation_of
