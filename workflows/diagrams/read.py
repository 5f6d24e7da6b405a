"""Bytes of a bundle become specs that the engine can run."""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.parser.task_parsers import (
    ConditionalGatewayParser,
    GatewayParser,
)
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.event_parsers import (
    SpiffBoundaryEventParser,
    SpiffEndEventParser,
)
from SpiffWorkflow.spiff.parser.task_spec import BusinessRuleTaskParser, ServiceTaskParser

from workflows.decisions import Table, tables_in
from workflows.diagrams.files import NAMES, BadFile, Bundle, Root, is_table, root_of
from workflows.engine.codec import Specs
from workflows.engine.events import PATIENT, CodedEnd, RearmingBoundaryEvent
from workflows.engine.joins import InclusiveJoin, ParallelJoin
from workflows.engine.script import ActionTask, RuleTask
from workflows.errors import UnreadableDrawing


class RuleTaskParser(BusinessRuleTaskParser):
    """A business rule task with our table in place of the library's."""

    def create_task(self) -> RuleTask:
        """Raises UnreadableDrawing if the table is not in the bundle."""
        called = self.get_decision_ref(self.node)
        table = self.process_parser.parser.tables.get(called)
        if table is None:
            raise UnreadableDrawing(f"decision table {called!r} is not in the bundle")
        return RuleTask(self.spec, self.bpmn_id, table, **self.bpmn_attributes)


class DrawingParser(SpiffBpmnParser):
    """The library's parser with our joins, boundary events and actions.

    It looks lanes up by the address of a file's root in memory, so every root must stay alive
    (ENGINE.md 1.3); they are kept in `roots`.
    """

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  the library's way to extend it
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("parallelGateway"): (GatewayParser, ParallelJoin),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveJoin),
        full_tag("boundaryEvent"): (SpiffBoundaryEventParser, RearmingBoundaryEvent),
        full_tag("endEvent"): (SpiffEndEventParser, CodedEnd),
        full_tag("serviceTask"): (ServiceTaskParser, ActionTask),
        full_tag("businessRuleTask"): (RuleTaskParser, RuleTask),
    }

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Root] = []
        self.tables: dict[str, Table] = {}


def xml(data: bytes, name: str) -> Root:
    """The root element of a file, read without network, entities or document types.

    Raises:
        UnreadableDrawing: with a sentence on why.
    """
    try:
        return root_of(data, name)
    except BadFile as error:
        raise UnreadableDrawing(f"{name}: {error}") from None


def read(bundle: Bundle, process_id: str) -> Specs:
    """The specs of a process and of all it calls.

    Args:
        bundle: file name to bytes, `.bpmn` and `.dmn`.
        process_id: the process that a case starts with.

    Raises:
        UnreadableDrawing: a file is no XML, or the library cannot build a spec from it.
    """
    parser = DrawingParser()
    for name, data in sorted(bundle.items()):
        root = xml(data, name)
        if is_table(root):
            parser.tables.update(tables_in(root))
            continue
        parser.roots.append(root)
        try:
            parser.add_bpmn_xml(root, name)
        except Exception as error:
            raise UnreadableDrawing(f"{name}: {error}") from error
    try:
        spec = parser.get_spec(process_id)
        called = parser.get_subprocess_specs(process_id)
    except RecursionError as error:
        raise UnreadableDrawing("the processes call each other in a circle") from error
    except Exception as error:
        place = " ".join(str(getattr(error, key, "") or "") for key in ("tag", "id", "name"))
        raise UnreadableDrawing(f"{error} {place.rsplit('}', 1)[-1]}".strip()) from error
    for part in (spec, *called.values()):
        _finish(part, parser.roots)
    return spec, called


def read_texts(texts: Mapping[str, str], process_id: str) -> Specs:
    """The same from files as they are published."""
    return read({name: text.encode() for name, text in texts.items()}, process_id)


def _finish(spec: Any, roots: list[Root]) -> None:
    """Lanes by id instead of by name; repeating timers that skip missed periods."""
    lane_of = lanes(roots)
    for task_spec in spec.task_specs.values():
        if task_spec.bpmn_id in lane_of:
            task_spec.lane = lane_of[task_spec.bpmn_id]
        definition = getattr(task_spec, "event_definition", None)
        for part in (definition, *getattr(definition, "event_definitions", ())):
            if type(part) in PATIENT:
                part.__class__ = PATIENT[type(part)]


def lanes(roots: list[Root]) -> dict[str, str]:
    """Element id to lane id; the lane's id is the role's code (DRAWING.md)."""
    found: dict[str, str] = {}
    for root in roots:
        for lane in root.iterfind(".//bpmn:lane", NAMES):
            for ref in lane.iterfind("bpmn:flowNodeRef", NAMES):
                found[(ref.text or "").strip()] = lane.get("id", "")
    return found
