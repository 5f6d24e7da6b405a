"""Sessions as rows: found by digest, ended one by one or all, cleared; the tables up and down."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.base import now
from models.migrations import downgrade, upgrade
from models.people import User
from models.session import db, transaction
from models.user_sessions import (
    UserSession,
    clear_sessions,
    end_sessions,
    open_sessions,
    session_of,
    touch_session,
)
from workflows.rounds import make_round

ALWAYS = {"begun_after": now() - timedelta(days=9999), "seen_after": now() - timedelta(days=9999)}


def begun(user: User, digest: str, **changes: object) -> UserSession:
    values = {"begun_at": now(), "seen_at": now(), "device": "Firefox, Windows", "source": "::1"}
    with transaction():
        row = UserSession(user_id=user.id, digest=digest, **{**values, **changes})
        db.add(row)
    return row


@pytest.fixture
def two(petra):
    return begun(petra, "a" * 64), begun(petra, "b" * 64)


def digests(user):
    return {row.digest[0] for row in open_sessions(user.id, **ALWAYS)}


def test_a_session_is_found_by_its_digest_with_its_person(petra, two):
    assert session_of("b" * 64).user is petra
    assert session_of("c" * 64) is None


def test_sessions_end_one_by_one_all_but_one_or_all(petra, monika, two):
    begun(monika, "m" * 64)
    with transaction():
        assert end_sessions(petra.id, only=two[0].id) == 1
        assert end_sessions(petra.id, only=two[0].id) == 0
    assert digests(petra) == {"b"}
    third = begun(petra, "c" * 64)
    with transaction():
        assert end_sessions(petra.id, but=third.id) == 1
    assert digests(petra) == {"c"}
    with transaction():
        assert end_sessions(petra.id) == 1
    assert (digests(petra), digests(monika)) == (set(), {"m"})


def test_nobody_ends_the_session_of_somebody_else(petra, monika, two):
    with transaction():
        assert end_sessions(monika.id, only=two[0].id) == 0
    assert digests(petra) == {"a", "b"}


def test_a_session_that_has_ended_is_not_seen_again(petra, two, clock):
    with transaction():
        end_sessions(petra.id, only=two[0].id)
    clock.shift(timedelta(minutes=5))
    with transaction():
        touch_session(two[0].id)
        touch_session(two[1].id)
    seen = dict(db.execute(sa.select(UserSession.id, UserSession.seen_at)).all())
    assert seen[two[1].id] - seen[two[0].id] == timedelta(minutes=5)


def test_old_rows_go_with_the_round_of_the_day(petra, two, clock):
    clock.shift(timedelta(days=60))
    begun(petra, "c" * 64)
    clock.shift(timedelta(days=31))
    make_round()
    assert digests(petra) == {"c"}
    with transaction():
        clear_sessions(now())
    assert digests(petra) == set()


def test_the_tables_go_down_and_up_again_with_people_in_them(url):
    downgrade(url, "0010")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        keys = connection.execute(sa.text("select session_key from users")).scalars().all()
        assert set(keys) == {""}
    upgrade(url)
    with engine.connect() as connection:
        columns = {c["name"] for c in sa.inspect(connection).get_columns("users")}
        assert "session_key" not in columns
        assert connection.execute(sa.text("select count(*) from users")).scalar() == len(keys)
    engine.dispose()
