"""Who reads which answer of a case. Every page, paper and line that shows one asks `may_read`."""

from collections.abc import Callable
from typing import Any

from intake.forms import REGISTRY
from intake.forms.base import StepForm
from intake.forms.numbers import masked
from models.journal import Entry
from models.people import User
from models.readers import COORDINATION, OFFICE
from models.referrals import Referral
from models.submissions import Submission
from workflows import desk


def may_read(user: User, case: Referral, form: StepForm, field: str) -> bool:
    """Whether a person reads the answer to a question; false for whatever is not declared.

    Args:
        form: filled with the answers that are shown: some say themselves who reads the others.
    """
    return bool(form.readers_of(field) & desk.readings(user, case))


def filled(form_key: str, answers: dict[str, Any]) -> StepForm:
    """A form with answers that were kept; a tick that is not there shares nothing."""
    form = REGISTRY[form_key]
    shared = {form.shared_if: False} if form.shared_if else {}
    return form(data={**shared, **answers})


def readable(user: User, case: Referral, form_key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """Those of the answers that a person reads."""
    form = filled(form_key, answers)
    return {name: one for name, one in answers.items() if may_read(user, case, form, name)}


def unreadable(
    user: User, case: Referral, form_key: str, answers: dict[str, Any]
) -> dict[str, Any]:
    """Those of the answers that a person does not read, though a form may ask for them."""
    seen = readable(user, case, form_key, answers)
    return {name: one for name, one in answers.items() if name not in seen}


def masking(user: User, case: Referral) -> Callable[[str], str]:
    """What takes AHV and ZEMIS numbers out of texts, for everybody but the office."""
    if OFFICE in desk.readings(user, case):
        return str
    known = [number for number in (case.mentee.zemis_number, case.mentee.ahv_number) if number]
    return lambda text: masked(text, known)


def given_by(user: User, submissions: list[Submission]) -> dict[int, frozenset[str]]:
    """Which answers for the coordination alone a person has written, by the id of each submission.

    Args:
        submissions: of a case, oldest first. An answer that stays the same stays its writer's.
    """
    found: dict[int, frozenset[str]] = {}
    before: dict[tuple[str, str], tuple[Any, int]] = {}
    for one in submissions:
        form = REGISTRY.get(one.form_key)
        if form is None:
            continue
        unbound = form()
        names = [n for n in one.answers if unbound.readers_of(n) == COORDINATION]
        for name in names:
            value, _writer = before.get((one.form_key, name), (None, 0))
            if value != one.answers[name]:
                before[one.form_key, name] = one.answers[name], one.by_id
        found[one.id] = frozenset(n for n in names if before[one.form_key, n][1] == user.id)
    return found


def corrected(user: User, case: Referral, entry: Entry) -> list[str]:
    """What a correction changed, as the form asks for it, as far as a person reads it."""
    form = REGISTRY["referral"]()
    named = [name for name in entry.facts.get("fields", ()) if may_read(user, case, form, name)]
    return [str(form._fields[name].label.text) for name in named]
