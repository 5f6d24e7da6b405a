"""Registrations that nobody sends go, with their papers and from the disk: by hand, or after 90 days."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import scanner
from intake.mail import compose
from models import jobs
from models.base import now
from models.documents import Document, ScanState
from models.drafts import Draft
from models.jobs import Job
from models.journal import Audience, Entry
from models.outbox import Mail
from models.people import Role, colleagues
from models.session import db, transaction
from workflows import worker
from workflows.drafts import delete_draft, end_unsent_drafts, keep_draft, start_draft
from workflows.papers import REMOVE, Papers

PETRA = "p.beispiel@example.org"
DAY = timedelta(days=1)
PAPER = b"%PDF-1.7 signed consent"


def rows(table):
    return list(db.scalars(sa.select(table).order_by(table.id)))


def a_round():
    with transaction():
        end_unsent_drafts()
    db.expire_all()


@pytest.fixture
def draft(petra):
    office = next(iter(petra.organisation_ids(frozenset({Role.CASE_MANAGER}))))
    return start_draft(office, {"last_name": ["Muster-Demo"]}, by=petra)


def told():
    return [mail for mail in rows(Mail) if mail.notice == "draft_ending"]


def test_an_unsent_draft_goes_after_ninety_days_with_a_mail_a_week_before(office, draft, clock):
    clock.shift(82 * DAY)
    a_round()
    assert (told(), len(rows(Draft))) == ([], 1)
    clock.shift(DAY)
    a_round()
    a_round()
    [mail] = told()
    assert mail.recipient == PETRA
    assert mail.facts == {"day": "12.04.2026"}, "the day and nothing about a person"
    clock.shift(6 * DAY)
    a_round()
    assert len(rows(Draft)) == 1
    clock.shift(DAY)
    a_round()
    assert rows(Draft) == []
    assert [e.facts for e in rows(Entry) if e.event == "draft_deleted"] == [
        {"organisation": draft.organisation_id}
    ]
    assert len(told()) == 1


def test_any_change_begins_the_ninety_days_anew(office, draft, petra, clock):
    clock.shift(83 * DAY)
    a_round()
    assert len(told()) == 1
    clock.shift(DAY)
    keep_draft(rows(Draft)[0], {"last_name": ["Anders-Demo"]}, by=petra)
    clock.shift(82 * DAY)
    a_round()
    assert (len(told()), len(rows(Draft))) == (1, 1)
    clock.shift(DAY)
    a_round()
    assert (len(told()), len(rows(Draft))) == (2, 1), "told again, in time"
    clock.shift(7 * DAY)
    a_round()
    assert rows(Draft) == []


def test_a_worker_that_was_away_still_gives_a_week(office, draft, clock):
    clock.shift(200 * DAY)
    a_round()
    [mail] = told()
    assert mail.facts == {"day": f"{now() + 7 * DAY:%d.%m.%Y}"}
    clock.shift(6 * DAY)
    a_round()
    assert len(rows(Draft)) == 1
    clock.shift(DAY)
    a_round()
    assert rows(Draft) == []


def test_what_a_person_who_left_began_is_told_to_her_colleagues(office, draft, petra, clock):
    with transaction():
        petra.active = False
    clock.shift(83 * DAY)
    a_round()
    leads = colleagues(draft.organisation_id, frozenset({Role.OFFICE_LEAD}))
    others = leads or colleagues(draft.organisation_id, frozenset({Role.CASE_MANAGER}))
    assert sorted(m.recipient for m in told()) == sorted(user.email for user in others)
    assert PETRA not in {m.recipient for m in told()}


def test_steps_and_sent_registrations_are_none_that_end(office, draft, case, clock):
    with transaction():
        draft.referral_id = case.id
    clock.shift(400 * DAY)
    a_round()
    assert (len(rows(Draft)), told()) == (1, [])


def test_the_daily_round_does_it(office, draft, clock):
    clock.shift(85 * DAY)
    with transaction():
        jobs.put("daily_round")
    worker.work_until_idle(lambda _mail: None)
    db.expire_all()
    assert len(told()) == 1


def test_the_mail_says_what_to_do_and_nothing_about_anybody(office, draft, clock):
    clock.shift(83 * DAY)
    a_round()
    message = compose(told()[0], office.extensions["intake"])
    text = message["Subject"] + message.get_content()
    assert "/drafts" in text
    assert "12.04.2026" in text
    assert "Muster" not in text


def with_paper(draft, petra, key="ab" * 16):
    with transaction():
        db.add(
            Document(
                key=key,
                draft_id=draft.id,
                kind="consent",
                filename="einwilligung.pdf",
                media_type="application/pdf",
                size=3,
                sha256="0" * 64,
                scan=ScanState.CLEAN,
                audience=Audience.BOTH,
                uploaded_by_id=petra.id,
                uploaded_at=now(),
            )
        )
    return key


@pytest.mark.parametrize("by_hand", [True, False])
def test_papers_go_with_their_draft_and_removal_is_tried_until_it_is_done(
    office, draft, petra, clock, by_hand
):
    key, asked = with_paper(draft, petra), []
    if by_hand:
        delete_draft(draft, by=petra)
    else:
        for days in (83, 7):
            clock.shift(days * DAY)
            a_round()
    assert (rows(Draft), rows(Document)) == ([], [])

    def remove(wanted):
        asked.append(wanted)
        if len(asked) < 3:
            raise PermissionError

    for _ in range(4):
        worker.work_until_idle(lambda _mail: None, papers=Papers(lambda _key: None, remove))
        clock.shift(DAY)
    assert asked == [key] * 3
    assert all(job.done_at for job in rows(Job) if job.kind == REMOVE)


# Through the pages


def files(web):
    return [path for path in web.app.extensions["intake"].documents.rglob("*") if path.is_file()]


def test_delete_asks_once_and_then_the_paper_is_gone_from_disk(web):
    petra = web.person(PETRA).open("/drafts").press("Neue Anmeldung beginnen")
    page = petra.path.rpartition("/")[0]
    paper = (io.BytesIO(PAPER), "einwilligung.pdf")
    petra.open(f"{page}/consent")
    petra.post(f"{page}/consent", data=petra.shown(document=paper, later="1"))
    assert len(files(web)) == 1
    asked = petra.open("/drafts").open(f"{page}/delete")
    assert "Das lässt sich nicht rückgängig machen." in asked.words
    assert "einwilligung.pdf" in asked.words
    petra.post(f"{page}/delete")
    assert "Endgültig löschen" in petra.words, "without the question answered it asks"
    petra.open(f"{page}/office").open(f"{page}/delete").press("Endgültig löschen")
    assert "Der Entwurf ist gelöscht." in petra.words
    petra.open(f"{page}/office", expect=404)
    with web.arranged():
        config = web.app.extensions["intake"]
        worker.work_until_idle(lambda _mail: None, papers=scanner.papers(config))
        assert rows(Document) == []
    assert files(web) == []


def test_no_page_deletes_a_draft_by_one_click(web):
    petra = web.person(PETRA).open("/drafts").press("Neue Anmeldung beginnen").open("/drafts")
    forms = [f.get("action") or "" for f in petra.page.forms]
    assert not [action for action in forms if action.endswith("/delete")]
