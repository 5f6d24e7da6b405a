"""A form without a case: what depends on one is invented, nothing of the office's data is read."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext
from wtforms import Field

from intake.demo.answers import STEPS
from intake.forms.base import REGISTRY, StepForm
from intake.forms.fields import Day, Many
from models.base import today

INVENTED = ("1", "2")


def sample(key: str, variant: str = "", **options: Any) -> StepForm:
    """The form of a step as people see it, with invented mentors, programmes and people to choose."""
    form = REGISTRY[key](**options)
    for field in form._fields.values():
        _invent(field)
    form.start(variant)
    return form


def answered(key: str, variant: str = "") -> StepForm:
    """The same with invented answers to everything but what decides the way."""
    routes = REGISTRY[key].routes
    told = {**STEPS.get(key, {}), **_from_the_tandem().get(key, {})}
    known = {name: value for name, value in told.items() if name not in routes}
    form = sample(key, variant, data=known)
    for name, field in form._fields.items():
        if isinstance(field, Day) and not field.optional and name not in routes:
            form.suggest(field, today().isoformat())
        elif getattr(field, "choices", None) == _people() and not field.optional:
            form.suggest(field, INVENTED[0])
    return form


def _from_the_tandem() -> dict[str, dict[str, Any]]:
    """What forms would take from a tandem that there is not."""
    start = today()
    return {
        "tandem_agreement": {
            "planned_end_date": (start + timedelta(days=364)).isoformat(),
            "trial_until": (start + timedelta(weeks=8)).isoformat(),
        },
        "extension": {
            "new_goals": gettext("Selbständig Briefe beantworten"),
            "new_end": (start + timedelta(days=180)).isoformat(),
        },
        "final_report": {
            "end_type": "planned",
            "duration_weeks": 52,
            "meetings_total": 36,
            "hours_total": 72.0,
        },
    }


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
