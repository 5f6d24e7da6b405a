"""Antwort auf den Vorschlag: what the mentor, or the mentee, says."""

from typing import Any

from flask_babel import lazy_gettext as _

from intake.forms.base import StepForm
from intake.forms.fields import Choice, Day, Text
from models.base import today
from models.proposals import Answer
from models.readers import BOTH, PROVIDER

ANSWERS = (
    (Answer.ACCEPTED.value, _("nimmt an")),
    (Answer.DECLINED.value, _("lehnt ab")),
    (Answer.NO_ANSWER.value, _("gibt keine Antwort")),
)


class ProposalAnswerForm(StepForm):
    """One side's answer; the drawing says by the step's variant whose it is."""

    form_key = "proposal_answer"
    title = _("Antwort auf den Vorschlag")
    readers = BOTH
    routes = ("mentor", "mentee")
    variants = routes
    answer = Choice(_("Antwort"), ANSWERS)
    answered_on = Day(_("Antwort vom"), not_after=today, starts_today=True)
    reason = Text(
        _("Grund"),
        300,
        optional=True,
        hint=_("Zum Beispiel, warum es nicht passt."),
        readers=PROVIDER,
    )

    def start(self, variant: str = "") -> None:
        """Whose answer it is."""
        super().start(variant)
        self.side = variant

    @classmethod
    def route_choices(cls) -> dict[str, tuple[Any, ...] | None]:
        """Both routes offer the same answers."""
        return dict.fromkeys(cls.routes, tuple(code for code, _label in ANSWERS))

    @property
    def answers(self) -> dict[str, Any]:
        """The answer with its side."""
        return {**super().answers, "side": self.side}

    @classmethod
    def routes_of(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """Only the route of this side."""
        return {answers["side"]: answers.get("answer")}
