"""Migration of rights with rows in place: who drew is found out, old events get their group, down works."""

import json

import pytest
import sqlalchemy as sa

from models.migrations import downgrade, upgrade


@pytest.fixture
def old(empty_url):
    upgrade(empty_url, "0015")
    engine = sa.create_engine(empty_url)
    yield engine
    engine.dispose()


def fill(connection):
    now = "2026-01-05 08:00:00"
    for key in (1, 2, 3):
        connection.execute(
            sa.text(
                "INSERT INTO users (id, email, first_name, last_name, function, phone, active, "
                "shortcuts) VALUES (:id, :mail, 'A', 'B', '', '', true, true)"
            ),
            {"id": key, "mail": f"u{key}@example.org"},
        )
    connection.execute(
        sa.text(
            "INSERT INTO drawing_drafts (id, process_id, note, files, examples, revision, state, "
            "author_id, created_at, changed_by_id, changed_at) "
            "VALUES (7, 'referral', '', '{}', '{}', 3, 'editing', 1, :now, 2, :now)"
        ),
        {"now": now},
    )
    lines = [
        ("drawing_changed", 3, {"draft": 7}),
        ("drawing_changed", 3, {"draft": 99}),
        ("drawing_handed_in", None, {"draft": 7}),
        ("signed_in", 1, {}),
        ("role_given", 1, {"user": 2}),
        ("claimed", 1, {}),
    ]
    for event, by, facts in lines:
        connection.execute(
            sa.text(
                "INSERT INTO journal (at, by_id, event, facts, audience) "
                "VALUES (:at, :by, :event, :facts, 'both')"
            ),
            {"at": now, "by": by, "event": event, "facts": json.dumps(facts)},
        )


def test_who_drew_and_what_was_of_security_is_known_afterwards(empty_url, old):
    with old.begin() as connection:
        fill(connection)
    upgrade(empty_url)
    with old.connect() as connection:
        hands = connection.execute(sa.text("SELECT user_id FROM drawing_hands ORDER BY user_id"))
        assert list(hands.scalars()) == [1, 2, 3]
        groups = connection.execute(
            sa.text("SELECT event, security FROM journal WHERE security IS NOT NULL ORDER BY event")
        )
        assert [tuple(row) for row in groups] == [
            ("role_given", "rights"),
            ("signed_in", "sign_in"),
        ]
    downgrade(empty_url, "0015")
    upgrade(empty_url)
    with old.connect() as connection:
        lines = connection.execute(sa.text("SELECT count(*) FROM journal")).scalar()
        assert lines == 6
