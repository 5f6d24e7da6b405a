"""A decision table on the test bench: its inputs with their values, and what it answers."""

from typing import Any

from flask_babel import gettext

from intake import known_words
from workflows.decisions import BadCell, DecisionFailed, Table
from workflows.diagrams.tables import samples
from workflows.expressions import BadExpression
from workflows.unary import parse_result


def inputs(table: Table, known: Any) -> list[dict[str, Any]]:
    """Each input with its label and, where they can be listed, its values."""
    found = []
    for place, (label, text, _kind) in enumerate(table.inputs):
        values = known.get(text.strip())
        choices = [
            {"code": typed(value), "words": known_words.choice(text.strip(), value)}
            for value in (values if values is not None else _between(table, place, known))
        ]
        found.append({"words": label or text, "choices": choices})
    return found


def _between(table: Table, place: int, known: Any) -> list[Any]:
    """Values that between them meet every case; none where a cell cannot be read."""
    try:
        return samples(table, place, known)
    except (BadCell, BadExpression):
        return []


def typed(value: Any) -> str:
    """A value as it is written in a cell."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def decided(table: Table, written: list[str]) -> dict[str, Any]:
    """The numbers of the rules that fire, the answers, or a sentence on why there are none."""
    given, fired = [_value(text) for text in written], []
    try:
        fired = [rule for rule in table.rules if rule.fires(given)]
        fired = fired[:1] if table.policy == "FIRST" else fired
        answers = table.answer(fired)
    except BadCell as error:
        return _told(fired, {}, table, gettext("Eine Zelle ist nicht lesbar: %(why)s", why=error))
    except DecisionFailed as error:
        sentence = gettext("Die Tabelle gibt keine klare Antwort: %(why)s", why=str(error))
        return _told(fired, {}, table, sentence)
    except ValueError:
        return _told([], {}, table, gettext("Eine Regel hat nicht so viele Zellen wie Spalten."))
    return _told(fired, answers, table, "")


def _value(text: str) -> Any:
    try:
        return parse_result(text)
    except BadCell:
        return text


def _told(fired: list[Any], answers: Any, table: Table, sentence: str) -> dict[str, Any]:
    labels = {name: label or name for label, name, _kind in table.outputs}
    return {
        "fired": [rule.number for rule in fired],
        "answers": [
            {"words": labels[name], "value": known_words.choice(name, value)}
            for name, value in answers.items()
            if value is not None
        ],
        "sentence": sentence,
    }
