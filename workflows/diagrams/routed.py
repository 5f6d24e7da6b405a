"""Where the decision tables of a version send a registration, asked without a case."""

from collections.abc import Iterator
from typing import Any

from workflows.actions import AS_WISHED
from workflows.decisions import DecisionFailed, Table
from workflows.diagrams.published import files_of
from workflows.diagrams.shown import tables
from workflows.expressions import BadExpression, Functions, UnknownName
from workflows.facts import FACTS, OPEN
from workflows.unary import BadCell

ANSWER, WISH, GROUP = "routing.program", "referral.program_wish", "referral.target_group"


class CannotTell(Exception):
    """No table answers this from wish and target group alone; the message names the table."""


def groups() -> tuple[str, ...]:
    """The codes of the target groups."""
    return tuple(str(group) for group in FACTS[GROUP] or ())


def routing_tables(diagram_id: int) -> list[Table]:
    """The tables of a version that say which programme a registration is for."""
    found = (table for _file, table in tables(files_of(diagram_id)))
    return [t for t in found if any(name == ANSWER for _label, name, _type in t.outputs)]


def sent_to(table: Table, wish: str) -> Iterator[tuple[str, str]]:
    """(target group, code of the programme or nothing) for a registration with this wish.

    Raises:
        CannotTell: the table reads something else, or contradicts itself.
    """
    for group in groups():
        given: dict[str, Any] = {WISH: wish, GROUP: group}

        def look_up(name: str, given: dict[str, Any] = given) -> Any:
            if name not in given:
                raise UnknownName(name)
            return given[name]

        try:
            answer = table.decide(look_up, Functions())[ANSWER]
        except (UnknownName, BadExpression, BadCell, DecisionFailed) as error:
            raise CannotTell(table.name) from error
        yield group, wish if answer == AS_WISHED and wish != OPEN else str(answer or "")
