"""Decision tables: which rules fire, and what the table answers, by DMN's hit policies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from workflows.expressions import Functions, Lookup, evaluate
from workflows.unary import BadCell, Tests, Value, parse_cell, parse_result

POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT")
AGGREGATIONS: dict[str, Callable[[list[Any]], Value]] = {
    "SUM": sum,
    "MIN": min,
    "MAX": max,
    "COUNT": len,
}

Element = Any


class DecisionFailed(ValueError):
    """The table gives no clear answer for these values."""


@dataclass(frozen=True)
class Rule:
    """One row: its cells as written, what it answers, a remark."""

    number: int
    cells: tuple[str, ...]
    results: tuple[str, ...]
    note: str
    line: int

    def fires(self, given: list[Any]) -> bool:
        """Whether every cell holds. Raises BadCell."""
        return all(
            parse_cell(cell).holds(value) for cell, value in zip(self.cells, given, strict=True)
        )


@dataclass(frozen=True)
class Table:
    """A decision table as it stands in a file.

    Attributes:
        inputs: (label, expression, type) of each column that is read.
        outputs: (label, name of the routing answer, type) of each column that is answered.
    """

    id: str
    name: str
    policy: str
    aggregation: str
    inputs: tuple[tuple[str, str, str], ...]
    outputs: tuple[tuple[str, str, str], ...]
    rules: tuple[Rule, ...]
    line: int

    def decide(self, look_up: Lookup, functions: Functions) -> dict[str, Value]:
        """The answers under their names; null where no rule fires.

        Raises:
            DecisionFailed: several rules fire where only one may, or they contradict each other.
            BadCell, BadExpression, UnknownName: a cell or an input cannot be read.
        """
        given = [evaluate(text, look_up, functions) for _label, text, _type in self.inputs]
        return self.answer([rule for rule in self.rules if rule.fires(given)])

    def answer(self, fired: list[Rule]) -> dict[str, Value]:
        """What the fired rules say together, by the hit policy. Raises as `decide` does."""
        names = [name for _label, name, _type in self.outputs]
        rows = [[parse_result(text) for text in rule.results] for rule in fired]
        if self.policy == "COLLECT":
            return {
                name: self._collected([row[place] for row in rows])
                for place, name in enumerate(names)
            }
        if not rows:
            return dict.fromkeys(names)
        if self.policy == "UNIQUE" and len(rows) > 1:
            raise DecisionFailed(f"{self.name}: rules {_numbers(fired)} fire together")
        if self.policy == "ANY" and any(row != rows[0] for row in rows):
            raise DecisionFailed(f"{self.name}: rules {_numbers(fired)} contradict each other")
        return dict(zip(names, rows[0], strict=True))

    def _collected(self, values: list[Value]) -> Value:
        if self.aggregation == "COUNT":
            return len(values)
        if not values:
            return None
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
            raise DecisionFailed(f"{self.name}: only numbers can be collected")
        return AGGREGATIONS[self.aggregation](values)


def _numbers(rules: list[Rule]) -> str:
    return ", ".join(str(rule.number) for rule in rules)


def tables_in(root: Element) -> Iterator[tuple[str, Table]]:
    """(id of the decision, its table) of every decision in a DMN file that has one."""
    for decision in root:
        if _local(decision) != "decision":
            continue
        for part in decision:
            if _local(part) == "decisionTable":
                yield decision.get("id", ""), _table(decision, part)


def _table(decision: Element, element: Element) -> Table:
    columns = [e for e in element if _local(e) == "input"]
    answers = [e for e in element if _local(e) == "output"]
    rules = [e for e in element if _local(e) == "rule"]
    return Table(
        id=decision.get("id", ""),
        name=decision.get("name") or decision.get("id", ""),
        policy=element.get("hitPolicy", "UNIQUE").upper(),
        aggregation=element.get("aggregation", ""),
        inputs=tuple(_input(column) for column in columns),
        outputs=tuple(
            (e.get("label") or e.get("name") or "", e.get("name") or "", e.get("typeRef", ""))
            for e in answers
        ),
        rules=tuple(_rule(number, rule) for number, rule in enumerate(rules, 1)),
        line=element.sourceline or 0,
    )


def _input(element: Element) -> tuple[str, str, str]:
    for part in element:
        if _local(part) == "inputExpression":
            return element.get("label") or "", _text(part), part.get("typeRef", "")
    return element.get("label") or "", "", ""


def _rule(number: int, element: Element) -> Rule:
    return Rule(
        number,
        tuple(_text(e) for e in element if _local(e) == "inputEntry"),
        tuple(_text(e) for e in element if _local(e) == "outputEntry"),
        " ".join((e.text or "").strip() for e in element if _local(e) == "description"),
        element.sourceline or 0,
    )


def _text(element: Element) -> str:
    return next(((e.text or "").strip() for e in element if _local(e) == "text"), "")


def _local(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


__all__ = ["BadCell", "DecisionFailed", "Rule", "Table", "Tests", "tables_in"]
