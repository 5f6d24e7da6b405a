"""Plays a case as its people would: the real forms, the real desk, the clock where it stands."""

from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from intake.demo.answers import MENTOR, REFERRAL, STEPS
from intake.forms import REGISTRY, StepForm
from intake.forms.mentor import MentorForm
from intake.forms.referral import ReferralForm
from models.base import today
from models.mentors import Mentor
from models.organisations import Organisation
from models.people import User
from models.referrals import Channel, Referral
from models.session import db
from models.tasks import Task, open_tasks
from workflows import desk
from workflows.register import enter_mentor


class DoesNotFit(Exception):
    """An answer that the form refuses, with the form's own sentences."""


def fill(form: StepForm, answers: dict[str, Any]) -> desk.FilledForm:
    """Answer a form as a browser would, and validate it.

    Raises:
        DoesNotFit: the form has something to say.
    """
    raw = raw_of(form, answers)
    sent = MultiDict([(key, value) for key, values in raw.items() for value in values])
    answered = type(form)(sent)
    _copy_choices(form, answered)
    if not answered.validate():
        raise DoesNotFit(f"{form.form_key}: {answered.all_errors()}")
    return answered.filled


def raw_of(form: StepForm, answers: dict[str, Any]) -> dict[str, list[str]]:
    """What a browser would send for these answers and the form's own suggestions."""
    blank = type(form)(data={**_data(form), **answers})
    _copy_choices(form, blank)
    return blank.raw()


def _data(form: StepForm) -> dict[str, Any]:
    return {name: field.data for name, field in form._fields.items()}


def _copy_choices(source: StepForm, target: StepForm) -> None:
    target.referral = source.referral
    if hasattr(source, "side"):
        target.side = source.side
    for name in list(target._fields):
        if name not in source._fields:
            del target._fields[name]
        elif hasattr(source._fields[name], "choices"):
            target._fields[name].choices = source._fields[name].choices


def refer(
    office: Organisation, by: User, *, channel: Channel = Channel.ONLINE, **changes: Any
) -> Referral:
    """A case manager registers a person today."""
    answers = {**REFERRAL, "consent_given_on": today().isoformat(), **changes}
    answers = {key: value for key, value in answers.items() if value is not None}
    filled = fill(ReferralForm().offer(), answers)
    return desk.open_referral(filled, office=office, by=by, channel=channel)


def step_of(referral: Referral, form_key: str, variant: str = "") -> Task:
    """The open task with this form. Raises LookupError with what is open instead."""
    waiting = open_tasks(referral.id)
    for task in waiting:
        if task.form_key == form_key and task.variant in (
            variant,
            task.variant if not variant else "",
        ):
            return task
    raise LookupError(f"{form_key} is not open, but {[task.form_key for task in waiting]}")


def do(referral: Referral, form_key: str, by: User, variant: str = "", **changes: Any) -> Task:
    """Finish the open step with this form."""
    task = step_of(referral, form_key, variant)
    if task.assignee_id not in (None, by.id):
        desk.assign(task, by, by=by)
    form = StepForm.for_task(task)
    if "mentor" in changes:
        changes["mentor_id"] = str(changes.pop("mentor").id)
    for name, rated in RATED.items():
        if name in form._fields and name not in changes:
            goals = [entry.data["goal"] for entry in form._fields[name].entries]
            changes[name] = [{"goal": goal, rated: "3"} for goal in goals]
    desk.submit(task, fill(form, {**STEPS[form_key], **changes}), by=by)
    return task


#: Groups with an entry for each agreed goal, and the question that rates it.
RATED = {"goals_progress": "progress", "goal_results": "result"}


def send(referral: Referral, form_key: str, by: User, **changes: Any) -> None:
    """Withdraw, end early, revoke or reopen."""
    form = REGISTRY[form_key]()
    form.prepare(referral)
    desk.send(referral, fill(form, {**STEPS[form_key], **changes}), by=by)


def mentor(provider: Organisation, by: User, **changes: Any) -> Mentor:
    """A coordinator enters a volunteer in the register."""
    filled = fill(MentorForm().offer(), {**MENTOR, **changes})
    return enter_mentor(filled, provider, by=by)


def user(email: str) -> User:
    """One of the demo's people. Raises NoResultFound."""
    return db.scalars(sa.select(User).where(User.email == email)).one()
