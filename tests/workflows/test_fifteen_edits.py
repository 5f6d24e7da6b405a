"""Fifteen edits of the shipped drawings under a case that waits for the triage, with a draft half typed.

Where the case moves, its ids, its draft and its due times stay and nothing begins anew; where it cannot,
it is blocked by name. What comes next is what the new drawing says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree

from intake.demo import player
from intake.forms import vocabulary
from models.drafts import Draft
from models.outbox import Mail
from models.passages import Passage
from models.session import db
from models.tasks import Task, open_tasks
from tests.workflows.test_rebinding import differing, line
from workflows import desk
from workflows.diagrams.files import BPMN, NAMES, SPIFF
from workflows.diagrams.published import REFERRAL, publish, shipped_bundle
from workflows.engine.rebind import Blocker

TRIAGE = "Über die Aufnahme entscheiden"
TYPED = {"internal_note": ["halb"]}


class Drawings:
    """The shipped bundle under the pencil."""

    def __init__(self) -> None:
        self._roots = {name: etree.fromstring(text) for name, text in shipped_bundle().items()}

    def the(self, key: str, file: str = "check_referral.bpmn") -> Any:
        (found,) = self._roots[file].xpath(f"//bpmn:*[@id='{key}']", namespaces=NAMES)
        return found

    def say(self, key: str, name: str, value: str, **where: str) -> None:
        """Change a property of an element."""
        at = f".//{{{SPIFF}}}property[@name='{name}']"
        self.the(key, **where).find(at).set("value", value)

    def draw(self, xml: str, file: str = "check_referral.bpmn") -> None:
        """Draw elements into the coordinator's lane."""
        lane = self.the("coordinator", file)
        process = lane.getparent().getparent()
        spaces = f'xmlns:bpmn="{BPMN}" xmlns:spiffworkflow="{SPIFF}"'
        for element in etree.fromstring(f"<a {spaces}>{xml}</a>"):
            process.append(element)
            if not element.tag.endswith("sequenceFlow"):
                etree.SubElement(lane, f"{{{BPMN}}}flowNodeRef").text = element.get("id")

    def drop(self, *keys: str, file: str = "check_referral.bpmn") -> None:
        """Take elements away, with all that names them."""
        for element in list(self._roots[file].iter(etree.Element)):
            named = (element.get("id"), element.get("bpmnElement"), (element.text or "").strip())
            if set(named) & set(keys) and element.getparent() is not None:
                element.getparent().remove(element)

    @property
    def bundle(self) -> dict[str, bytes]:
        return {name: etree.tostring(root) for name, root in self._roots.items()}


def task(key: str, form: str = "activity_log", name: str = "Anrufen") -> str:
    properties = f'<spiffworkflow:properties><spiffworkflow:property name="form" value="{form}"/>'
    return (
        f'<bpmn:userTask id="{key}" name="{name}"><bpmn:extensionElements>{properties}'
        "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
    )


def flow(source: str, target: str, condition: str = "") -> str:
    said = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    key = f"f_{source}_{target}"
    return f'<bpmn:sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{said}</bpmn:sequenceFlow>'


def label(d: Drawings) -> None:
    d.the("triage").set("name", "Entscheiden")


def lane(d: Drawings) -> None:
    (ref,) = (r for r in d.the("coordinator") if r.text == "triage")
    d.the("case_manager").append(ref)


def deadline(d: Drawings) -> None:
    d.say("triage", "due", "T2")


def new_task_ahead(d: Drawings) -> None:
    d.the("f_triage_decision").set("targetRef", "call")
    d.draw(task("call") + flow("call", "decision"))


def new_boundary_timer(d: Drawings) -> None:
    time = '<bpmn:timerEventDefinition id="t"><bpmn:timeDate>working_days("T2")</bpmn:timeDate></bpmn:timerEventDefinition>'
    d.draw(
        f'<bpmn:boundaryEvent id="soon" attachedToRef="triage" cancelActivity="false">{time}</bpmn:boundaryEvent>'
        '<bpmn:endEvent id="was_soon" name="Bald"/>' + flow("soon", "was_soon")
    )


def renamed_flow(d: Drawings) -> None:
    for key in ("f_triage_decision", "f_rules_triage"):
        d.the(key).set("id", f"{key}_other")


def removed_future_task(d: Drawings) -> None:
    file = "prepare_admission.bpmn"
    d.the("f_known_intake_interview", file).set("targetRef", "to_list")
    gone = (
        "intake_interview",
        "interview_late",
        "remind_interview",
        "interview_reminded",
        "result",
    )
    ends = ("not_admitted", "gave_up", "f_result_not_admitted", "f_result_gave_up")
    flows = ("f_intake_interview_result", "f_result_to_list", "f_interview_late_remind_interview")
    last = ("f_remind_interview_interview_reminded",)
    d.drop(*gone, *ends, *flows, *last, file=file)


def removed_current_task(d: Drawings) -> None:
    d.the("f_rules_triage").set("targetRef", "admitted")
    d.drop("triage", "triage_late", "escalate_triage", "triage_escalated", "f_triage_decision")
    d.drop("f_triage_late_escalate_triage", "f_escalate_triage_triage_escalated")
    d.drop("decision", "f_decision_admitted", "f_decision_ask", "f_decision_forward", "forward")
    d.drop("f_decision_tell_decline", "tell_decline", "f_tell_decline_declined", "declined")
    d.drop("f_forward_completeness_check")


def changed_type(d: Drawings) -> None:
    d.the("triage").tag = f"{{{BPMN}}}manualTask"


def dmn_row(d: Drawings) -> None:
    table = d._roots["admission.dmn"]
    for text in table.iter("{*}text"):
        text.text = (text.text or "").replace('"interview"', '"waiting_list"')


def new_branch(d: Drawings) -> None:
    condition = 'triage.decision == "admit"'
    d.the("f_decision_admitted")[0].text = 'triage.decision == "admit_direct"'
    d.draw(task("call") + flow("decision", "call", condition) + flow("call", "admitted"))


def called_process_changed(d: Drawings) -> None:
    file = "prepare_admission.bpmn"
    d.the("f_start_step", file).set("targetRef", "call")
    d.draw(task("call") + flow("call", "step"), file)


def condition_changed(d: Drawings) -> None:
    d.the("f_decision_admitted")[0].text = 'triage.decision == "admit_direct"'


def form_changed(d: Drawings) -> None:
    d.say("triage", "form", "consent_renewal")
    d.drop("f_decision_forward", "forward", "f_forward_completeness_check")
    for way, answer in (("admitted", "renewed"), ("tell_decline", "revoked")):
        d.the(f"f_decision_{way}")[0].text = f'consent_renewal.decision == "{answer}"'


def end_state_renamed(d: Drawings) -> None:
    d.the("admitted").set("name", "Aufgenommen")
    d.say("admitted", "code", "accepted")
    asked = d.the("f_checked_prepare", "referral.bpmn")[0]
    asked.text = 'check_referral.end == "accepted"'


@dataclass(frozen=True)
class Edit:
    """An edit and what becomes of the case.

    Attributes:
        changes: what people see changed at once; the version and the engine's state always are.
        played: the form that is answered after the move.
        then: the form of the step that comes next.
    """

    make: Callable[[Drawings], None]
    changes: set[str] = field(default_factory=set)
    played: str = "triage"
    then: str = "intake_interview"
    blocked: tuple[Blocker, ...] = ()


EDITS = {
    "label": Edit(label, {"name"}),
    "lane": Edit(lane, {"role", "organisation", "holder"}),
    "deadline": Edit(deadline),
    "new task ahead": Edit(new_task_ahead, then="activity_log"),
    "new boundary timer": Edit(new_boundary_timer, {"timers"}),
    "renamed flow": Edit(renamed_flow),
    "removed future task": Edit(removed_future_task, then="matching_proposal"),
    "removed current task": Edit(
        removed_current_task,
        blocked=(Blocker("gone", "triage", TRIAGE), Blocker("gone", "triage_late", "Triagefrist")),
    ),
    "changed type": Edit(changed_type, blocked=(Blocker("kind", "triage", TRIAGE),)),
    "DMN row": Edit(dmn_row, then="matching_proposal"),
    "new branch": Edit(new_branch, then="activity_log"),
    "called process changed": Edit(called_process_changed, then="activity_log"),
    "condition changed": Edit(condition_changed, then="supply_items"),
    "form changed": Edit(form_changed, played="consent_renewal"),
    "end state renamed": Edit(end_state_renamed),
}


def past() -> tuple[int, ...]:
    """How much has happened: steps, mails and ways taken."""
    return tuple(
        db.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Task, Mail, Passage)
    )


def waiting_case(case, monika) -> Task:
    """The triage of a case, in work, with a draft half typed."""
    player.do(case, "completeness_check", monika)
    (triage,) = open_tasks(case.id)
    desk.claim(triage, by=monika)
    desk.save_draft(triage, TYPED, by=monika)
    return triage


def drafts() -> dict[int, Any]:
    return dict(db.execute(sa.select(Draft.task_id, Draft.answers)).all())


@pytest.mark.parametrize("name", EDITS)
def test_a_running_case_under_an_edit(case, monika, petra, name):
    edit = EDITS[name]
    triage = waiting_case(case, monika)
    before, happened = line(case), past()
    drawings = Drawings()
    edit.make(drawings)
    newer = publish(drawings.bundle, REFERRAL, vocabulary(), by=None)

    assert set(desk.rebind(case.id, newer, by=petra)) == set(edit.blocked)

    assert drafts() == {triage.id: TYPED}
    assert past() == happened, "nothing begins anew"
    changed = differing(before, line(case))
    if edit.blocked:
        assert changed == set()
    else:
        assert edit.changes <= changed <= edit.changes | {"diagram", "state"}
        by = petra if name == "lane" else monika
        player.do(case, edit.played, by)
    assert [t.form_key for t in open_tasks(case.id)] == ["triage" if edit.blocked else edit.then]


def test_there_are_fifteen_and_each_is_another():
    made = set()
    for edit in EDITS.values():
        drawings = Drawings()
        edit.make(drawings)
        made.add(tuple(sorted(drawings.bundle.items())))
    assert len(made) == 15
