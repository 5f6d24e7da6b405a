"""Where each answer is used: what would break if a question or a choice of a form went away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.actions import ACTIONS
from workflows.decisions import tables_in
from workflows.diagrams.conditions import compared
from workflows.diagrams.files import Bundle, Root, is_table, roots_of
from workflows.diagrams.named import local, properties
from workflows.expressions import BadExpression, names_in
from workflows.facts import FACTS
from workflows.unary import BadCell, parse_cell

Forms = Mapping[str, Mapping[str, Any]]
_TIMES = ("timeDate", "timeDuration", "timeCycle")


@dataclass(frozen=True)
class Use:
    """A place that reads an answer.

    Attributes:
        name: the dotted name that is read.
        what: `condition`, `timer`, `cell`, `deadline` or `parameter`.
        values: the choices that the place names.
    """

    name: str
    what: str
    file: str
    element: str
    told: str
    values: tuple[Any, ...] = ()


def uses(bundle: Bundle, forms: Forms) -> dict[str, list[Use]]:
    """Every name that can be read, with the places that read it; names that nobody reads too."""
    known = [*FACTS, *(f"{key}.{route}" for key, routes in forms.items() for route in routes)]
    known += [route for filed in ACTIONS.values() for route in filed.routes]
    found: dict[str, list[Use]] = {name: [] for name in known}
    for file, root in roots_of(bundle)[0].items():
        for use in _in_tables(file, root) if is_table(root) else _in_drawing(file, root):
            found.setdefault(use.name, []).append(use)
    return found


def _in_drawing(file: str, root: Root) -> Iterator[Use]:
    for element in root.iter():
        kind = local(element)
        if kind == "conditionExpression":
            yield from _read(element.text, "condition", file, element.getparent(), root)
        elif kind in _TIMES:
            event = element.getparent().getparent()
            yield from _read(element.text, "timer", file, event, root)
        elif kind == "parameter":
            step = next((a for a in element.iterancestors() if local(a).endswith("Task")), None)
            if step is not None:
                yield from _read(element.get("value"), "parameter", file, step, root)
        elif kind == "userTask":
            given = properties(element)
            for key in ("due_from", "due_on"):
                if key in given:
                    yield Use(given[key], "deadline", file, element.get("id", ""), _told(element))


def _read(text: str | None, what: str, file: str, element: Root, root: Root) -> Iterator[Use]:
    try:
        names, values = names_in(text or ""), list(compared(text or ""))
    except BadExpression:
        return  # the check says so
    told = _told(element) or _between(element, root)
    for name in sorted(names):
        named = tuple(value for key, value in values if key == name)
        yield Use(name, what, file, element.get("id") or "", told, named)


def _in_tables(file: str, root: Root) -> Iterator[Use]:
    for _key, table in tables_in(root):
        for place, (label, text, _kind) in enumerate(table.inputs):
            try:
                names = names_in(text)
                cells = [parse_cell(rule.cells[place]).values() for rule in table.rules]
                values = tuple(dict.fromkeys(value for cell in cells for value in cell))
            except (BadExpression, BadCell, IndexError):
                continue
            for name in sorted(names):
                yield Use(name, "cell", file, table.id, f"{table.name}: {label or text}", values)


def _told(element: Root) -> str:
    return " ".join((element.get("name") or "").split())


def _between(flow: Root, root: Root) -> str:
    ends = [root.find(f".//*[@id='{flow.get(k)}']") for k in ("sourceRef", "targetRef")]
    return " → ".join(_told(e) or e.get("id") for e in ends if e is not None)
