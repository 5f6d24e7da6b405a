"""The closed language of conditions, timers and table cells.

Nothing a process owner writes is ever evaluated as Python. Python's parser gives the tree; every
node must be on a short list; there are no loops, no comprehensions, no calls but the few functions
below, and texts and numbers are bounded, so an expression can neither hang nor eat memory.
A dotted name such as `triage.decision` is one key.
"""

import ast
import functools
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from models.base import today
from models.deadlines import Deadlines, end_of, start_of

LONGEST = 1000
MOST_NODES = 150
DEEPEST = 25
BIGGEST_NUMBER = 10**12

_PERIOD = (
    r"P(?=\d|T\d)(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,4}W)?(?:\d{1,5}D)?"
    r"(?:T(?=\d)(?:\d{1,5}H)?(?:\d{1,5}M)?(?:\d{1,6}(?:[.,]\d{1,3})?S)?)?"
)
#: Durations, repetitions, dates and moments as modellers type them, without quotes; bounded, because
#: the library counts its way through long ones.
ISO_TEXT = re.compile(
    rf"{_PERIOD}|R\d{{0,4}}/{_PERIOD}|"
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?"
)

Lookup = Callable[[str], Any]


class BadExpression(SyntaxError):
    """The text is not an expression of this language. SpiffWorkflow asks for a SyntaxError."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.lineno = 0


class UnknownName(LookupError):
    """A name that nothing before this place has set."""


_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
}
_COUNT: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Compare,
    ast.Name,
    ast.Attribute,
    ast.Load,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Call,
    *_COMPARE,
    *_COUNT,
)


def _day(value: object) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    if isinstance(value, date):
        return value
    raise TypeError("a date is expected here, as 2026-03-02")


class Functions:
    """What an expression may call; deadlines are those of the case's programme."""

    def __init__(self, deadlines: Deadlines | None = None, day: Callable[[], date] = today) -> None:
        self._deadlines, self._today = deadlines, day

    def _table(self) -> Deadlines:
        if self._deadlines is None:
            raise ValueError("no table of deadlines here")
        return self._deadlines

    def working_days(self, code: str) -> str:
        """`working_days("T3")`: when deadline T3, begun today, has passed."""
        return end_of(self._table().after(code, self._today())).isoformat()

    def deadline_after(self, start: object, code: str) -> str:
        """`deadline_after(tandem.start, "T9")`: when the deadline, begun at a date, has passed."""
        return end_of(self._table().after(code, _day(start))).isoformat()

    def deadline_before(self, end: object, code: str) -> str:
        """`deadline_before(tandem.end, "T11")`: the morning that lies T11 before a date."""
        return start_of(self._table().before(code, _day(end))).isoformat()

    def months_after(self, start: object, months: object) -> str:
        """`months_after(tandem.start, 3)`: the morning three months after a date."""
        if not isinstance(months, int) or not 0 <= months <= 600:
            raise TypeError("months are a whole number from 0 to 600")
        return start_of(_day(start) + relativedelta(months=months)).isoformat()

    def every(self, code: str) -> str:
        """`every("T8")`: again and again, a deadline apart; for repeating timers."""
        amount, unit = self._table().period(code)
        return f"R/P{amount}{unit}"

    def then_every(self, code: str, days: object) -> str:
        """`then_every("T3", 7)`: when deadline T3, begun today, has passed, then every 7 days."""
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 3660:
            raise TypeError("days are a whole number from 1 to 3660")
        return f"R/{self.working_days(code)}/P{days}D"

    def morning_of(self, day: object) -> str:
        """`morning_of(check_in.due)`: 06:00 on a date."""
        return start_of(_day(day)).isoformat()

    def end_of_day(self, day: object) -> str:
        """`end_of_day(tandem.end)`: when a date is over."""
        return end_of(_day(day)).isoformat()


#: Name to what it calls; a name of an expression chooses nothing else.
_CALLS: dict[str, Callable[..., str]] = {
    "working_days": Functions.working_days,
    "deadline_after": Functions.deadline_after,
    "deadline_before": Functions.deadline_before,
    "months_after": Functions.months_after,
    "every": Functions.every,
    "then_every": Functions.then_every,
    "morning_of": Functions.morning_of,
    "end_of_day": Functions.end_of_day,
}
FUNCTIONS = tuple(_CALLS)


@functools.lru_cache(4096)
def parse(text: str) -> ast.Expression:
    """The tree of an expression.

    Raises:
        BadExpression: with a sentence on what is not understood.
    """
    if len(text) > LONGEST:
        raise BadExpression(f"longer than {LONGEST} characters")
    if max(_nesting(text), default=0) > DEEPEST:
        raise BadExpression("nested too deeply")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        raise BadExpression("this is not an expression") from None
    todo: list[tuple[ast.AST, int]] = [(tree, 0)]
    seen = 0
    while todo:
        node, depth = todo.pop()
        seen += 1
        if seen > MOST_NODES or depth > DEEPEST:
            raise BadExpression("too long")
        _admit(node)
        todo.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return tree


def _nesting(text: str) -> list[int]:
    depth, runs, depths = 0, 0, []
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        runs = runs + 1 if sign in "-+~" else runs if sign.isspace() else 0
        depths.append(max(depth, runs))
    return depths


def _admit(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED):
        raise BadExpression(f"{type(node).__name__} is not part of the language")
    if isinstance(node, ast.Constant):
        value = node.value
        if value is not None and type(value) not in (bool, int, float, str):
            raise BadExpression(f"a {type(value).__name__} is not part of the language")
        if isinstance(value, int | float) and not abs(value) <= BIGGEST_NUMBER:
            raise BadExpression("the number is too big")
    if isinstance(node, ast.Attribute):
        dotted_name(node)
    if isinstance(node, ast.Name) and node.id.startswith("_"):
        raise BadExpression(f"{node.id} is not a name of the language")
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        if not known or node.keywords:
            raise BadExpression("only these functions can be called: " + ", ".join(FUNCTIONS))


def dotted_name(node: ast.expr) -> str:
    """`a.b` as one key. Raises BadExpression for anything but names joined by dots."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise BadExpression("only names can be joined by a dot")
    parts.append(node.id)
    if any(part.startswith("_") for part in parts):
        raise BadExpression("a name cannot begin with an underscore")
    return ".".join(reversed(parts))


def evaluate(text: str, look_up: Lookup, functions: Functions) -> Any:
    """The value of an expression.

    Raises:
        BadExpression: the text is not of the language.
        UnknownName: a name is not set.
        TypeError, ValueError, KeyError: values do not fit, a deadline is unknown.
    """
    if ISO_TEXT.fullmatch(text.strip()):
        return text.strip()
    return _value(parse(text).body, look_up, functions)


def _value(node: ast.expr, look_up: Lookup, functions: Functions) -> Any:
    def of(child: ast.expr) -> Any:
        return _value(child, look_up, functions)

    match node:
        case ast.Constant():
            return node.value
        case ast.Name() | ast.Attribute():
            return look_up(dotted_name(node))
        case ast.List() | ast.Tuple():
            return [of(item) for item in node.elts]
        case ast.BoolOp(op=ast.And()):
            return all(of(part) for part in node.values)
        case ast.BoolOp():
            return any(of(part) for part in node.values)
        case ast.UnaryOp(op=ast.Not()):
            return not of(node.operand)
        case ast.UnaryOp():
            return -_number(of(node.operand))
        case ast.BinOp():
            return _bounded(_COUNT[type(node.op)](_number(of(node.left)), _number(of(node.right))))
        case ast.Compare():
            return _compare(node, of)
        case ast.Call(func=ast.Name(id=name)):
            return _CALLS[name](functions, *[of(argument) for argument in node.args])
    raise BadExpression(f"{type(node).__name__} is not part of the language")


def _compare(node: ast.Compare, of: Callable[[ast.expr], Any]) -> bool:
    left = of(node.left)
    for sign, right_node in zip(node.ops, node.comparators, strict=True):
        right = of(right_node)
        if not _COMPARE[type(sign)](left, right):
            return False
        left = right
    return True


def _number(value: object) -> int | float:
    if type(value) not in (int, float):
        raise TypeError(f"a number is expected, not {value!r}")
    return value  # type: ignore[return-value]


def _bounded(value: int | float) -> int | float:
    if not abs(value) <= BIGGEST_NUMBER:
        raise ValueError("the number is too big")
    return value


def names_in(text: str) -> set[str]:
    """Every dotted name that an expression reads. Raises BadExpression."""
    if ISO_TEXT.fullmatch(text.strip()):
        return set()
    names: set[str] = set()
    todo: list[ast.AST] = [parse(text)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            names.add(dotted_name(node))
        elif isinstance(node, ast.Call):
            todo.extend(node.args)
        else:
            todo.extend(ast.iter_child_nodes(node))
    return names


def from_mapping(values: Mapping[str, Any]) -> Lookup:
    """A look-up in a plain mapping, with a clear error for what is missing."""

    def look_up(name: str) -> Any:
        if name not in values:
            raise UnknownName(f"{name} is not set here")
        return values[name]

    return look_up


def moment(value: object) -> datetime:
    """A timer's value as a moment. Raises ValueError if it is none."""
    if not isinstance(value, str):
        raise ValueError("a timer needs a date or a moment")
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else end_of(found.date())
