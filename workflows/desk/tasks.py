"""The verbs on a task: claim, release, assign, save a draft, submit."""

from typing import Any

from models import journal
from models.base import now
from models.drafts import Draft, draft_for_task
from models.incidents import IncidentKind
from models.people import User
from models.session import db, transaction
from models.submissions import Submission
from models.tasks import Task, TaskOutcome
from workflows.desk.access import hold, leads, may_work_on, task_for
from workflows.desk.moving import Moving
from workflows.desk.undoing import Undo, recording
from workflows.errors import AlreadyDone, HeldBySomeone, NotAllowed, StepFailed, WorkflowError
from workflows.filled import FilledForm
from workflows.incidents import report
from workflows.records import keep

#: What somebody else may have changed since the task was read.
_MOVING_COLUMNS = ("assignee_id", "closed_at", "closed_by_id", "outcome", "organisation_id")


def claim(task: Task, *, by: User) -> None:
    """Take a task, so that the others see that somebody is on it.

    Raises:
        AlreadyDone, HeldBySomeone.
    """
    with transaction():
        _lock(task, by)
        if task.assignee_id not in (None, by.id):
            raise HeldBySomeone(task)
        if task.assignee_id is None:
            task.assignee, task.assignee_id = by, by.id
            _note("claimed", task, by)


def release(task: Task, *, by: User) -> None:
    """Give a task back to its queue. One's own, or anybody's for who leads.

    Raises:
        AlreadyDone, NotAllowed.
    """
    with transaction():
        _lock(task, by)
        if task.assignee_id != by.id and not leads(by, task.organisation_id):
            raise NotAllowed("only the person who holds a task, or a lead, can release it")
        task.assignee, task.assignee_id = None, None
        _note("released", task, by)


def assign(task: Task, to: User, *, by: User) -> None:
    """Give a task to a colleague of its queue.

    Raises:
        AlreadyDone, HeldBySomeone, NotAllowed: the colleague is not of the queue.
    """
    with transaction():
        _lock(task, by)
        if task.assignee_id not in (None, by.id) and not leads(by, task.organisation_id):
            raise HeldBySomeone(task)
        if not to.active or not may_work_on(to, task):
            raise NotAllowed("this person does not work from this queue")
        task.assignee, task.assignee_id = to, to.id
        _note("assigned", task, by, to=to.name)


def save_draft(task: Task, answers: dict[str, Any], *, by: User) -> Draft:
    """Keep what was typed into a step; it survives the browser. Raises AlreadyDone."""
    with transaction():
        _lock(task, by)
        draft = draft_for_task(task.id, by.id)
        if draft is None:
            draft = Draft(
                form_key=task.form_key,
                task_id=task.id,
                user_id=by.id,
            )
            db.add(draft)
        draft.answers, draft.saved_at = answers, now()
        draft.organisation_id = task.organisation_id
    return draft


def submit(task: Task, filled: FilledForm, *, by: User) -> list[Task]:
    """Finish a step: everything it means, in one transaction. The new tasks of the case.

    Raises:
        AlreadyDone: somebody was faster; nothing was written.
        HeldBySomeone: a colleague holds the task.
        StepFailed: the drawing asked for something that could not be done; the answers are kept
            with an incident, and an administrator can try again.
        Collision: the case moved meanwhile.
    """
    if filled.key != task.form_key:
        raise WorkflowError(f"{filled.key} is not the form of this step")
    try:
        return _submit(task, filled, by)
    except StepFailed as failed:
        report(IncidentKind.STEP, task.referral_id, failed, task=task, filled=filled, by=by)
        raise


def _submit(task: Task, filled: FilledForm, by: User) -> list[Task]:
    with transaction() as session:
        moving = Moving.load(task.referral_id, by, task_id=task.id)
        _may_go_on(task, by)
        if task.assignee_id not in (None, by.id):
            raise HeldBySomeone(task)
        state, due_at = moving.run.state, moving.run.due_at
        place = task.organisation_id
        with recording(session) as recorder:
            _close(task, filled, by)
            keep(filled.key, task.referral, filled.answers, by)
            try:
                moving.case.complete(task.engine_id, filled.routes)
            except KeyError:
                raise AlreadyDone(task) from None
            return moving.save(
                lambda version: Undo(
                    by.id, now(), task.name, version, state, due_at, organisation_id=place
                ).kept(recorder)
            )


def _close(task: Task, filled: FilledForm, by: User) -> None:
    task.closed_at, task.closed_by_id, task.outcome = now(), by.id, TaskOutcome.DONE
    task.assignee_id = by.id
    db.add(
        Submission(
            referral_id=task.referral_id,
            task_id=task.id,
            form_key=filled.key,
            form_version=filled.version,
            answers=filled.answers,
            provider_id=task.referral.provider_id,
            by_id=by.id,
            at=now(),
        )
    )
    _note("done", task, by, form=filled.key)


def _lock(task: Task, by: User) -> None:
    """Hold the task's case for this transaction, and make sure the task is open and ours."""
    hold(task.referral)
    db.refresh(task, _MOVING_COLUMNS)
    _may_go_on(task, by)


def _may_go_on(task: Task, by: User) -> None:
    if not may_work_on(by, task):
        raise NotAllowed("this task is not of one of your queues")
    if task.closed_at is not None:
        raise AlreadyDone(task)


def _note(event: str, task: Task, by: User, **facts: Any) -> None:
    at_office = task.organisation_id == task.referral.office_id
    side = journal.Audience.OFFICE if at_office else journal.Audience.PROVIDER
    journal.write(
        event,
        by=by,
        referral_id=task.referral_id,
        provider_id=task.referral.provider_id,
        element=task.element,
        audience=journal.Audience.BOTH if event == "done" else side,
        step=task.name,
        **facts,
    )


__all__ = ["assign", "claim", "release", "save_draft", "submit", "task_for"]
