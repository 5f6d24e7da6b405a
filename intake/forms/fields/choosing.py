"""One of a few, any of several, ranked, by weekday and time of day."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import StopValidation

from intake.forms.fields.question import Question

Choices = Sequence[tuple[Any, Any]]


class Offering(Question):
    """A question that offers its answers, where there are many under headings."""

    def __init__(self, label: Any, choices: Choices = (), **options: Any) -> None:
        super().__init__(label, **options)
        self.choices = list(choices)
        self.groups: list[tuple[Any, list[tuple[str, Any]]]] = []

    def offer_groups(self, groups: list[tuple[Any, list[tuple[str, Any]]]]) -> None:
        """Choices under headings."""
        self.groups = groups
        self.choices = [choice for _heading, choices in groups for choice in choices]


class Choice(Offering):
    """One of a few; radio buttons, or a list where there are many."""

    level = False

    @property
    def kind(self) -> str:  # type: ignore[override]
        """`radio` up to seven choices, `select` beyond, and where they have headings."""
        return "radio" if len(self.choices) <= 7 and not self.groups else "select"

    def pre_validate(self, form: Any) -> None:
        """Only what is offered; choices may come from the case, so this is checked last."""
        super().pre_validate(form)
        if not self.empty and self.data not in {str(code) for code, _label in self.choices}:
            raise StopValidation(gettext("Wählen Sie eine der Möglichkeiten."))

    def shown(self) -> str:
        """The label of the chosen code."""
        return str(next((w for c, w in self.choices if str(c) == str(self.data)), self.data))

    def _value(self) -> str:
        return self.typed[0] if self.typed else str(self.data or "")


class Scale(Choice):
    """One of a few degrees, side by side, the best first."""

    level = True


class YesNo(Choice):
    """Yes or no, kept as words so that a later third answer breaks nothing."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, (("yes", _("Ja")), ("no", _("Nein"))), **options)


class ManyChoices(Offering):
    """Any of several."""

    kind = "checkboxes"

    def __init__(
        self, label: Any, choices: Choices = (), *, needed: Sequence[str] = (), **options: Any
    ) -> None:
        super().__init__(label, choices, **options)
        self.needed = tuple(needed)

    def process_formdata(self, valuelist: list[str]) -> None:
        """The chosen codes in the order they are offered."""
        self.typed = list(dict.fromkeys(value for value in valuelist if value))
        places = {str(code): place for place, (code, _label) in enumerate(self.choices)}
        self.data = sorted(self.typed, key=lambda code: places.get(code, len(places)))

    def pre_validate(self, form: Any) -> None:
        """Only what is offered, what must be ticked, and that something is."""
        super().pre_validate(form)
        offered = {str(code) for code, _label in self.choices}
        if any(code not in offered for code in self.data or []):
            raise StopValidation(gettext("Wählen Sie aus den Möglichkeiten."))
        labels = {str(code): str(label) for code, label in self.choices}
        for code in self.needed:
            if code not in (self.data or []):
                raise StopValidation(gettext("Ohne «%(label)s» geht es nicht.", label=labels[code]))

    def shown(self) -> str:
        """The labels of the chosen codes."""
        labels = {str(code): label for code, label in self.choices}
        return ", ".join(str(labels.get(code, code)) for code in self.data or [])

    def raw(self) -> list[tuple[str, str]]:
        """One value a choice."""
        return [(self.name, code) for code in self.data or []]


class Tick(Question):
    """A single statement that is true when ticked."""

    kind = "tick"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Ticked or not."""
        self.data = bool(valuelist and valuelist[0] in ("y", "true", "on", "1"))

    @property
    def empty(self) -> bool:
        """True if it is not ticked."""
        return not self.data

    def shown(self) -> str:
        """Yes or no."""
        return gettext("Ja") if self.data else gettext("Nein")

    def raw(self) -> list[tuple[str, str]]:
        """Sent only when ticked."""
        return [(self.name, "y")] if self.data else []


class Ranked(ManyChoices):
    """Up to three of several, in their order of weight."""

    kind = "ranked"

    def __init__(self, label: Any, choices: Choices = (), most: int = 3, **options: Any) -> None:
        super().__init__(label, choices, **options)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        """The chosen codes in the order given, each once."""
        chosen = self.typed = list(dict.fromkeys(value for value in valuelist if value))
        self.data = chosen[: self.most]

    def at(self, place: int) -> str:
        """The code on a place, counted from 0."""
        chosen = self.data or []
        return chosen[place] if place < len(chosen) else ""


WEEK = (
    ("mo", _("Montag")),
    ("tu", _("Dienstag")),
    ("we", _("Mittwoch")),
    ("th", _("Donnerstag")),
    ("fr", _("Freitag")),
    ("sa", _("Samstag")),
    ("su", _("Sonntag")),
)
SLOTS = (("am", _("Vormittag")), ("pm", _("Nachmittag")), ("ev", _("Abend")))


class Availability(ManyChoices):
    """Weekdays by time of day; the answer is a list such as ["we_pm", "sa_am"]."""

    kind = "availability"
    week, slots = WEEK, SLOTS

    def __init__(self, label: Any, **options: Any) -> None:
        cells = [(f"{d}_{s}", _join(day, slot)) for d, day in WEEK for s, slot in SLOTS]
        super().__init__(label, cells, **options)


def _join(day: Any, slot: Any) -> Any:
    return _("%(day)s %(slot)s", day=day, slot=slot)
