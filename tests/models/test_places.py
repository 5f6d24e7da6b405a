"""Municipalities and Sozialregionen as they were on any day: merged, renamed, moved, counted."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from intake.demo import player
from models.migrations import downgrade, upgrade
from models.organisations import Organisation
from models.places import (
    Municipality,
    RegionMember,
    inhabitants_on,
    members_of,
    municipalities,
    municipality_choices,
    population,
    region_called,
    region_of,
    regions_by_municipality,
    social_regions,
)
from models.session import db
from workflows import places
from workflows.errors import NotAccepted, NotAllowed

DAY = date(2027, 1, 1)
BEFORE = DAY - timedelta(1)
OLTEN, TRIMBACH, WINZNAU = 2581, 2500, 2501


@pytest.fixture
def anna(office):
    return player.user("a.admin@example.org")


def place(number):
    return db.get_one(Municipality, number)


def test_what_comes_along_is_whole(office):
    now = municipalities(date(2026, 6, 1))
    assert (len(now), len(municipalities(date(2025, 6, 1)))) == (104, 106)
    assert set(regions_by_municipality(date(2026, 6, 1))) == {m.id for m in now}
    counts = inhabitants_on(date(2026, 6, 1))
    assert sum(counts[m.id].number for m in now) == 291_583  # DOMAIN.md 4.1
    assert sum(row.number for row in inhabitants_on(date(2025, 6, 1)).values()) == 289_792
    assert {row.source for row in counts.values()} == {"BFS STATPOP, ständige Wohnbevölkerung"}


def test_a_merger_leaves_its_name_and_stays_choosable_where_it_was(anna):
    into = places.merge([place(TRIMBACH), place(WINZNAU)], place(OLTEN), DAY, by=anna)
    assert into.id == OLTEN
    assert str(TRIMBACH) in dict(municipality_choices(BEFORE))
    assert str(TRIMBACH) not in dict(municipality_choices(DAY))
    assert dict(municipality_choices(DAY, TRIMBACH))[str(TRIMBACH)] == "Trimbach"
    assert region_of(TRIMBACH, BEFORE).name == "Olten"
    assert region_of(WINZNAU, DAY).name == region_of(OLTEN, DAY).name
    assert TRIMBACH not in {m.id for m in members_of([region_called("Olten").id], DAY)}


def test_a_merger_may_found_a_new_municipality(anna):
    new = places.merge(
        [place(TRIMBACH), place(WINZNAU)], None, DAY, number=2590, name="Neu Trimbach", by=anna
    )
    assert region_of(new.id, DAY).name == "Olten"
    assert region_of(new.id, BEFORE) is None
    assert (new.holds(BEFORE), new.holds(DAY)) == (False, True)
    assert dict(municipality_choices(DAY))["2590"] == "Neu Trimbach"


@pytest.mark.parametrize(
    ("gone", "into", "number", "field"),
    [
        ([], OLTEN, 0, "gone"),
        ([OLTEN], OLTEN, 0, "gone"),
        ([TRIMBACH], None, OLTEN, "number"),
        ([TRIMBACH], None, 0, "number"),
        ([2520], OLTEN, 0, "gone"),  # Halten is gone since 2026
    ],
)
def test_a_merger_that_cannot_be_is_refused_and_changes_nothing(anna, gone, into, number, field):
    with pytest.raises(NotAccepted) as refused:
        places.merge(
            [place(key) for key in gone],
            place(into) if into else None,
            DAY,
            number=number,
            name="Neu",
            by=anna,
        )
    assert refused.value.field == field
    assert len(municipalities(DAY)) == 104


def test_a_name_is_that_of_the_day(anna):
    places.rename(place(TRIMBACH), "Trimbach am Hauenstein", DAY, by=anna)
    assert place(TRIMBACH).called(BEFORE) == "Trimbach"
    assert place(TRIMBACH).called(DAY) == "Trimbach am Hauenstein"
    with pytest.raises(NotAccepted):
        places.rename(place(TRIMBACH), "Anders", DAY - timedelta(30), by=anna)
    places.rename(place(TRIMBACH), "Trimbach", DAY + timedelta(365), by=anna)
    assert [place(TRIMBACH).called(DAY + timedelta(n)) for n in (-1, 0, 364, 365)] == [
        "Trimbach",
        "Trimbach am Hauenstein",
        "Trimbach am Hauenstein",
        "Trimbach",
    ]


def test_a_region_is_that_of_the_day(anna):
    thal = region_called("Thal-Gäu")
    places.move(place(TRIMBACH), thal, DAY, by=anna)
    assert region_of(TRIMBACH, BEFORE).name == "Olten"
    assert region_of(TRIMBACH, DAY).name == "Thal-Gäu"
    for again, day in ((thal, DAY + timedelta(9)), (region_called("Olten"), DAY)):
        with pytest.raises(NotAccepted):
            places.move(place(TRIMBACH), again, day, by=anna)
    rows = db.scalars(sa.select(RegionMember).where(RegionMember.municipality_id == TRIMBACH))
    assert sorted((r.valid_from or date.min, r.valid_to or date.max) for r in rows) == [
        (date.min, BEFORE),
        (DAY, date.max),
    ]


def test_a_region_ends_only_when_it_is_empty(anna):
    solothurn = region_called("Solothurn")
    with pytest.raises(NotAccepted):
        places.end_region(solothurn, BEFORE, by=anna)
    other = places.add_region("Solothurn und Umgebung", DAY, by=anna)
    for member in members_of([solothurn.id], BEFORE):
        places.move(member, other, DAY, by=anna)
    places.end_region(solothurn, BEFORE, by=anna)
    assert "Solothurn" not in {region.name for region in social_regions(DAY)}
    assert "Solothurn" in {region.name for region in social_regions(BEFORE)}
    with pytest.raises(NotAccepted):
        places.add_region("Solothurn und Umgebung", None, by=anna)


def test_a_count_replaces_the_one_of_its_day_only(anna):
    day = date(2026, 12, 31)
    assert places.count({OLTEN: 20_000}, day, "BFS", by=anna) == 103
    assert places.count({OLTEN: 20_001, TRIMBACH: 7_000}, day, "BFS", by=anna) == 102
    assert inhabitants_on(day)[OLTEN].number == 20_001
    assert inhabitants_on(day - timedelta(1))[OLTEN].number != 20_001
    for numbers in ({9999: 1}, {OLTEN: -1}):
        with pytest.raises(NotAccepted):
            places.count(numbers, day, "BFS", by=anna)


def test_a_merger_with_a_wrong_day_is_taken_back_for_a_month_and_no_longer(anna, clock):
    places.merge([place(TRIMBACH)], place(OLTEN), date(2020, 1, 1), by=anna)
    assert not place(TRIMBACH).holds(date(2026, 1, 12))
    places.call_off(place(TRIMBACH), by=anna)
    assert place(TRIMBACH).holds(date(2026, 1, 12))
    assert region_of(TRIMBACH, date(2026, 1, 12)).name == "Olten"
    places.merge([place(TRIMBACH)], place(OLTEN), date(2020, 1, 1), by=anna)
    clock.shift(timedelta(days=31))
    with pytest.raises(NotAccepted):
        places.call_off(place(TRIMBACH), by=anna)


def test_no_two_municipalities_have_one_name_on_a_day(anna):
    with pytest.raises(NotAccepted):
        places.merge([place(WINZNAU)], None, DAY, number=2999, name="olten", by=anna)
    with pytest.raises(NotAccepted):
        places.rename(place(WINZNAU), "Olten", DAY, by=anna)
    places.merge(
        [place(WINZNAU), place(TRIMBACH)], None, DAY, number=2999, name="Trimbach", by=anna
    )


def test_only_the_administration_changes_places(office):
    petra = player.user("p.beispiel@example.org")
    with pytest.raises(NotAllowed):
        places.rename(place(OLTEN), "Olten 2", DAY, by=petra)
    with pytest.raises(NotAllowed):
        places.merge([place(TRIMBACH)], place(OLTEN), DAY, by=petra)


def test_offices_of_the_version_before_keep_where_they_work(url):
    """Up and down with rows: areas and dated members come from the columns there were."""
    downgrade(url, "0009")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        told = connection.execute(
            sa.text(
                "select o.name, r.name from organisations o "
                "join social_regions r on r.id = o.social_region_id"
            )
        ).all()
        assert ("Sozialregion Olten", "Olten") in {tuple(row) for row in told}
        olten = "select social_region_id from municipalities where id = 2500"
        assert connection.scalar(sa.text(olten)) is not None
    upgrade(url)
    with sa.orm.Session(engine) as session:
        office = session.scalars(
            sa.select(Organisation).where(Organisation.name == "Sozialregion Olten")
        ).one()
        assert ([r.name for r in office.areas], office.office_kind) == (["Olten"], "social_region")
        assert session.scalar(sa.select(sa.func.count()).select_from(RegionMember)) == 106
    engine.dispose()


def test_a_merger_before_a_change_that_was_entered_ahead_takes_its_place(anna):
    later = date(2028, 6, 1)
    places.move(place(TRIMBACH), region_called("Thal-Gäu"), later, by=anna)
    places.merge([place(TRIMBACH)], place(OLTEN), date(2028, 1, 1), by=anna)
    assert region_of(TRIMBACH, date(2027, 12, 31)).name == "Olten"
    assert region_of(TRIMBACH, later).name == "Olten"  # where Olten is, which took it in
    for change in (
        lambda: places.move(place(TRIMBACH), region_called("Thal-Gäu"), later, by=anna),
        lambda: places.rename(place(TRIMBACH), "Anders", later, by=anna),
        lambda: places.merge([place(TRIMBACH)], place(OLTEN), later, by=anna),
    ):
        with pytest.raises(NotAccepted):
            change()


def test_nothing_moves_to_a_region_that_is_not_there(anna):
    coming = places.add_region("Kommt", DAY, by=anna)
    with pytest.raises(NotAccepted):
        places.move(place(TRIMBACH), coming, BEFORE, by=anna)
    with pytest.raises(NotAccepted):
        places.end_region(coming, BEFORE, by=anna)
    places.move(place(TRIMBACH), coming, DAY, by=anna)
    assert region_of(TRIMBACH, DAY).name == "Kommt"


def test_mergers_make_no_circle_and_may_be_called_off(anna):
    places.merge([place(TRIMBACH)], place(WINZNAU), date(2030, 1, 1), by=anna)
    for wrong in (
        lambda: places.merge([place(WINZNAU)], place(TRIMBACH), date(2028, 1, 1), by=anna),
        lambda: places.call_off(place(WINZNAU), by=anna),
    ):
        with pytest.raises(NotAccepted):
            wrong()
    assert region_of(TRIMBACH, date(2031, 1, 1)).name == "Olten"
    places.call_off(place(TRIMBACH), by=anna)
    places.merge([place(WINZNAU)], place(TRIMBACH), date(2028, 1, 1), by=anna)
    assert region_of(WINZNAU, date(2031, 1, 1)).name == "Olten"
    with pytest.raises(NotAccepted):
        places.call_off(place(TRIMBACH), by=anna)


def test_a_move_before_a_merger_ends_with_it(anna):
    places.merge([place(TRIMBACH)], place(OLTEN), date(2028, 1, 1), by=anna)
    places.move(place(TRIMBACH), region_called("Thal-Gäu"), DAY, by=anna)
    assert [region_of(TRIMBACH, day).name for day in (BEFORE, DAY, date(2028, 1, 1))] == [
        "Olten",
        "Thal-Gäu",
        "Olten",
    ]


def test_nobody_vanishes_in_a_merger(anna):
    on = date(2026, 6, 1)
    before = population(on)
    assert sum(before.values()) == 291_583
    places.merge([place(TRIMBACH), place(WINZNAU)], place(OLTEN), DAY, by=anna)
    after = population(DAY)
    assert sum(after.values()) == 291_583
    assert after[OLTEN] == before[OLTEN] + before[TRIMBACH] + before[WINZNAU]
    places.count({OLTEN: 30_000}, date(2027, 12, 31), "BFS", by=anna)
    assert population(date(2028, 1, 1))[OLTEN] == 30_000
