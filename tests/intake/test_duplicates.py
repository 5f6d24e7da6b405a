"""Whether somebody is registered already is told to who registers them, seldom enough, with a trace."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import duplicates
from intake.demo.answers import REFERRAL
from intake.forms.referral import ReferralForm
from models.journal import Entry
from models.session import db
from tests.journeys.test_registration import fill_section, write_referral

PETRA = "p.beispiel@example.org"
FOUND = "Diese Person ist vermutlich bereits angemeldet"
PERSON = next(names for code, _heading, names in ReferralForm.sections if code == "person")


@pytest.fixture
def petra(web):
    """A social worker who has registered one person, and begins to register another."""
    one = write_referral(web.person(PETRA)).send().open("/drafts").press("Neue Anmeldung beginnen")
    one.draft = one.path.rpartition("/")[0]
    return one


def traces(web):
    with web.arranged():
        rows = sa.select(Entry).where(Entry.event == duplicates.ASKED).order_by(Entry.id)
        return list(db.scalars(rows))


def asks(petra, **changes):
    fill_section(petra.open(f"{petra.draft}/person"), PERSON, **changes)
    return petra


def test_who_registers_is_told_and_leaves_a_trace_without_names(web, petra):
    before = len(traces(web))
    assert FOUND in asks(petra).words
    [trace] = traces(web)[before:]
    assert trace.by.email == PETRA
    told = json.dumps(trace.facts)
    for name in ("last_name", "first_name", "date_of_birth"):
        assert str(REFERRAL[name]) not in told
    asks(petra)
    assert len(traces(web)) == before + 1, "the same question is one"


def test_looking_asks_nothing(web, petra):
    """What the page saves by itself is no question, and neither is opening it."""
    before = len(traces(web))
    names = {n: str(REFERRAL[n]) for n in ("last_name", "first_name", "date_of_birth")}
    page = petra.open(f"{petra.draft}/person")
    page.post(f"{petra.draft}/person/draft", data=page.shown(**names))
    assert FOUND not in petra.open(f"{petra.draft}/person").words
    assert len(traces(web)) == before


def test_too_many_questions_are_not_answered_and_the_form_goes_on(web, petra, clock, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_AN_HOUR", len(traces(web)) + 1)
    asks(petra, first_name="Eine")
    petra.open(f"{petra.draft}/person")
    with pytest.raises(AssertionError, match="429"):
        asks(petra)
    assert "sehr oft gefragt" in petra.words
    assert FOUND not in petra.words
    petra.send(button=("anyway", "1"))
    assert petra.path.rpartition("/")[2] != "person", "the form goes on"
    assert FOUND not in petra.words
    assert FOUND not in petra.open(f"{petra.draft}/review").words
    clock.shift(timedelta(hours=1, seconds=1))
    assert FOUND in web.person(PETRA).open(f"{petra.draft}/person").send().words
