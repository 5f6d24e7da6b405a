// bpmnlint in the browser, with the codes of the server's check: what can be seen in this file at once.
import bpmnlint from 'bpmnlint';
import { is, isAny } from 'bpmnlint-utils';

const inside = (element) => is(element.$parent, 'bpmn:Process');
const given = (element, name) => (element.extensionElements?.values || [])
  .filter(({ $type }) => $type === 'spiffworkflow:Properties')
  .flatMap(({ properties }) => properties || [])
  .find((one) => one.name === name)?.value;
const chooses = (element) => isAny(element, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']);

const TESTS = {
  NO_NAME: (element) => is(element, 'bpmn:Activity') && !(element.name || '').trim(),
  DEAD_END: (element) => is(element, 'bpmn:FlowNode') && !is(element, 'bpmn:EndEvent') && inside(element) && !element.outgoing?.length,
  NEVER_REACHED: (element) => is(element, 'bpmn:FlowNode') && !isAny(element, ['bpmn:StartEvent', 'bpmn:BoundaryEvent']) && inside(element) && !element.incoming?.length,
  SEVERAL_WAYS: (element) => is(element, 'bpmn:Activity') && (element.outgoing?.length || 0) > 1,
  UNKNOWN_FORM: (element) => is(element, 'bpmn:UserTask') && !given(element, 'form'),
  NO_EVENT: (element) => isAny(element, ['bpmn:IntermediateCatchEvent', 'bpmn:BoundaryEvent']) && !element.eventDefinitions?.length,
  NO_CONDITION: (element) => is(element, 'bpmn:SequenceFlow') && chooses(element.sourceRef) && element.sourceRef.outgoing.length > 1
    && element.sourceRef.default !== element && !element.conditionExpression?.body,
  CONDITION_IGNORED: (element) => is(element, 'bpmn:SequenceFlow') && element.conditionExpression?.body && !chooses(element.sourceRef),
  NOT_EXECUTABLE: (element) => is(element, 'bpmn:Process') && element.isExecutable === false,
  NO_START: (element) => is(element, 'bpmn:Process') && !(element.flowElements || []).some((one) => is(one, 'bpmn:StartEvent')),
  NO_END: (element) => is(element, 'bpmn:Process') && !(element.flowElements || []).some((one) => is(one, 'bpmn:EndEvent')),
  UNKNOWN_DECISION: (element) => is(element, 'bpmn:BusinessRuleTask')
    && !(element.extensionElements?.values || []).some(({ $type, value }) => $type === 'spiffworkflow:CalledDecisionId' && value),
  UNKNOWN_PROCESS: (element) => is(element, 'bpmn:CallActivity') && !element.calledElement,
};

const resolver = {
  resolveRule: (_package, code) => () => ({
    check(element, reporter) { if (TESTS[code](element)) reporter.report(element.id, code); },
  }),
  resolveConfig: () => ({}),
};
const linter = new bpmnlint.Linter({
  config: { rules: Object.fromEntries(Object.keys(TESTS).map((code) => [code, 'error'])) },
  resolver,
});

/** The findings of one file: code and element. */
export async function lint(definitions) {
  const found = await linter.lint(definitions);
  return Object.entries(found).flatMap(([code, reports]) => reports.map(({ id }) => ({ code, element: id })));
}

// Of these the browser sees only that nothing is chosen; what is chosen and not there, the server says.
const PARTLY = ['UNKNOWN_FORM', 'UNKNOWN_DECISION', 'UNKNOWN_PROCESS', 'NEVER_REACHED'];

/** The codes that the browser judges by itself. */
export const WHOLE = new Set(Object.keys(TESTS).filter((code) => !PARTLY.includes(code)));
