"""Seven steps in a row with a choice behind the second, as in the shipped drawings."""

import os

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow.views import UpdateProcessView

from office.models import QUESTIONS, Case

FIELDS = [int(number) for number in os.environ["OFFICE_FIELDS"].split(",")]


def _step(number, following):
    view = UpdateProcessView.as_view(fields=QUESTIONS[: FIELDS[number]])
    return flow.View(view).Assign(this.doer).Next(following)


class CaseFlow(flow.Flow):
    """The way of a case."""

    process_class = Case
    process_title = "Case"

    start = flow.StartHandle(this.begin).Next(this.step_0)
    step_0 = _step(0, this.step_1)
    step_1 = _step(1, this.admitted)
    admitted = (
        flow.If(lambda activation: activation.process.question_0 != "no")
        .Then(this.step_2)
        .Else(this.end)
    )
    step_2 = _step(2, this.step_3)
    step_3 = _step(3, this.step_4)
    step_4 = _step(4, this.step_5)
    step_5 = _step(5, this.step_6)
    step_6 = _step(6, this.end)
    end = flow.End()

    def begin(self, activation, person):
        """A person is registered."""
        activation.process.person = person
        return activation.process

    def doer(self, activation):
        """Whoever registered does every step."""
        return activation.process.person
