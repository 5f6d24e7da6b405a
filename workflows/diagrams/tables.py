"""Decision tables: cells that cannot be read, rules that overlap, values that no rule covers."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from workflows import bounds
from workflows.decisions import AGGREGATIONS, POLICIES, Rule, Table
from workflows.diagrams.budget import Left
from workflows.diagrams.conditions import Names, wrong_in
from workflows.diagrams.findings import Finding
from workflows.expressions import BadExpression, names_in
from workflows.unary import BadCell, parse_cell, parse_result

#: More combinations than this are not tried; the table is then said to be large.
MOST_COMBINATIONS = 20_000

_WANTED = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "date": (date,),
}


def table_findings(file: str, table: Table, names: Names, tries: Left) -> Iterator[Finding]:
    """Everything that is wrong with one table."""

    def say(code: str, sentence: str, line: int = 0) -> Finding:
        return Finding(code, file, table.id, table.name, line or table.line, sentence)

    broken = False
    for code, sentence, line in _readable(table, names):
        broken = True
        yield say(code, sentence, line)
    if not broken:
        for code, sentence in _complete(table, names, tries):
            yield say(code, sentence)


def _readable(table: Table, names: Names) -> Iterator[tuple[str, str, int]]:
    if table.policy not in POLICIES:
        yield "HIT_POLICY", f"{table.policy} is not supported; use {', '.join(POLICIES)}", 0
    if table.policy == "COLLECT" and table.aggregation not in AGGREGATIONS:
        yield (
            "HIT_POLICY",
            f"COLLECT needs one of {', '.join(AGGREGATIONS)}: one value comes out",
            0,
        )
    if not table.inputs or not table.outputs or not table.rules:
        yield "EMPTY_TABLE", "a table has at least one input, one output and one rule", 0
    if len(table.rules) > bounds.RULES:
        yield "TOO_MANY_RULES", f"more than {bounds.RULES} rules", 0
    for label, text, _type in table.inputs:
        if not text:
            yield "NO_INPUT", f"say what the input «{label}» reads", 0
            continue
        for code, sentence in wrong_in(text, names):
            yield code, f"input «{label}»: {sentence}", 0
    for label, name, _type in table.outputs:
        if not name:
            yield "NO_OUTPUT", f"give the output «{label}» a name, as routing.program", 0
    for rule in table.rules:
        yield from ((code, words, rule.line) for code, words in _rule(table, rule))


def _rule(table: Table, rule: Rule) -> Iterator[tuple[str, str]]:
    if len(rule.cells) != len(table.inputs) or len(rule.results) != len(table.outputs):
        yield "MISSING_CELLS", f"rule {rule.number} has another number of cells than columns"
        return
    for text, (label, _expression, kind) in zip(rule.cells, table.inputs, strict=True):
        try:
            values = list(parse_cell(text).values())
        except BadCell as error:
            yield "BAD_CELL", f"rule {rule.number}, «{label}»: {error}"
            continue
        for value in values:
            if not _fits(value, kind):
                yield "WRONG_TYPE", f"rule {rule.number}, «{label}»: {text} is no {kind}"
    for text, (label, _name, _kind) in zip(rule.results, table.outputs, strict=True):
        try:
            value = parse_result(text)
        except BadCell as error:
            yield "BAD_CELL", f"rule {rule.number}, «{label}»: {error}"
            continue
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if table.policy == "COLLECT" and table.aggregation != "COUNT" and not numeric:
            yield "WRONG_TYPE", f"rule {rule.number}, «{label}»: only numbers can be collected"


def _fits(value: Any, kind: str) -> bool:
    wanted = _WANTED.get(kind.lower())
    if wanted is None or value is None:
        return True
    return isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))


def _complete(table: Table, names: Names, tries: Left) -> Iterator[tuple[str, str]]:
    """Every combination of values that matter: which rules fire for it?"""
    columns = [samples(table, place, names) for place in range(len(table.inputs))]
    total = 1
    for values in columns:
        total *= len(values)
    if total > MOST_COMBINATIONS or not tries.take(total * len(table.rules)):
        yield "LARGE", f"{total} combinations are too many to look for overlaps and gaps"
        return
    overlaps: set[tuple[int, ...]] = set()
    gap = ""
    for given in itertools.product(*columns):
        fired = [rule for rule in table.rules if rule.fires(list(given))]
        if not fired:
            gap = gap or _words(table, given)
        elif len(fired) > 1 and _clash(table, fired):
            overlaps.add(tuple(rule.number for rule in fired))
    for numbers in sorted(overlaps)[:5]:
        together = ", ".join(map(str, numbers))
        if table.policy == "UNIQUE":
            yield "OVERLAP", f"rules {together} fire together; make them differ, or use FIRST"
        else:
            yield "OVERLAP", f"rules {together} fire together and answer differently"
    if gap and table.policy != "COLLECT":
        yield "GAP", f"no rule fires for {gap}; the answer is then null"


def _clash(table: Table, fired: list[Rule]) -> bool:
    if table.policy == "UNIQUE":
        return True
    return table.policy == "ANY" and len({rule.results for rule in fired}) > 1


def samples(table: Table, place: int, names: Names) -> list[Any]:
    """Values of a column that between them meet every case: those named, those between, others."""
    _label, text, kind = table.inputs[place]
    known = _choices(text, names)
    if known is not None:
        return list(known)
    named = {v for rule in table.rules for v in parse_cell(rule.cells[place]).values()}
    named.discard(None)
    if kind.lower() == "boolean" or (named and all(isinstance(v, bool) for v in named)):
        return [True, False]
    if named and all(isinstance(v, int | float) for v in named):
        numbers = sorted(float(v) for v in named if isinstance(v, int | float))
        between = [(a + b) / 2 for a, b in itertools.pairwise(numbers)]
        return sorted({numbers[0] - 1, *numbers, *between, numbers[-1] + 1})
    if named and all(isinstance(v, date) for v in named):
        days = sorted(v for v in named if isinstance(v, date))
        return sorted({d + timedelta(n) for d in days for n in (-1, 0, 1)})
    return [*sorted(map(str, named)), "another value"]


def _choices(text: str, names: Names) -> tuple[Any, ...] | None:
    try:
        read = names_in(text)
    except BadExpression:
        return None
    return names.get(text.strip()) if read == {text.strip()} else None


def _words(table: Table, given: tuple[Any, ...]) -> str:
    pairs = zip(table.inputs, given, strict=True)
    return ", ".join(f"{label or text} = {value!r}" for (label, text, _kind), value in pairs)
