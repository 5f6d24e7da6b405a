"""Seven steps of a case through its pages, as a coordinator does them: what each GET and POST costs."""

import statistics
import time
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import StepForm
from models.mentors import Mentor
from models.session import db
from tests.browser import Person

#: Form keys in the order in which the drawings ask for them, the variant of a form behind a colon.
SEVEN = (
    "completeness_check",
    "triage",
    "intake_interview",
    "matching_proposal",
    "proposal_answer:mentor",
    "proposal_answer:mentee",
    "first_meeting",
)
#: Cases played before it counts: an office's processes run for weeks, and PostgreSQL's driver and planner
#: keep statements only after they have seen them some ten times.
WARM = 12
#: The longest form that a person fills in within a case.
LONGEST = "tandem_agreement"
PETRA, MONIKA = "p.beispiel@example.org", "m.muster@example.org"


@dataclass
class Counted:
    """Counts statements and commits of an engine."""

    statements: int = 0
    commits: int = 0

    def listen(self, engine: sa.Engine) -> "Counted":
        """Count from now on."""
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", self._commit)
        return self

    def _statement(self, *_: object) -> None:
        self.statements += 1

    def _commit(self, *_: object) -> None:
        self.commits += 1

    def reset(self) -> None:
        """From zero again."""
        self.statements = self.commits = 0


@dataclass(frozen=True)
class Step:
    """One step: its form, how many values were sent, milliseconds, statements and commits."""

    form: str
    fields: int
    get: float
    post: float
    statements: int
    commits: int


def steps(app: Flask, counted: Counted, rounds: int) -> list[Step]:
    """Every step of so many cases, one after the other, in a process that is warm."""
    monika, found = Person(app, MONIKA), []
    for number in range(WARM + rounds):
        with app.test_request_context():
            petra = player.user(PETRA)
            key = f"0000{number:04d}.7"
            case = player.refer(organisation_of(petra), petra, zemis_number=key)
            by = player.user(MONIKA)
            mentor = player.mentor(organisation_of(by), by, last_name=f"Bench{number}")
            case_id, mentor_id = case.id, mentor.id
            db.remove()
        for form in (*SEVEN, LONGEST):
            url, values = _filled(app, case_id, mentor_id, form)
            found.append(_through_the_page(monika, counted, form, url, values))
    return found[WARM * (len(SEVEN) + 1) :]


def _filled(app: Flask, case_id: int, mentor_id: int, form: str) -> tuple[str, dict[str, object]]:
    """The page of the open step and what a browser would send from it."""
    key, _, variant = form.partition(":")
    with app.test_request_context():
        case = db.get(player.Referral, case_id)
        task = player.step_of(case, key, variant)
        changes = dict(player.STEPS[key])
        if key == "matching_proposal":
            changes["mentor_id"] = str(db.get(Mentor, mentor_id).id)
        values = player.raw_of(StepForm.for_task(task), changes)
        url = f"/tasks/{task.id}"
        db.remove()
    return url, values


def _through_the_page(person, counted: Counted, form: str, url: str, values) -> Step:
    begun = time.perf_counter()
    person.response = person.client.get(url)
    got = time.perf_counter()
    sent = person.filled(values)
    counted.reset()
    posted = time.perf_counter()
    answer = person.client.post(url, data=sent)
    done = time.perf_counter()
    assert answer.status_code == 302, (form, answer.text[:2000])
    number = sum(len(value) for value in values.values())
    get, post = (got - begun) * 1000, (done - posted) * 1000
    return Step(form, number, get, post, counted.statements, counted.commits)


def spent(found: list[Step]) -> tuple[dict[str, float], dict[str, float]]:
    """Median milliseconds by form: of the POST, and of GET and POST together."""
    post: dict[str, list[float]] = {}
    both: dict[str, list[float]] = {}
    for step in found:
        post.setdefault(step.form, []).append(step.post)
        both.setdefault(step.form, []).append(step.get + step.post)
    return _medians(post), _medians(both)


def _medians(spans: dict[str, list[float]]) -> dict[str, float]:
    return {form: statistics.median(found) for form, found in spans.items()}
