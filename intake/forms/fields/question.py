"""What every question is: a label, a hint, an answer as plain JSON, or a sentence on what to do."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from wtforms import Field
from wtforms.validators import StopValidation

from intake.forms.numbers import refuse_numbers
from models.readers import Readers


class Question(Field):
    """A question with a hint; required unless marked optional, asked only if a condition holds.

    Args:
        hint: a sentence under the label.
        optional: may stay empty; shown to the reader.
        by_rule: may stay empty unless a rule of the form asks for it; the hint says when.
        only_if: (name of another question, the answers that make this one asked).
        missing: what to say when it was left empty.
        readers: who may read the answer; of a form that names none for all, every question must.
    """

    kind = "text"
    #: Whether a number of a register may stand here; elsewhere it is refused.
    takes_numbers = False
    data: Any

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        optional: bool = False,
        by_rule: bool = False,
        only_if: tuple[str, Sequence[Any]] | None = None,
        missing: Any = "",
        readers: Readers | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, description=hint, **options)
        self.optional, self.voluntary = optional or by_rule, optional
        self.only_if = only_if
        self.missing, self.readers = missing, readers
        self.typed: list[str] = []

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed; an answer that cannot be read raises ValueError with a sentence."""
        self.typed = [value.strip() for value in valuelist]
        text = self.typed[0] if self.typed else ""
        if not self.takes_numbers:
            refuse_numbers(text)
        self.data = self.read(text) if text else None

    def read(self, text: str) -> Any:
        """The answer that a text stands for."""
        return text

    def _value(self) -> str:
        if self.typed:
            return self.typed[0]
        return self.shown() if self.data not in (None, "") else ""

    def shown(self) -> str:
        """The answer as people read it."""
        return str(self.data)

    @property
    def empty(self) -> bool:
        """True if there is no answer."""
        return self.data in (None, "", [])

    def raw(self) -> list[tuple[str, str]]:
        """What a browser would send for this answer."""
        return [] if self.empty else [(self.name, self._value())]

    def pre_validate(self, form: Any) -> None:
        """Stop at what is missing."""
        if self.process_errors:
            raise StopValidation()
        if self.empty and not self.optional:
            label = str(self.label.text)
            raise StopValidation(
                str(self.missing) or gettext("Beantworten Sie «%(label)s».", label=label)
            )
