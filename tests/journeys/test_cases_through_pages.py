"""Cases A, B and C clicked through the rendered pages, as their people, day by day."""

from contextlib import contextmanager

import pytest

from intake.demo import cases, player
from intake.forms import REGISTRY, StepForm
from models.referrals import Referral, ReferralStatus
from models.session import db
from models.tandems import tandems_of
from tests.browser import Person

pytestmark = pytest.mark.xdist_group("stories")


class Hands:
    """Does what `player` does, but with the hands of a person on pages."""

    def __init__(self, app):
        self.app = app

    def do(self, case, form_key, by, variant="", **changes):
        task = player.step_of(case, form_key, variant)
        answers = self._answers(task, form_key, changes)
        self._send(by.email, f"/tasks/{task.id}", answers)

    def send(self, case, form_key, by, **changes):
        form = REGISTRY[form_key]()
        form.prepare(case)
        filled = {**player.STEPS[form_key], **changes}
        raw = player.raw_of(form, filled)
        self._send(by.email, f"/cases/{case.id}/act/{form_key}", raw)

    def _answers(self, task, form_key, changes):
        form = StepForm.for_task(task)
        if "mentor" in changes:
            changes["mentor_id"] = str(changes.pop("mentor").id)
        for name, rated in player.RATED.items():
            if name in form._fields and name not in changes:
                goals = [entry.data["goal"] for entry in form._fields[name].entries]
                changes[name] = [{"goal": goal, rated: "3"} for goal in goals]
        return player.raw_of(form, {**player.STEPS[form_key], **changes})

    def _send(self, email, url, raw):
        db.remove()
        with self._outside():
            person = Person(self.app, email).open(url)
            if person.page.xpath("//button[@data-claim]"):
                person.post(f"{url}/claim")
            person.fill(url, raw)
            assert not person.errors
            assert person.path.startswith("/cases/")

    @contextmanager
    def _outside(self):
        """Requests of their own, without the one that the story runs in."""
        context = self.app.test_request_context
        self.current.__exit__(None, None, None)
        try:
            yield
        finally:
            self.current = context()
            self.current.__enter__()


@pytest.fixture
def play(web, clock, monkeypatch):
    def run(story):
        hands = Hands(web.app)
        monkeypatch.setattr(cases, "do", hands.do)
        monkeypatch.setattr(cases, "send", hands.send)
        hands.current = web.app.test_request_context()
        hands.current.__enter__()
        try:
            case_id = story(cases.Stage(clock.move_to)).id
            db.remove()
            case = db.get(Referral, case_id)
            tandems = tandems_of(case_id)
            assert all(tandem.goals for tandem in tandems)  # loaded while the session is there
            return case.status, tandems
        finally:
            hands.current.__exit__(None, None, None)

    return run


def test_case_a(play):
    status, (tandem,) = play(cases.case_a)
    assert status is ReferralStatus.COMPLETED
    assert [goal.result for goal in tandem.goals] == [4, 3]


def test_case_b(play):
    status, tandems = play(cases.case_b)
    assert status is ReferralStatus.EXTENDED
    assert [t.planned_end.isoformat() for t in tandems] == ["2026-10-20", "2027-06-15"]


def test_case_c(play):
    status, tandems = play(cases.case_c)
    assert (status, tandems) == (ReferralStatus.DECLINED, [])
