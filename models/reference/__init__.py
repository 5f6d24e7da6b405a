"""What every installation starts with: places, inhabitants, bodies, providers, deadlines.

Municipalities as of 1.1.2026 (BFS); those merged away keep their last day. Which Sozialregion a
municipality belongs to rests on DOMAIN.md 4.2 and is to be confirmed by the VSEG. All deadlines
are assumptions (DOMAIN.md 3.4) and can be changed in the table.
"""

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from models import jobs
from models.calendars import Calendar
from models.deadlines import Deadline, Unit
from models.jobs import Job
from models.organisations import Organisation, OrganisationKind
from models.places import Inhabitants, Municipality, RegionMember, SocialRegion
from models.programs import Program
from models.session import db, transaction

#: code: amount, unit. B and C are the second and third step of the same deadline.
DEADLINES: dict[str, tuple[int, Unit]] = {
    "T2": (5, Unit.WORKING_DAYS),
    "T3": (10, Unit.WORKING_DAYS),
    "T3B": (20, Unit.WORKING_DAYS),
    "T3C": (30, Unit.WORKING_DAYS),
    "T4": (10, Unit.WORKING_DAYS),
    "T5": (20, Unit.WORKING_DAYS),
    "T6": (10, Unit.WORKING_DAYS),
    "T6B": (15, Unit.WORKING_DAYS),
    "T7": (15, Unit.WORKING_DAYS),
    "T8": (3, Unit.MONTHS),
    "T8B": (15, Unit.WORKING_DAYS),
    "T9": (8, Unit.WEEKS),
    "T9B": (10, Unit.WORKING_DAYS),
    "T10": (10, Unit.WORKING_DAYS),
    "T10B": (20, Unit.WORKING_DAYS),
    "T11": (6, Unit.WEEKS),
    "T12": (20, Unit.WORKING_DAYS),
    "T12B": (5, Unit.WORKING_DAYS),
    "T13": (6, Unit.MONTHS),
    "T14": (36, Unit.MONTHS),
    "T15": (6, Unit.MONTHS),
}

#: provider, programme code, name, months, longest, months of check-ins, mentors' age from
PROGRAMS = (
    ("Caritas Solothurn", "co_pilot", "Co-Pilot", 12, 24, [3, 6, 9], 18),
    ("SRK Kanton Solothurn", "seite_an_seite", "Seite an Seite", 6, 12, [3, 6], 18),
)


#: Who commissions, oversees and steers (rrb-2025-2177.txt).
BODIES = (
    (OrganisationKind.ASSOCIATION, "Verband Solothurner Einwohnergemeinden (VSEG)"),
    (OrganisationKind.CANTON, "Amt für Gesellschaft und Soziales (AGS)"),
    (OrganisationKind.STEERING, "IIZ-EKG-Ausschuss «Soziale Integration»"),
)

#: Where the numbers of inhabitants.csv come from (DOMAIN.md 4.1).
COUNTED_BY = "BFS STATPOP, ständige Wohnbevölkerung"

_HERE = Path(__file__).parent


def load_reference() -> None:
    """Add what is missing; what an installation has changed stays as it is."""
    with transaction():
        _places()
        _inhabitants()
        _bodies()
        _providers()
        _deadlines()
        for kind in ("daily_round", "watchdog"):
            key = kind.replace("_", "-")
            if db.scalar(sa.select(Job.id).where(Job.key == key)) is None:
                jobs.put(kind, key=key)


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _places() -> None:
    """Municipalities that are not known yet; where they belong and what they became."""
    regions = {region.name: region for region in db.scalars(sa.select(SocialRegion))}
    known = {place.id: place for place in db.scalars(sa.select(Municipality))}
    added = [row for row in _rows("municipalities.csv") if int(row["bfs_number"]) not in known]
    for row in added:
        if row["social_region"] not in regions:
            regions[row["social_region"]] = SocialRegion(name=row["social_region"])
    db.add_all(regions.values())
    db.flush()
    for row in added:
        place = known[int(row["bfs_number"])] = _municipality(row)
        db.add(place)
        region = regions[row["social_region"]]
        last = place.valid_to
        db.add(RegionMember(municipality_id=place.id, social_region_id=region.id, valid_to=last))
    db.flush()
    for row in _rows("municipalities.csv"):
        place = known[int(row["bfs_number"])]
        if row["merged_into"] and place.valid_to and place.merged_into_id is None:
            place.merged_into_id = int(row["merged_into"])


def _municipality(row: dict[str, str]) -> Municipality:
    return Municipality(
        id=int(row["bfs_number"]),
        name=row["name"],
        district=row["district"],
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )


def _inhabitants() -> None:
    rows = db.execute(sa.select(Inhabitants.municipality_id, Inhabitants.counted_on))
    known = {(place, day) for place, day in rows}
    for row in _rows("inhabitants.csv"):
        key = (int(row["bfs_number"]), date.fromisoformat(row["counted_on"]))
        if key not in known:
            place, day = key
            number = int(row["number"])
            db.add(
                Inhabitants(municipality_id=place, counted_on=day, number=number, source=COUNTED_BY)
            )


def _bodies() -> None:
    """A body of each kind, where there is none yet; an office may call it otherwise."""
    there = set(db.scalars(sa.select(Organisation.kind)))
    db.add_all(Organisation(kind=kind, name=name) for kind, name in BODIES if kind not in there)
    db.flush()


def _providers() -> None:
    if db.scalar(sa.select(Program.id).limit(1)) is not None:
        return
    for provider, code, name, months, longest, check_ins, age in PROGRAMS:
        organisation = Organisation(kind=OrganisationKind.PROVIDER, name=provider)
        db.add(organisation)
        db.flush()
        db.add(
            Program(
                code=code,
                name=name,
                provider_id=organisation.id,
                duration_months=months,
                longest_months=longest,
                check_in_months=check_ins,
                mentor_age_from=age,
            )
        )


def _deadlines() -> None:
    known = set(db.scalars(sa.select(Deadline.code).where(Deadline.program_id.is_(None))))
    for code, (amount, unit) in DEADLINES.items():
        if code not in known:
            db.add(Deadline(code=code, amount=amount, unit=unit, calendar=Calendar.LEGAL))
