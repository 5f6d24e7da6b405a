"""What can go wrong when something is to happen; no HTTP here."""

from typing import Any

from models.tasks import Task


class WorkflowError(Exception):
    """Mother of all errors of this floor."""


class NotAllowed(WorkflowError):
    """The acting person may not do this."""


class NotFound(WorkflowError):
    """There is no such row, or none that the acting person may know of."""


class AlreadyDone(WorkflowError):
    """Somebody has closed this task already; the task says who and when."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"task {task.id} is closed")
        self.task = task


class HeldBySomeone(WorkflowError):
    """Somebody else has claimed this task."""

    def __init__(self, task: Task) -> None:
        super().__init__(f"task {task.id} is held by another person")
        self.task = task


class Collision(WorkflowError):
    """The case changed between reading and writing; nothing was written."""


class NotPossibleNow(WorkflowError):
    """The drawing does not allow this where the case stands."""


class NotAccepted(WorkflowError):
    """What was given cannot be kept as it is.

    Attributes:
        field: the name of the answer that is meant.
        reason: a code; the floor above has its words.
    """

    def __init__(self, field: str, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.reason = field, reason


class NoPlaceLeft(WorkflowError):
    """All places of this mentor are taken."""


class NothingToUndo(WorkflowError):
    """The last step cannot be taken back any more."""


class StepFailed(WorkflowError):
    """The drawing asked for something that could not be done at an element; all is as before."""

    def __init__(self, element: str, reason: str) -> None:
        super().__init__(f"{element}: {reason}")
        self.element, self.reason = element, reason


class TooMuchAtOnce(StepFailed):
    """The drawing asks the engine for more than a case may cost, or never comes to rest."""


class UnreadableDrawing(WorkflowError):
    """A file is not a drawing that can be read."""


class RefusedDrawing(WorkflowError):
    """A bundle has findings that forbid publishing."""

    def __init__(self, findings: list[Any]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings


class FailedExamples(WorkflowError):
    """Example cases go another way than they say; `failures` is file to failure."""

    def __init__(self, failures: dict[str, Any]) -> None:
        super().__init__(f"{len(failures)} examples")
        self.failures = failures


class HasRoleAlready(WorkflowError):
    """The person has this role there already."""


class NoSuchRole(WorkflowError):
    """There is no such role in this kind of organisation, or the person does not have it."""


class WaitsForSecond(WorkflowError):
    """A second administrator has to agree first."""


class OwnRights(WorkflowError):
    """Nobody gives rights to herself, and nobody is her own second."""


class LastAdministrator(WorkflowError):
    """Without this person nobody active could administer the installation."""


class OwnAdministration(WorkflowError):
    """Nobody takes away what they administer with; somebody else does it."""


class HasLeft(WorkflowError):
    """The person has left and is not let in again by the way."""


class AddressTaken(WorkflowError):
    """Somebody has this address already."""


class ChangedMeanwhile(WorkflowError):
    """Somebody else has saved this draft since it was read; nothing was overwritten."""


class NotOpen(WorkflowError):
    """This draft is in review, released or thrown away, and cannot be changed."""


class FourEyes(WorkflowError):
    """Who drew a version cannot release it: another person looks at it first."""
