"""Expressions in a drawing: what they read, and whether a gateway's ways cover every choice."""

import ast
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from models.deadlines import Unit
from models.reference import DEADLINES
from workflows.diagrams.budget import Left
from workflows.expressions import (
    ISO_TEXT,
    BadExpression,
    Functions,
    dotted_name,
    evaluate,
    from_mapping,
    names_in,
    parse,
)

#: Every name an expression may read, with the values it can have; None where it is free.
Names = Mapping[str, tuple[Any, ...] | None]

MOST_COMBINATIONS = 2_000


def wrong_in(text: str, names: Names) -> Iterator[tuple[str, str]]:
    """(code, sentence) for whatever an expression cannot mean."""
    try:
        read = names_in(text)
    except BadExpression as error:
        yield "BAD_EXPRESSION", f"{text.strip()[:80]!r}: {error}{_advice(text)}"
        return
    for name in sorted(read - names.keys()):
        yield "UNKNOWN_NAME", f"{name} is set by no form, action, table or fact"
    yield from _deadlines(text)
    for name, value in compared(text):
        choices = names.get(name)
        if choices is not None and value not in choices:
            offered = ", ".join(str(choice) for choice in choices)
            yield "UNKNOWN_CHOICE", f"{name} never is {value!r}; it can be {offered}"


def reads_nothing(text: str) -> bool:
    """Whether an expression has the same value in every case."""
    try:
        return not names_in(text)
    except BadExpression:
        return False  # said elsewhere


def _advice(text: str) -> str:
    clean = text.strip()
    if clean.startswith(("${", "#{")):
        return "; write it without ${ }"
    if clean.startswith("="):
        return "; write it without the = in front"
    if "&&" in clean or "||" in clean:
        return "; write and, or"
    return ""


def _deadlines(text: str) -> Iterator[tuple[str, str]]:
    """Codes of deadlines that the table does not have, or that cannot repeat."""
    if ISO_TEXT.fullmatch(text.strip()):
        return
    for node in ast.walk(parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place = {
            "working_days": 0,
            "every": 0,
            "then_every": 0,
            "deadline_after": 1,
            "deadline_before": 1,
        }
        at = place.get(node.func.id)
        if at is None:
            continue
        code = node.args[at] if len(node.args) > at else None
        if not isinstance(code, ast.Constant) or code.value not in DEADLINES:
            yield "UNKNOWN_DEADLINE", f'{node.func.id} wants a deadline of the table, such as "T3"'
        elif node.func.id == "every" and DEADLINES[code.value][1] is Unit.WORKING_DAYS:
            yield "BAD_TIME", f"{code.value} counts working days and cannot repeat by itself"


def compared(text: str) -> Iterator[tuple[str, Any]]:
    """The (name, literal) pairs that an expression compares."""
    if ISO_TEXT.fullmatch(text.strip()):
        return
    for node in ast.walk(parse(text)):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name | ast.Attribute):
            for right in node.comparators:
                items = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
                for item in items:
                    if isinstance(item, ast.Constant):
                        yield dotted_name(node.left), item.value


def uncovered(conditions: list[str], names: Names, tries: Left) -> str:
    """Values for which no condition holds, in words; empty if all offered choices are covered.

    Where a name has no list of values, or there are too many combinations, nothing can be promised,
    and this says so.
    """
    try:
        read = sorted(set().union(*(names_in(text) for text in conditions)))
    except BadExpression:
        return ""  # said elsewhere
    ranges = [names.get(name) for name in read]
    if any(values is None for values in ranges):
        free = next(name for name, values in zip(read, ranges, strict=True) if values is None)
        return f"every value of {free}"
    total = 1
    for values in ranges:
        total *= max(1, len(values or ()))
    if total > MOST_COMBINATIONS or not tries.take(total * len(conditions)):
        return "all combinations, which are too many to try"
    for combination in itertools.product(*(values or () for values in ranges)):
        given = dict(zip(read, combination, strict=True))
        if not any(_holds(text, given) for text in conditions):
            return ", ".join(f"{name} = {value!r}" for name, value in given.items())
    return ""


def _holds(text: str, given: Mapping[str, Any]) -> bool:
    try:
        return bool(evaluate(text, from_mapping(given), Functions()))
    except Exception:  # whatever the comparison raises, the way is not open
        return False
