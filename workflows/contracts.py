"""The verbs on contracts: how many tandems a programme may have at a time, from a day to a day."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from models import journal
from models.people import User
from models.programs import Contract, Program
from models.session import db, transaction
from workflows.errors import Collision, NotAccepted, NotFound
from workflows.organisations import administers, stamp


def add_contract(
    program: Program, start: date, end: date, places: int, *, by: User | None
) -> Contract:
    """A new contract.

    Raises:
        NotAllowed.
        NotAccepted: it ends before it begins, has no places, or another begins on the same day.
    """
    administers(by)
    contract = Contract(program_id=program.id)
    with transaction():
        _set(contract, start, end, places)
        journal.write("contract_added", by=by, program=program.id, contract=contract.id)
        db.expire(program, ["contracts"])
    return contract


def change_contract(
    contract: Contract, start: date, end: date, places: int, *, by: User | None, seen: str = ""
) -> None:
    """Correct a contract.

    Raises:
        NotAllowed, NotAccepted.
        NotFound: somebody has removed it meanwhile.
        Collision: somebody else has changed it meanwhile.
    """
    administers(by)
    with transaction():
        _hold(contract)
        if seen and seen != stamp(known(contract)):
            raise Collision(contract.program.name)
        before = known(contract)
        _set(contract, start, end, places)
        journal.write("contract_changed", by=by, contract=contract.id, before=before)


def forget_contract(contract: Contract, *, by: User | None) -> None:
    """Take away a contract that was entered by mistake.

    Raises:
        NotAllowed.
        NotFound: it is gone already.
    """
    administers(by)
    with transaction():
        _hold(contract)
        program_id, was = contract.program_id, known(contract)
        db.delete(contract)
        journal.write("contract_forgotten", by=by, program=program_id, was=was)


def known(contract: Contract) -> dict[str, Any]:
    """What is known of a contract, as its form asks it; plain JSON."""
    return {
        "valid_from": contract.valid_from.isoformat(),
        "valid_to": contract.valid_to.isoformat(),
        "places": contract.places,
    }


def _hold(contract: Contract) -> None:
    """Lock a contract and read it again."""
    found = db.scalar(
        sa.select(Contract)
        .where(Contract.id == contract.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(f"contract {contract.id}")


def _set(contract: Contract, start: date, end: date, places: int) -> None:
    if end < start:
        raise NotAccepted("valid_to", "ends_before", "the end lies before the beginning")
    if places < 1:
        raise NotAccepted("places", "places", "a contract has at least one place")
    contract.valid_from, contract.valid_to, contract.places = start, end, places
    db.add(contract)
    try:
        db.flush()
    except sa.exc.IntegrityError:
        raise NotAccepted(
            "valid_from", "begins_too", "another contract of the programme begins on this day"
        ) from None
