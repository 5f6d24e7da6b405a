"""The verbs on municipalities and Sozialregionen: merge, rename, move, count. Nothing is deleted."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from models import journal
from models.base import now, today
from models.people import User
from models.places import (
    FormerName,
    Inhabitants,
    Municipality,
    RegionMember,
    SocialRegion,
    day_before,
    municipalities,
    region_of,
)
from models.session import db, transaction
from workflows.errors import NotAccepted
from workflows.organisations import administers

#: So long after it was entered a merger can be taken back although it has begun.
REGRET = timedelta(days=30)
#: BFS numbers of municipalities.
LARGEST_NUMBER = 9999


def add_region(name: str, start: date | None, *, by: User | None) -> SocialRegion:
    """A new Sozialregion. Raises NotAllowed; NotAccepted: there is one of this name."""
    administers(by)
    name = _clean(name, "name")
    try:
        with transaction():
            region = SocialRegion(name=name, valid_from=start)
            db.add(region)
            db.flush()
            journal.write("region_added", by=by, region=region.id)
    except sa.exc.IntegrityError:
        raise NotAccepted("name", "name_taken", "another Sozialregion has this name") from None
    return region


def end_region(region: SocialRegion, last: date, *, by: User | None) -> None:
    """No more from the day after.

    Raises:
        NotAllowed.
        NotAccepted: a municipality still belongs to it then, or it had not begun.
    """
    administers(by)
    if region.valid_from and last < region.valid_from:
        raise NotAccepted("last", "ends_before", "the end lies before the beginning")
    with transaction():
        after = sa.select(RegionMember.id).where(
            RegionMember.social_region_id == region.id,
            sa.or_(RegionMember.valid_to.is_(None), RegionMember.valid_to > last),
        )
        if db.scalar(after.limit(1)) is not None:
            raise NotAccepted(
                "region", "region_in_use", "municipalities still belong to it; move them first"
            )
        region.valid_to = last
        journal.write("region_ended", by=by, region=region.id, last=last.isoformat())


def move(place: Municipality, region: SocialRegion, start: date, *, by: User | None) -> None:
    """A municipality belongs to another Sozialregion from a day on; what was before stays known.

    Raises:
        NotAllowed.
        NotAccepted: the day lies before the last such change, or one of the two is not there then.
    """
    administers(by)
    with transaction():
        _hold(place)
        _there(place, start, "municipality")
        if not region.holds(start):
            raise NotAccepted("region", "no_region_then", f"{region.name} is not there on that day")
        _belongs(place, region.id, start)
        on = start.isoformat()
        journal.write("municipality_moved", by=by, municipality=place.id, region=region.id, on=on)


def merge(
    gone: list[Municipality],
    into: Municipality | None,
    start: date,
    *,
    number: int = 0,
    name: str = "",
    by: User | None,
) -> Municipality:
    """Municipalities become part of another from a day on; their cases keep what they were.

    Args:
        into: the one that takes them in; None for a new one with a number and a name of its own.
        number: BFS number of the new one.

    Raises:
        NotAllowed, NotAccepted.
    """
    administers(by)
    gone = [place for place in gone if into is None or place.id != into.id]
    if not gone:
        raise NotAccepted("gone", "nothing_to_merge", "name the municipalities that end")
    with transaction():
        for place in gone:
            _hold(place)
            _there(place, day_before(start), "gone")
            _there(place, start, "gone")
        target = into or _founded(gone, number, _clean(name, "name"), start)
        _there(target, start, "into")
        if target.valid_to is not None:
            raise NotAccepted("into", "ends_too", f"{target.name} is to end itself")
        for place in gone:
            _end(place, target, start)
        keys = [place.id for place in gone]
        journal.write("merged", by=by, gone=keys, into=target.id, on=start.isoformat())
    return target


def may_be_called_off(places: Iterable[Municipality]) -> set[int]:
    """Whose merger can be taken back: before it begins, and soon after it was entered."""
    merged = {p.id: p.valid_to for p in places if p.valid_to and p.merged_into_id}
    lately = journal.merged_since(now() - REGRET)
    return {key for key, last in merged.items() if last >= today() or key in lately}


def call_off(place: Municipality, *, by: User | None) -> None:
    """A merger does not come, or never was; cases keep what was chosen in them.

    Raises:
        NotAllowed.
        NotAccepted: nothing is to come, or it has held for too long.
    """
    administers(by)
    with transaction():
        _hold(place)
        if not may_be_called_off([place]):
            raise NotAccepted("gone", "nothing_to_come", f"{place.name} is not to be merged")
        for member in _members(place.id):
            if member.valid_to == place.valid_to:
                member.valid_to = None
        place.valid_to, place.merged_into_id = None, None
        journal.write("merger_called_off", by=by, municipality=place.id)


def _end(place: Municipality, target: Municipality, start: date) -> None:
    """A municipality and where it belongs end the day before; what was to come does not come."""
    place.valid_to, place.merged_into_id = day_before(start), target.id
    for member in _members(place.id):
        if member.valid_from is not None and member.valid_from >= start:
            db.delete(member)
        elif member.valid_to is None or member.valid_to >= start:
            member.valid_to = day_before(start)


def _founded(gone: list[Municipality], number: int, name: str, start: date) -> Municipality:
    """A municipality that begins with a merger, in the district and region of the first."""
    first = gone[0]
    region = region_of(first.id, day_before(start))
    _own_name(name, start, but={place.id for place in gone})
    taken = not 1 <= number <= LARGEST_NUMBER or db.get(Municipality, number) is not None
    if taken or region is None:
        raise NotAccepted("number", "number_taken", "give the BFS number that no other has")
    place = Municipality(id=number, name=name, district=first.district, valid_from=start)
    db.add(place)
    try:
        db.flush()
    except sa.exc.IntegrityError:
        raise NotAccepted("number", "number_taken", "another has this number now") from None
    db.add(RegionMember(municipality_id=number, social_region_id=region.id, valid_from=start))
    return place


def _own_name(name: str, on: date, *, but: set[int]) -> None:
    """No other municipality has the name on a day. Raises NotAccepted."""
    others = (place for place in municipalities(on) if place.id not in but)
    if any(place.called(on).casefold() == name.casefold() for place in others):
        raise NotAccepted("name", "name_taken", "another municipality has this name then")


def rename(place: Municipality, name: str, start: date, *, by: User | None) -> None:
    """Another name from a day on; days before keep the old one. Raises NotAllowed, NotAccepted."""
    administers(by)
    name, last = _clean(name, "name"), day_before(start)
    with transaction():
        _hold(place)
        _there(place, start, "municipality")
        _own_name(name, start, but={place.id})
        if any(former.until >= last for former in place.former_names):
            raise NotAccepted(
                "start", "too_early", "it was called otherwise after that day already"
            )
        db.add(FormerName(municipality_id=place.id, name=place.name, until=last))
        place.name = name
        db.flush()
        db.expire(place, ["former_names"])
        journal.write("municipality_renamed", by=by, municipality=place.id, on=start.isoformat())


def _hold(place: Municipality) -> None:
    """Lock a municipality and read it again, so that changes of one follow each other."""
    db.refresh(place, with_for_update=True)
    db.expire(place, ["former_names"])


def _there(place: Municipality, on: date, field: str) -> None:
    if not place.holds(on):
        raise NotAccepted(field, "not_there", f"{place.name} is not there on that day")


def count(numbers: Mapping[int, int], counted_on: date, source: str, *, by: User | None) -> int:
    """Keep how many people lived where on a day; a count of the same day is corrected.

    Args:
        numbers: inhabitants by BFS number.

    Returns:
        How many municipalities of that day have no count yet.

    Raises:
        NotAllowed.
        NotAccepted: a municipality is not known, a number is none, or the source is missing.
    """
    administers(by)
    source = _clean(source, "source")
    if any(number < 0 for number in numbers.values()):
        raise NotAccepted("lines", "negative", "a number of inhabitants is not negative")
    with transaction():
        # Held, so that two counts of one day follow each other.
        known = set(db.scalars(sa.select(Municipality.id).with_for_update()))
        if strange := sorted(set(numbers) - known):
            raise NotAccepted(
                "lines", "unknown_number", f"no municipality has the number {strange[0]}"
            )
        counted = _keep_counts(numbers, counted_on, source)
        journal.write("inhabitants_counted", by=by, on=counted_on.isoformat(), rows=len(numbers))
    return len([place for place in municipalities(counted_on) if place.id not in counted])


def _keep_counts(numbers: Mapping[int, int], counted_on: date, source: str) -> set[int]:
    """Write the counts of a day; whom it counts now."""
    rows = db.scalars(sa.select(Inhabitants).where(Inhabitants.counted_on == counted_on))
    there = {row.municipality_id: row for row in rows}
    for key, number in numbers.items():
        row = there.get(key) or Inhabitants(municipality_id=key, counted_on=counted_on)
        row.number, row.source = number, source
        db.add(row)
    return {*there, *numbers}


def _belongs(place: Municipality, region_id: int, start: date) -> None:
    """The last row ends the day before; the next one lasts as long as the municipality."""
    last = max(_members(place.id), key=lambda row: row.valid_to or date.max, default=None)
    if last is not None:
        if last.social_region_id == region_id:
            raise NotAccepted(
                "region", "belongs_already", "it belongs to this Sozialregion already"
            )
        if last.valid_from is not None and last.valid_from >= start:
            raise NotAccepted("start", "too_early", "it changed after that day already")
        last.valid_to = day_before(start)
        db.flush()
    facts = {"municipality_id": place.id, "social_region_id": region_id, "valid_from": start}
    db.add(RegionMember(**facts, valid_to=place.valid_to))


def _members(municipality_id: int) -> list[RegionMember]:
    select = sa.select(RegionMember).where(RegionMember.municipality_id == municipality_id)
    return list(db.scalars(select))


def _clean(text: str, field: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > 100:
        raise NotAccepted(field, f"{field}_missing", f"the {field} is missing or too long")
    return words
