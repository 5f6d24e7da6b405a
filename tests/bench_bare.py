"""The same steps of the same drawings in bare SpiffWorkflow: in memory, nothing kept, nobody asked."""

import statistics
import time
from collections.abc import Mapping

from models.calendars import Calendar
from models.deadlines import Deadlines, Term
from models.reference import DEADLINES
from workflows.actions import ACTIONS
from workflows.diagrams.published import shipped_bundle
from workflows.diagrams.read import read
from workflows.engine.case import Case
from workflows.engine.script import ClosedEngine, ClosedEnvironment
from workflows.expressions import Functions

ROUNDS = 30
#: Element, the form as `bench_steps` names it, and the answers by which the drawing chooses its way.
WAY: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("completeness_check", "completeness_check", {"completeness_check.outcome": "complete"}),
    ("triage", "triage", {"triage.decision": "admit"}),
    ("intake_interview", "intake_interview", {"intake_interview.result": "waiting_list"}),
    ("matching_proposal", "matching_proposal", {}),
    ("answer_mentor", "proposal_answer:mentor", {"proposal_answer.mentor": "accepted"}),
    ("answer_mentee", "proposal_answer:mentee", {"proposal_answer.mentee": "accepted"}),
    ("first_meeting", "first_meeting", {"first_meeting.both_agree": "yes"}),
    ("tandem_agreement", "tandem_agreement", {}),
)
FACTS = {
    "case.is_minor": False,
    "case.interviewed": False,
    "referral.program_wish": "open",
    "referral.target_group": "ADULT",
    "referral.permit": "B",
    "referral.consent": True,
    "referral.exclusion_checked": True,
    "referral.lives_in_canton": True,
    "referral.complete_on": "2026-01-12",
    "tandem.trial_until": "2099-01-12",
    "tandem.end": "2099-01-12",
    "tandem.ended_on": None,
}
TERMS = {code: Term(*span, Calendar.LEGAL) for code, span in DEADLINES.items()}
GIVEN = {"plan_check_in": {"plan.next": "check_in", "plan.on": "2099-01-12"}}


def bare() -> dict[str, float]:
    """Median milliseconds of each step, by form: complete it and run to where the case waits next."""
    specs = read(shipped_bundle(), "referral")
    spans: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        case = Case.start(specs, _engine())
        for element, form, answers in WAY:
            waiting = next(step for step in case.open_steps() if step.element == element)
            begun = time.perf_counter()
            case.complete(waiting.id, answers)
            spans.setdefault(form, []).append((time.perf_counter() - begun) * 1000)
    return {form: statistics.median(found) for form, found in spans.items()}


def ratio(spent: Mapping[str, float], floor: Mapping[str, float], *forms: str) -> float:
    """The median of some steps, each to the same step in bare SpiffWorkflow."""
    return statistics.median(spent[form] / floor[form] for form in forms)


def _engine() -> ClosedEngine:
    def does(name: str):
        return lambda data, **given: GIVEN.get(name, {})

    actions = {name: does(name) for name in ACTIONS}
    return ClosedEngine(ClosedEnvironment(Functions(Deadlines(TERMS, {})), lambda: FACTS, actions))
