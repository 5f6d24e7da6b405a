"""The questions that are put to each element of a drawing."""

from collections.abc import Callable, Iterator
from typing import Any

from models.people import REFERRAL_ROLES
from models.reference import DEADLINES
from models.referrals import ReferralStatus
from workflows.actions import ACTIONS
from workflows.diagrams.budget import Left
from workflows.diagrams.conditions import Names, reads_nothing, uncovered, wrong_in
from workflows.diagrams.files import BPMN, NAMES, SPIFF
from workflows.diagrams.findings import Finding
from workflows.diagrams.named import local, place_of, properties, valid_id
from workflows.diagrams.places import Places
from workflows.diagrams.timers import wrong_with_time
from workflows.messages import SENT

Root = Any
Said = Iterator[tuple[str, str]]

_PARTIES = frozenset(role.value for role in REFERRAL_ROLES)

ACTIVITIES = ("userTask", "manualTask", "serviceTask", "businessRuleTask", "callActivity")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent")
_BESIDE = (
    "sequenceFlow",
    "laneSet",
    "documentation",
    "extensionElements",
    "textAnnotation",
    "association",
    "group",
    "dataObject",
    "dataObjectReference",
    "property",
    "ioSpecification",
)
_HEARD_AT = {
    "startEvent": (),
    "endEvent": ("terminateEventDefinition",),
    "intermediateCatchEvent": ("timerEventDefinition", "messageEventDefinition"),
    "boundaryEvent": ("timerEventDefinition", "messageEventDefinition"),
}
#: What other engines' modellers write, which this one would silently leave out.
_IGNORED = (
    "preScript",
    "postScript",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "childLaneSet",
    "correlationKey",
)


#: Flows into or out of a gateway that opens or waits for several ways at once.
MOST_WAYS = 40


class Elements:
    """What a bundle declares, and what is wrong with each element of a drawing."""

    def __init__(
        self, names: Names, forms: Any, processes: set[str], tables: set[str], tries: Left
    ) -> None:
        self._names, self._forms, self._tries = names, forms, tries
        self._lanes = getattr(forms, "lanes", {})
        self._processes, self._tables = processes, tables
        self._places = Places()

    def findings(self, file: str, root: Root) -> Iterator[Finding]:
        """Everything that is wrong within one file."""
        yield from self._ids(file, root)
        for node in root.iter():
            kind = local(node)
            if kind in _IGNORED:
                yield finding("NOT_SUPPORTED", file, node, f"{kind} is not run; take it out")
            if not node.tag.startswith("{" + BPMN):
                continue
            parent = node.getparent()
            inside = parent is not None and local(parent) == "process"
            if inside and kind not in (*ACTIVITIES, *GATEWAYS, *EVENTS, *_BESIDE):
                sentence = f"{kind} is not part of what a drawing may do"
                yield finding("NOT_SUPPORTED", file, node, sentence)
            if inside and kind in (*ACTIVITIES, *GATEWAYS, *EVENTS):
                for code, sentence in self._anywhere(kind, node):
                    yield finding(code, file, node, sentence)
            question = _QUESTIONS.get(kind)
            if question is not None:
                for code, sentence in question(self, node):
                    yield finding(code, file, node, sentence)

    @staticmethod
    def _ids(file: str, root: Root) -> Iterator[Finding]:
        first: dict[str, Root] = {}
        for node in root.iter():
            key = node.get("id")
            if key is None or not node.tag.startswith("{" + BPMN):
                continue
            if not valid_id(key):
                sentence = f"other tools leave out what has the id {key!r}; begin it with a letter"
                yield finding("BAD_ID", file, node, sentence)
            if key in first:
                sentence = (
                    f"the id {key!r} stands on line {first[key].sourceline} too; give new ids"
                )
                yield finding("DUPLICATE_ID", file, node, sentence)
            first.setdefault(key, node)

    def _anywhere(self, kind: str, node: Root) -> Said:
        around = self._places.around(node)
        leaving, coming = around.leaving(node), around.coming(node)
        if not node.get("id"):
            yield "NO_ID", "give the element an id that never changes"
        if kind == "endEvent":
            if leaving:
                yield "AFTER_THE_END", "nothing comes after an end event; take the flow out"
        elif not leaving:
            yield "DEAD_END", "the way stops here; draw it on to an end event"
        if kind in ("startEvent", "boundaryEvent"):
            if coming:
                yield "INTO_THE_START", "no flow can lead into this event"
        elif not coming:
            yield "NEVER_REACHED", "no flow leads here"
        if kind in ACTIVITIES:
            if not (node.get("name") or "").strip():
                yield "NO_NAME", "give the activity a name: noun and infinitive"
            if len(leaving) > 1:
                yield "SEVERAL_WAYS", "only gateways branch; put one behind the activity"
        yield from self._listens(kind, node)

    @staticmethod
    def _listens(kind: str, node: Root) -> Said:
        definitions = [local(part) for part in node if local(part).endswith("EventDefinition")]
        for definition in definitions:
            if definition not in _HEARD_AT.get(kind, ()):
                yield "NOT_SUPPORTED", f"a {kind} cannot have a {definition}"
        if kind in ("intermediateCatchEvent", "boundaryEvent"):
            if not definitions:
                yield "NO_EVENT", "say what is waited for: a time or a message"
            if len(definitions) > 1:
                yield "NOT_SUPPORTED", "an event waits for one thing"

    def _process(self, node: Root) -> Said:
        starts = node.findall("bpmn:startEvent", NAMES)
        if not starts:
            yield "NO_START", "draw a start event"
        if len(starts) > 1:
            yield "SEVERAL_STARTS", "draw one start event; a case begins in one place"
        if node.find("bpmn:endEvent", NAMES) is None:
            yield "NO_END", "draw an end event, or a case never ends"
        if node.get("isExecutable") == "false":
            yield "NOT_EXECUTABLE", 'the process says isExecutable="false"; set it to true'
        ids = {child.get("id") for child in node}
        for ref in node.iterfind(".//bpmn:lane/bpmn:flowNodeRef", NAMES):
            if (ref.text or "").strip() not in ids:
                yield "LANE_WITHOUT_NODE", f"a lane lists {ref.text!r}, which is not drawn"

    def _lane(self, node: Root) -> Said:
        if node.get("id") not in _PARTIES:
            roles = ", ".join(sorted(_PARTIES))
            yield "UNKNOWN_ROLE", f"the lane's id must be a role with a part in it: {roles}"

    def _user_task(self, node: Root) -> Said:
        given = properties(node)
        form = given.get("form")
        if form not in self._forms:
            yield "UNKNOWN_FORM", f"form {form!r} does not exist; set the property form"
        yield from _status(given)
        if given.get("due") not in (None, *DEADLINES):
            yield "UNKNOWN_DEADLINE", f"deadline {given['due']!r} is not in the table of deadlines"
        for name in ("due_on", "due_from"):
            if name in given and given[name] not in self._names:
                yield "UNKNOWN_NAME", f"{name}: {given[name]} is set by no form, action or fact"
        lane = self._places.around(node).lanes.get(node.get("id"))
        if lane is None:
            yield "NO_LANE", "put the task into a lane: it says who does it"
        elif lane in _PARTIES and lane not in self._lanes.get(form, _PARTIES):
            yield "WRONG_LANE", f"form {form!r} asks what {lane} does not read; take another lane"

    def _end_event(self, node: Root) -> Said:
        yield from _status(properties(node))

    def _service_task(self, node: Root) -> Said:
        operator = node.find(".//spiff:serviceTaskOperator", NAMES)
        name = operator.get("id") if operator is not None else None
        if name not in ACTIONS:
            yield (
                "UNKNOWN_ACTION",
                f"action {name!r} does not exist; there are {', '.join(ACTIONS)}",
            )
        for parameter in node.iterfind(".//spiff:parameter", NAMES):
            yield from wrong_in(parameter.get("value", ""), self._names)

    def _business_rule_task(self, node: Root) -> Said:
        called = node.findtext(f".//{{{SPIFF}}}calledDecisionId")
        if called not in self._tables:
            yield "UNKNOWN_DECISION", f"decision table {called!r} is not in the bundle"

    def _call_activity(self, node: Root) -> Said:
        called = node.get("calledElement")
        if called not in self._processes:
            yield "UNKNOWN_PROCESS", f"process {called!r} is not in the bundle; add its file"

    def _boundary_event(self, node: Root) -> Said:
        host = self._places.around(node).by_id(node.get("attachedToRef"))
        if host is None or local(host) not in ACTIVITIES:
            yield "NO_HOST", "attach the event to an activity"

    def _timer_event_definition(self, node: Root) -> Said:
        parts = [part for part in node if (part.text or "").strip()]
        if len(parts) != 1:
            yield "NO_TIME", "say once when the timer fires: a date, a duration or a cycle"
            return
        text = parts[0].text.strip()
        yield from wrong_in(text, self._names)
        yield from wrong_with_time(local(parts[0]), text)

    def _message_event_definition(self, node: Root) -> Said:
        root = node.getroottree().getroot()
        message = self._places.within(root).by_id(node.get("messageRef"))
        if message is None or local(message) != "message":
            yield "NO_MESSAGE", "say which message is waited for"
        elif message.get("name") not in SENT:
            names = ", ".join(sorted(SENT))
            yield "UNKNOWN_MESSAGE", f"nobody sends {message.get('name')!r}; there are {names}"

    def _sequence_flow(self, node: Root) -> Said:
        process = self._places.around(node)
        for end in ("sourceRef", "targetRef"):
            if process.by_id(node.get(end)) is None:
                yield "DANGLING_FLOW", f"the flow's {end} {node.get(end)!r} is not drawn"
        condition = node.find("bpmn:conditionExpression", NAMES)
        if condition is not None:
            yield from wrong_in(condition.text or "", self._names)
            if reads_nothing(condition.text or ""):
                yield "CONSTANT_CONDITION", "the condition reads no answer and is always the same"
            source = process.by_id(node.get("sourceRef"))
            if source is not None and local(source) not in ("exclusiveGateway", "inclusiveGateway"):
                yield "CONDITION_IGNORED", "a condition counts only behind a choosing gateway"

    def _exclusive_gateway(self, node: Root) -> Said:
        yield from self._chooses(node)

    def _inclusive_gateway(self, node: Root) -> Said:
        yield from self._chooses(node)
        yield from self._parallel_gateway(node)

    def _parallel_gateway(self, node: Root) -> Said:
        around = self._places.around(node)
        if max(len(around.leaving(node)), len(around.coming(node))) > MOST_WAYS:
            yield "TOO_MANY_WAYS", f"more than {MOST_WAYS} ways at the same time; split the process"

    def _chooses(self, node: Root) -> Said:
        leaving = {flow.get("id"): flow for flow in self._places.around(node).leaving(node)}
        default = node.get("default")
        if default and default not in leaving:
            yield "BAD_DEFAULT", f"the default {default!r} is no flow that leaves here"
        if len(leaving) < 2:
            return
        texts = {
            key: flow.findtext("bpmn:conditionExpression", "", NAMES).strip()
            for key, flow in leaving.items()
        }
        for key, text in texts.items():
            if not text and key != default:
                yield (
                    "NO_CONDITION",
                    f"give the flow {key!r} a condition, or mark it as the default",
                )
        if default is None and all(texts.values()):
            missing = uncovered(list(texts.values()), self._names, self._tries)
            if missing:
                yield "NOT_COVERED", f"no way is open for {missing}; mark one flow as the default"

    def _event_based_gateway(self, node: Root) -> Said:
        process = self._places.around(node)
        for flow in process.leaving(node):
            target = process.by_id(flow.get("targetRef"))
            if target is not None and local(target) != "intermediateCatchEvent":
                yield "NOT_AN_EVENT", "an event gateway leads to catching events only"


#: Name of an element to the question that is put to it; a name of a file chooses nothing else.
_QUESTIONS: dict[str, Callable[[Elements, Root], Said]] = {
    "process": Elements._process,
    "lane": Elements._lane,
    "userTask": Elements._user_task,
    "endEvent": Elements._end_event,
    "serviceTask": Elements._service_task,
    "businessRuleTask": Elements._business_rule_task,
    "callActivity": Elements._call_activity,
    "boundaryEvent": Elements._boundary_event,
    "timerEventDefinition": Elements._timer_event_definition,
    "messageEventDefinition": Elements._message_event_definition,
    "sequenceFlow": Elements._sequence_flow,
    "exclusiveGateway": Elements._exclusive_gateway,
    "inclusiveGateway": Elements._inclusive_gateway,
    "parallelGateway": Elements._parallel_gateway,
    "eventBasedGateway": Elements._event_based_gateway,
}


def _status(given: dict[str, str]) -> Said:
    status = given.get("status")
    if status is not None and status not in {s.value for s in ReferralStatus}:
        yield "UNKNOWN_STATUS", f"status {status!r} does not exist"


def finding(code: str, file: str, node: Root, sentence: str) -> Finding:
    """A finding at an element, or at the nearest one around it that has an id."""
    key, name = place_of(node)
    return Finding(code, file, key, name[:80], node.sourceline or 0, sentence)
