"""What crosses from a page to the desk: plain JSON answers, and which of them route the case."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FilledForm:
    """The valid answers to one form.

    Attributes:
        key: the form's key, as drawings name it.
        version: a fingerprint of the form's definition.
        answers: all answers, plain JSON; they stay in SQL.
        routes: the few that a drawing may read, flat: {"triage.decision": "admit"}.
        private: names of answers that the provider does not read, and is not told of.
    """

    key: str
    version: str
    answers: dict[str, Any]
    routes: dict[str, Any] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
