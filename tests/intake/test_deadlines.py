"""The page of deadlines: who sets what, what a wrong number does, and that new steps take it."""

import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models.calendars import ExtraDay
from models.deadlines import Deadline
from models.journal import Entry
from models.session import db
from models.tasks import open_tasks

PATRICK, THOMAS, PETRA = (f"{n}@example.org" for n in ("p.prozess", "t.muster", "p.beispiel"))


def due_day(web):
    with web.arranged():
        petra = player.user(PETRA)
        case = player.refer(organisation_of(petra), petra)
        (task,) = open_tasks(case.id)
        return task.due_at.date().isoformat()


def fields(person):
    """Every input of the table, as it stands on the page."""
    found = person.page.xpath("//table//input[@type='text']")
    return {e.get("name"): e.get("value") for e in found}


def test_the_process_owner_changes_a_common_deadline_and_new_steps_take_it(web):
    before = due_day(web)
    patrick = web.person(PATRICK).open("/deadlines")
    patrick.post("/deadlines", data={**fields(patrick), "T2-0": "3"})
    assert "1 Frist ist geändert" in patrick.words
    assert due_day(web) < before
    with web.arranged():
        entry = db.scalars(sa.select(Entry).where(Entry.event == "deadline_set")).one()
        assert (entry.facts["before"], entry.facts["after"]) == (5, 3)


def test_a_programme_lead_sets_only_the_own_programme(web):
    thomas = web.person(THOMAS).open("/deadlines")
    assert "T2-0" not in fields(thomas)
    thomas.post("/deadlines", data={**fields(thomas), "T2-1": "2", "T2-0": "99", "T2-2": "99"})
    with web.arranged():
        own = db.scalars(sa.select(Deadline).where(Deadline.program_id.is_not(None))).all()
        assert [(row.code, row.program_id, row.amount) for row in own] == [("T2", 1, 2)]
    thomas.post("/deadlines", data={**fields(thomas), "T2-1": ""})
    with web.arranged():
        assert db.scalars(sa.select(Deadline).where(Deadline.program_id.is_not(None))).all() == []


def test_a_number_that_makes_no_sense_changes_nothing_and_stays_on_the_page(web):
    patrick = web.person(PATRICK).open("/deadlines")
    patrick.post("/deadlines", expect=422, data={**fields(patrick), "T2-0": "bald", "T4-0": "7"})
    assert patrick.errors == ["T2, Gemeinsam: Geben Sie eine ganze Zahl von 1 bis 400 ein."]
    assert fields(patrick)["T4-0"] == "7"
    with web.arranged():
        assert db.scalar(sa.select(Deadline.amount).where(Deadline.code == "T4")) == 10


def test_a_local_holiday_moves_a_deadline_and_can_be_taken_back(web):
    before = due_day(web)
    patrick = web.person(PATRICK).open("/deadlines")
    day = {"day": "13.1.2026", "name": "Patronatsfest", "calendar": "legal", "free": "yes"}
    patrick.post("/deadlines/days", expect=422, data={**day, "day": "13."})
    patrick.post("/deadlines/days", data=day)
    assert "Patronatsfest" in patrick.words
    assert due_day(web) > before
    with web.arranged():
        key = db.scalars(sa.select(ExtraDay.id)).one()
    patrick.post(f"/deadlines/days/{key}/forget")
    assert due_day(web) == before


def test_a_programme_lead_cannot_change_the_calendar(web):
    thomas = web.person(THOMAS).open("/deadlines")
    day = {"day": "13.1.2026", "name": "x", "calendar": "legal", "free": "yes"}
    assert (
        thomas.client.post("/deadlines/days", data={**day, "csrf_token": thomas.token}).status_code
        == 403
    )
