"""The verbs on programmes. Only the administration has them."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from models import journal
from models.organisations import Organisation, OrganisationKind
from models.people import User
from models.programs import Program, program_codes
from models.session import db, transaction
from workflows.actions import AS_WISHED
from workflows.errors import Collision, NotAccepted
from workflows.facts import OPEN
from workflows.organisations import administers, dates, name_taken, own_name, stamp

Given = Mapping[str, Any]

#: Longer than this is a slip of the finger.
LONGEST_MONTHS = 60
_LONGEST_CODE = 40


def add_program(provider: Organisation, given: Given, *, by: User | None) -> Program:
    """A new programme of a provider; drawings and tables call it by a code made of its name.

    Args:
        given: name, duration_months, longest_months, check_in_months (list of months),
            mentor_age_from, valid_from, valid_to (ISO).

    Raises:
        NotAllowed, NotAccepted.
    """
    administers(by)
    if provider.kind is not OrganisationKind.PROVIDER:
        raise NotAccepted("provider", "no_provider", f"{provider.name} is no provider")
    program = Program(provider=provider, provider_id=provider.id)
    try:
        with transaction():
            program.code = code_for(str(given.get("name") or ""))
            _set(program, given)
            db.add(program)
            db.flush()
            journal.write("program_added", by=by, program=program.id)
    except sa.exc.IntegrityError:  # somebody has added the same this very moment
        raise name_taken("a programme") from None
    return program


def change_program(program: Program, given: Given, *, by: User | None, seen: str = "") -> None:
    """Replace what is known of a programme; its code and its provider stay.

    Running tandems keep the end they were given; further check-ins follow the new months.

    Raises:
        NotAllowed, NotAccepted, Collision.
    """
    administers(by)
    try:
        with transaction():
            db.refresh(program, with_for_update={"of": Program})
            if seen and seen != stamp(known(program)):
                raise Collision(program.name)
            before = known(program)
            _set(program, given)
            db.flush()
            changed = sorted(k for k, v in known(program).items() if before[k] != v)
            journal.write("program_changed", by=by, program=program.id, fields=changed)
    except sa.exc.IntegrityError:
        raise name_taken("a programme") from None


def known(program: Program) -> dict[str, Any]:
    """What is known of a programme, as its form asks it; plain JSON."""
    return {
        "name": program.name,
        "duration_months": program.duration_months,
        "longest_months": program.longest_months,
        "check_in_months": list(program.check_in_months),
        "mentor_age_from": program.mentor_age_from,
        "valid_from": program.valid_from.isoformat() if program.valid_from else None,
        "valid_to": program.valid_to.isoformat() if program.valid_to else None,
    }


def _set(program: Program, given: Given) -> None:
    program.name = own_name(program, given, 80, "a programme")
    lasts, longest = int(given["duration_months"]), int(given["longest_months"])
    if not 1 <= lasts <= longest <= LONGEST_MONTHS:
        raise NotAccepted("longest_months", "shorter", "the longest duration is at least the usual")
    months = [int(month) for month in given["check_in_months"]]
    if months != sorted(set(months)) or any(not 1 <= month <= lasts for month in months):
        raise NotAccepted(
            "check_in_months",
            "rhythm",
            "check-ins lie in rising months, the last at the end at the latest",
        )
    program.duration_months, program.longest_months = lasts, longest
    program.check_in_months = months
    program.mentor_age_from = int(given["mentor_age_from"])
    program.valid_from, program.valid_to = dates(given)


def code_for(name: str) -> str:
    """A code that nothing has yet, such as `seite_an_seite`."""
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.lower().replace(sign, letters)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    code = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: _LONGEST_CODE - 4] or "program"
    taken, found, number = {*program_codes(), OPEN, AS_WISHED}, code, 1
    while found in taken:
        number += 1
        found = f"{code}_{number}"
    return found
