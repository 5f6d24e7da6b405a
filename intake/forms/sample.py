"""A form without a case: what depends on one is invented, nothing of the office's data is read."""

from typing import Any

from flask_babel import gettext
from wtforms import Field

from intake.forms.base import REGISTRY, StepForm
from intake.forms.fields import Many

INVENTED = ("1", "2")


def sample(key: str, variant: str = "", **options: Any) -> StepForm:
    """The form of a step as people see it, with invented mentors, programmes and people to choose."""
    form = REGISTRY[key](**options)
    for field in form._fields.values():
        _invent(field)
    form.start(variant)
    return form


def _invent(field: Field) -> None:
    if isinstance(field, Many):
        for entry in field.entries:
            for inner in entry.form:
                _invent(inner)
    elif field.kind == "suggestions":
        field.kind = "radio"  # nobody is proposed here
        field.choices = _people()
    elif hasattr(field, "choices") and not field.choices:
        field.choices = _people()


def _people() -> list[tuple[str, str]]:
    return [(number, gettext("Beispiel %(n)s", n=number)) for number in INVENTED]
