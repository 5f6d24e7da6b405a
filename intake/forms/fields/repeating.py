"""Groups of questions that repeat."""

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import FieldList, Form, FormField

from intake.whole import whole
from models.readers import Readers


class Many(FieldList):
    """A group of questions that repeats, such as the members of a household."""

    kind = "many"

    def __init__(
        self,
        label: Any,
        group: type[Form],
        *,
        hint: Any = "",
        one: Any = "",
        most: int = 12,
        least: int = 0,
        only_if: tuple[str, Sequence[Any]] | None = None,
        readers: Readers | None = None,
        **options: Any,
    ) -> None:
        options.setdefault("min_entries", least)
        super().__init__(FormField(group), label, description=hint, max_entries=most, **options)
        self.one, self.only_if, self.readers = one, only_if, readers
        self.optional = self.voluntary = least == 0
        self.least = least

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """The numbers of the entries that were sent; WTForms stumbles over ² and takes any length."""
        for name in formdata:
            if name.startswith(f"{prefix}-"):
                number = whole(name.removeprefix(f"{prefix}-").partition("-")[0], most=9999)
                if number is not None:
                    yield number

    @property
    def empty(self) -> bool:
        """True if there is no entry."""
        return not self.entries

    def raw(self) -> list[tuple[str, str]]:
        """What every question of every entry would send."""
        return [pair for entry in self.entries for field in entry.form for pair in field.raw()]
