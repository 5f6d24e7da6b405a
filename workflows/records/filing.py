"""How a form's function is filed under its key, and found again."""

from collections.abc import Callable
from datetime import date
from typing import Any

from models.base import today
from models.people import User
from models.referrals import Referral

Answers = dict[str, Any]
Keep = Callable[[Referral, Answers, User], None]

KEEPS: dict[str, Keep] = {}


def keeps(form_key: str) -> Callable[[Keep], Keep]:
    """File the function that keeps the answers of a form."""

    def file(keep: Keep) -> Keep:
        KEEPS[form_key] = keep
        return keep

    return file


def keep(form_key: str, case: Referral, answers: Answers, by: User) -> None:
    """Write the columns of a form's answers; forms that need none have no function."""
    if form_key in KEEPS:
        KEEPS[form_key](case, answers, by)


def day(value: object) -> date | None:
    """A date answer, or None."""
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def the_day(value: object) -> date:
    """A date answer that the form has required; today if it was left out."""
    return day(value) or today()
