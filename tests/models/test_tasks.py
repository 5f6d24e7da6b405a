"""The inbox: whose tasks, in which order, page by page, always the same number of statements."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models import tasks
from models.base import now
from models.session import db, transaction
from models.tasks import InboxFilter, Task, inbox, inbox_count
from tests.copies import row_of

ALL = InboxFilter()


@pytest.fixture
def many(monika):
    """One case and 130 open tasks of Monika's queue, three with the same deadline."""
    petra = player.user("p.beispiel@example.org")
    case = player.refer(organisation_of(petra), petra)
    with transaction():
        task = db.scalars(sa.select(Task)).one()
        same = row_of(task, "engine_id", "due_at")
        for number in range(129):
            due = now() + timedelta(hours=number // 3)
            db.add(Task(**same, engine_id=f"{number:032x}", due_at=due))
    return case


def pages(user, chosen=ALL, limit=50):
    edge, found = None, []
    while page := inbox(user, chosen, after=edge, limit=limit):
        found.append([task.id for task in page])
        edge = (page[-1].due_at, page[-1].id)
    return found


def test_pages_hold_every_task_once_in_order(monika, many):
    found = pages(monika)
    flat = [key for page in found for key in page]
    assert [len(page) for page in found] == [50, 50, 30]
    assert len(set(flat)) == 130
    due = {t.id: (t.due_at, t.id) for t in db.scalars(sa.select(Task))}
    assert flat == sorted(flat, key=due.__getitem__)


def test_a_page_back_is_the_page_before(monika, many):
    first = inbox(monika, ALL, limit=50)
    second = inbox(monika, ALL, after=(first[-1].due_at, first[-1].id), limit=50)
    back = inbox(monika, ALL, before=(second[0].due_at, second[0].id), limit=50)
    assert [t.id for t in back] == [t.id for t in first]


def test_the_order_can_be_turned_round(monika, many):
    up = [key for page in pages(monika) for key in page]
    down = [key for page in pages(monika, InboxFilter(newest_first=True)) for key in page]
    assert down == up[::-1]


def test_others_see_none_of_it(many):
    for email in ("l.keller@example.org", "p.beispiel@example.org", "a.admin@example.org"):
        assert inbox(player.user(email), ALL) == []
        assert inbox_count(player.user(email), ALL) == 0


def test_a_lead_sees_the_queue_of_the_people_led(many):
    assert inbox_count(player.user("t.muster@example.org"), ALL) == 130


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (InboxFilter(text="samira"), 130),
        (InboxFilter(text="SAMIRA muster"), 130),
        (InboxFilter(text="2026-00001"), 130),
        (InboxFilter(text="nobody"), 0),
        (InboxFilter(text="%"), 0),
        (InboxFilter(form_key="triage"), 0),
        (InboxFilter(form_key="completeness_check"), 130),
        (InboxFilter(urgency="DRINGEND"), 0),
        (InboxFilter(program_id=999), 0),
        (InboxFilter(whose="mine"), 0),
        (InboxFilter(whose="free"), 130),
    ],
)
def test_filters(monika, many, chosen, count):
    assert inbox_count(monika, chosen) == count


def test_a_page_costs_two_statements_however_many_tasks_there_are(monika, many):
    monika.groups()  # who asks is known before
    statements = []
    sa.event.listen(db().get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    inbox(monika, ALL)
    assert len(statements) == 2  # the ids of the page, then its lines


@pytest.mark.parametrize("window", [4_000, 40, 1])
def test_a_search_pages_alike_however_far_the_queues_are_simply_read(
    monika, many, monkeypatch, window
):
    monkeypatch.setattr(tasks, "WINDOW", window)
    with transaction():
        for number, task in enumerate(db.scalars(sa.select(Task).order_by(Task.due_at, Task.id))):
            task.search += " odd o'neil" if number % 2 else ' "even" 100% back\\slash a_b :x ;--'
    for text, count in (
        ("odd", 65),
        ('"even" mira', 65),
        ("od", 65),
        ("100% even", 65),
        ("o%d", 0),
        ("o'neil", 65),
        ("'' or 1=1 --", 0),
        ("back\\slash", 65),
        ("\\'", 0),
        ("a_b", 65),
        ("a_", 65),
        ("axb", 0),
        (":x ;--", 65),
        ("/", 0),
    ):
        chosen = InboxFilter(text=text)
        found = [key for page in pages(monika, chosen, limit=20) for key in page]
        assert len(found) == len(set(found)) == count
        assert inbox_count(monika, chosen) == count
        backwards = InboxFilter(text=text, newest_first=True)
        assert [key for page in pages(monika, backwards, limit=20) for key in page] == found[::-1]


def test_sqlite_looks_words_up_and_forgets_who_is_gone(monika, many):
    if db.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL has its own index")
    hits = sa.text("select count(*) from tasks_search where tasks_search match :word")
    assert db.scalar(hits, {"word": "samira"}) == 130
    with transaction():
        first = db.scalars(sa.select(Task).limit(1)).one()
        first.search = "somebody else"
    assert db.scalar(hits, {"word": "samira"}) == 129
    plan = db.execute(sa.text(f"explain query plan {_sql(monika)}")).all()
    assert any("SCAN tasks_search VIRTUAL TABLE" in str(row) for row in plan)
    assert not any("ix_tasks" in str(row) for row in plan)


def _sql(user):
    (queue, *_) = tasks._branches(user, InboxFilter(text="samira"))
    return queue.compile(db.get_bind(), compile_kwargs={"literal_binds": True})


def test_a_searched_word_is_in_the_statement_so_that_it_is_planned_for(monika, many):
    statements = []
    sa.event.listen(db().get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    inbox(monika, InboxFilter(text="zwahlen"))
    assert statements
    assert all("'zwahlen'" in statement for statement in statements if "LIKE" in statement)


def test_a_search_word_is_found_by_its_trigrams_on_postgresql(monika, many):
    if db.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite reads the queues")
    for switched in (
        "begin",
        "set local enable_seqscan = off",
        "drop index ix_tasks_mine, ix_tasks_group",
    ):
        db.execute(sa.text(switched))  # so few rows would be read without the index otherwise
    find = sa.select(Task.id).where(Task.closed_at.is_(None), Task.search.contains("zwahlen"))
    sql = find.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(db.scalars(sa.text(f"explain {sql}".replace("%%", "%"))))
    db.rollback()
    assert "ix_tasks_search" in plan
