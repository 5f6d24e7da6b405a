"""What a drawing may name of the forms above: their routes, and the lanes they fit into."""

from collections.abc import Mapping
from typing import Any

Routes = Mapping[str, tuple[Any, ...] | None]


class Vocabulary(dict[str, Routes]):
    """Every form with its routes and the answers that each offers.

    Attributes:
        lanes: by form the codes of the roles that may be asked it; of one that is not in it, all.
    """

    lanes: Mapping[str, frozenset[str]]

    def __init__(self, routes: Mapping[str, Routes], lanes: Mapping[str, frozenset[str]]) -> None:
        super().__init__(routes)
        self.lanes = lanes
