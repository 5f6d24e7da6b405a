"""What a check finds: codes with their severity, and a finding with its place."""

from dataclasses import asdict, dataclass
from typing import Any

#: Codes that say something without forbidding to publish.
HINTS = frozenset({"GAP", "LARGE", "NOT_EXECUTABLE", "RUNS_TWICE", "UNUSED"})

#: Files that could not be read at all: nothing else is said about them.
UNREADABLE = frozenset(
    {
        "EMPTY",
        "TOO_LARGE",
        "TOO_LARGE_ZIP",
        "TOO_LARGE_BUNDLE",
        "TOO_LARGE_ATTRIBUTE",
        "TOO_MANY_FILES",
        "TOO_MANY_ELEMENTS",
        "TOO_DEEP",
        "WRONG_ENCODING",
        "DOCTYPE",
        "NOT_XML",
        "NOT_BPMN",
        "BAD_ZIP",
        "NO_FILES",
    }
)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where, and what to do.

    Attributes:
        element: id of the element, or empty where the file as a whole is meant.
        name: what people call the element.
        line: in the file, counted from 1; 0 where there is none.
    """

    code: str
    file: str
    element: str
    name: str
    line: int
    sentence: str

    @property
    def severity(self) -> str:
        """`error` forbids to publish, `warning` does not."""
        return "warning" if self.code in HINTS else "error"

    @property
    def forbids(self) -> bool:
        """Whether this keeps a bundle from being published."""
        return self.severity == "error"

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "severity": self.severity}

    def __str__(self) -> str:
        what = f"{self.element} «{self.name}»: " if self.name else f"{self.element}: "
        return (
            f"{self.file}:{self.line}: {self.severity}: {self.code}: "
            f"{what if self.element else ''}{self.sentence}"
        )
