"""The verbs on organisations: add one, change it. Only the administration has them."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from models import journal
from models.calendars import Calendar
from models.organisations import OfficeKind, Organisation, OrganisationKind
from models.people import Role, User, normal_address
from models.places import Municipality, SocialRegion
from models.programs import Program
from models.session import db, transaction
from workflows.errors import Collision, NotAccepted, NotAllowed

Answers = Mapping[str, Any]

#: What belongs to one kind only; for the others it is left empty whatever is given.
_OFFICE_ONLY = ("office_kind", "municipality_id", "deputy_email")
_PROVIDER_ONLY = ("calendar",)
_WITH_AREAS = (OrganisationKind.OFFICE, OrganisationKind.PROVIDER)


def administers(by: User | None) -> None:
    """Let the administration and the command line through. Raises NotAllowed."""
    if by is not None and Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("this belongs to the administration")


def add_organisation(kind: OrganisationKind, answers: Answers, *, by: User | None) -> Organisation:
    """A new office, provider or body.

    Args:
        answers: name, email, and where they apply office_kind, deputy_email, calendar,
            municipality_id, areas (keys of Sozialregionen), valid_from, valid_to (ISO).

    Raises:
        NotAllowed, NotAccepted.
    """
    administers(by)
    organisation = Organisation(kind=kind, name="")
    try:
        with transaction():
            _set(organisation, answers)
            db.add(organisation)
            db.flush()
            journal.write("organisation_added", by=by, organisation=organisation.id)
    except sa.exc.IntegrityError:
        raise name_taken("an organisation") from None
    return organisation


def change_organisation(
    organisation: Organisation, answers: Answers, *, by: User | None, seen: str = ""
) -> None:
    """Replace what is known of an organisation; its kind stays.

    Args:
        seen: the stamp of what the acting person had before her, if she had a page.

    Raises:
        NotAllowed, NotAccepted.
        Collision: somebody else has changed it meanwhile.
    """
    administers(by)
    try:
        with transaction():
            db.refresh(organisation, with_for_update=True)
            if seen and seen != stamp(known(organisation)):
                raise Collision(organisation.name)
            before = known(organisation)
            _set(organisation, answers)
            db.flush()
            changed = sorted(k for k, v in known(organisation).items() if before[k] != v)
            journal.write(
                "organisation_changed", by=by, organisation=organisation.id, fields=changed
            )
    except sa.exc.IntegrityError:
        raise name_taken("an organisation") from None


def known(organisation: Organisation) -> dict[str, Any]:
    """What is known of an organisation, as its form asks it; plain JSON."""
    return {
        "office_kind": organisation.office_kind.value if organisation.office_kind else None,
        "name": organisation.name,
        "email": organisation.email,
        "deputy_email": organisation.deputy_email,
        "calendar": organisation.calendar.value if organisation.calendar else None,
        "municipality_id": _text(organisation.municipality_id),
        "areas": [str(region.id) for region in organisation.areas],
        "valid_from": _iso(organisation.valid_from),
        "valid_to": _iso(organisation.valid_to),
    }


def stamp(answers: Answers) -> str:
    """A fingerprint of what a page showed; another one says that somebody has changed it."""
    return hashlib.sha256(json.dumps(dict(answers), sort_keys=True).encode()).hexdigest()[:16]


def _set(organisation: Organisation, answers: Answers) -> None:
    given = dict(answers)
    for names, kind in (
        (_OFFICE_ONLY, OrganisationKind.OFFICE),
        (_PROVIDER_ONLY, OrganisationKind.PROVIDER),
    ):
        if organisation.kind is not kind:
            given.update(dict.fromkeys(names))
    organisation.name = own_name(organisation, given, 120, "an organisation")
    organisation.email = _address(given, "email")
    organisation.deputy_email = _address(given, "deputy_email")
    organisation.calendar = Calendar(given["calendar"]) if given.get("calendar") else None
    organisation.valid_from, organisation.valid_to = dates(given)
    _locate(organisation, given)


def _address(given: Answers, field: str) -> str:
    """A mail address, or none. Raises NotAccepted."""
    try:
        address = normal_address(str(given.get(field) or ""))
    except ValueError:
        address = "?"
    if address and (len(address) > 200 or not re.fullmatch(r"[^@]+@[^@]+\.[^@]+", address)):
        raise NotAccepted(field, "address", "this is no mail address")
    return address


def _locate(organisation: Organisation, given: Answers) -> None:
    """Where it works: an office for its municipality or its regions, a provider where it likes."""
    office = given.get("office_kind")
    organisation.office_kind = OfficeKind(office) if office else None
    if organisation.kind is OrganisationKind.OFFICE and organisation.office_kind is None:
        raise NotAccepted("office_kind", "office_kind_missing", "say what sort of office it is")
    of_one = organisation.office_kind is OfficeKind.MUNICIPALITY
    organisation.municipality_id = (
        int(given.get("municipality_id") or 0) or None if of_one else None
    )
    if of_one and db.get(Municipality, organisation.municipality_id or 0) is None:
        raise NotAccepted("municipality_id", "municipality_missing", "name the municipality")
    keys = [int(key) for key in given.get("areas") or []]
    areas = [] if of_one or organisation.kind not in _WITH_AREAS else keys
    found = sa.select(SocialRegion).where(SocialRegion.id.in_(areas)).order_by(SocialRegion.name)
    with db.no_autoflush:
        organisation.areas = list(db.scalars(found))
    if organisation.office_kind is OfficeKind.SOCIAL_REGION and len(organisation.areas) != 1:
        raise NotAccepted(
            "areas",
            "one_region",
            "a Sozialregion's office serves one Sozialregion: name it (--region)",
        )


def dates(given: Answers) -> tuple[date | None, date | None]:
    """From when until when, of answers. Raises NotAccepted: the end lies before the beginning."""
    start, end = (
        date.fromisoformat(str(given[name])) if given.get(name) else None
        for name in ("valid_from", "valid_to")
    )
    if start and end and end < start:
        raise NotAccepted("valid_to", "ends_before", "the end lies before the beginning")
    return start, end


def own_name(row: Organisation | Program, given: Answers, longest: int, what: str) -> str:
    """The name that a row is given, if no other of its kind has it, however it is capitalised.

    Raises:
        NotAccepted: it is missing, longer than `longest` letters, or taken.
    """
    name, kind = " ".join(str(given.get("name") or "").split()), type(row)
    if not name or len(name) > longest:
        raise NotAccepted("name", "name_missing", f"{what} needs a name of its own")
    with db.no_autoflush:
        others = db.execute(sa.select(kind.id, kind.name))
        if any(o.name.casefold() == name.casefold() and o.id != row.id for o in others):
            raise name_taken(what)
    return name


def name_taken(what: str) -> NotAccepted:
    """What to raise for a name that another has, also when it was taken this very moment."""
    return NotAccepted("name", "name_taken", f"another {what.rsplit(maxsplit=1)[-1]} has this name")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _text(key: int | None) -> str | None:
    return str(key) if key else None
