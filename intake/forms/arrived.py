"""What arrived from a browser, told apart from what we kept or made: of it nothing may be missing."""

from typing import TypeVar

from werkzeug.datastructures import ImmutableMultiDict

V = TypeVar("V")

#: Hidden beside questions of which a browser sends nothing when nothing is chosen.
MARKER = "asked"


class Arrived(ImmutableMultiDict[str, V]):
    """The fields of a form as they arrived."""

    def has(self, name: str) -> bool:
        """Whether a question was on the page that was sent: it has an answer, or its marker."""
        return name in self or name in self.getlist(MARKER)
