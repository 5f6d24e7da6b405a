"""A real case as an example: its way is found again, and nothing of the person is in it."""

import json
from datetime import date

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


@pytest.fixture
def of_age_soon(office, petra, monika):
    """A girl who comes of age on 20.1.2026, while her case runs."""
    minor = {
        "date_of_birth": "2008-01-20",
        "legal_representative_name": "Eva Demo",
        "consent_by": "representative",
    }
    return player.refer(organisation_of(petra), petra, **minor)


def test_no_day_of_a_story_leads_to_the_birthday(of_age_soon, monika, clock):
    player.do(of_age_soon, "completeness_check", monika)
    clock.shift(86400 * 3)
    player.do(of_age_soon, "triage", monika)
    story, specs = told(of_age_soon)
    seen, weeks = set(), set()
    for _draw in range(30):
        example = anonymous(story, specs, vocabulary())
        birthday = date.fromisoformat(example["facts"]["case.comes_of_age_on"])
        complete = date.fromisoformat(example["facts"]["referral.complete_on"])
        seen.add((birthday - complete).days)
        weeks.add(complete)
        assert Player(Example.of(example), specs, vocabulary()).play() is None
    assert len(seen) > 10  # no distance tells the day
    assert len(weeks) > 10  # nor does the day of the case


def test_a_birthday_within_a_story_stays_in_its_place_and_on_no_day_that_tells_it(
    of_age_soon, monika, petra, clock
):
    player.do(of_age_soon, "completeness_check", monika)
    player.do(of_age_soon, "triage", monika)
    clock.shift(86400 * 30)
    work_until_idle(lambda _mail: None)
    story, specs = told(of_age_soon)
    timers = [step["timer"] for step in story.example["steps"] if "timer" in step]
    assert timers
    distances = set()
    for _draw in range(10):
        try:
            example = anonymous(story, specs, vocabulary())
        except LookupError:
            continue  # refused rather than told
        birthday = date.fromisoformat(example["facts"]["case.comes_of_age_on"])
        complete = date.fromisoformat(example["facts"]["referral.complete_on"])
        distances.add((birthday - complete).days)
    assert distances != {8}
