// The palette and menus offer what the engine runs, and nothing else; the rest is explained beside them.
import ElementFactory from 'bpmn-js/lib/features/modeling/ElementFactory';

const PALETTE = new Set([
  'hand-tool', 'lasso-tool', 'space-tool', 'global-connect-tool', 'tool-separator',
  'create.start-event', 'create.intermediate-event', 'create.end-event', 'create.exclusive-gateway',
  'create.task', 'create.participant-expanded',
]);
const PAD = new Set([
  'append.end-event', 'append.gateway', 'append.append-task', 'append.intermediate-event', 'append.text-annotation',
  'replace', 'connect', 'delete', 'lane-insert-above', 'lane-insert-below', 'lane-divide-two', 'lane-divide-three',
]);
const REPLACE = new Set([
  'replace-with-none-start', 'replace-with-none-end', 'replace-with-terminate-end',
  'replace-with-timer-intermediate-catch', 'replace-with-message-intermediate-catch',
  'replace-with-timer-boundary', 'replace-with-message-boundary',
  'replace-with-non-interrupting-timer-boundary', 'replace-with-non-interrupting-message-boundary',
  'replace-with-exclusive-gateway', 'replace-with-parallel-gateway', 'replace-with-inclusive-gateway',
  'replace-with-event-based-gateway', 'replace-with-user-task', 'replace-with-service-task', 'replace-with-rule-task',
  'replace-with-call-activity', 'replace-with-default-flow', 'replace-with-conditional-flow', 'replace-with-sequence-flow',
  'replace-with-expanded-pool', 'replace-with-timer-intermediate-catch',
]);
const only = (allowed) => (entries) => Object.fromEntries(Object.entries(entries).filter(([key]) => allowed.has(key)));

/** New tasks are user tasks, new intermediate events wait for a time: what is drawn first should run. */
class Runnable extends ElementFactory {
  create(kind, attributes = {}) {
    const given = { ...attributes };
    if (!given.businessObject && given.type === 'bpmn:Task') given.type = 'bpmn:UserTask';
    if (!given.businessObject && given.type === 'bpmn:IntermediateThrowEvent') {
      Object.assign(given, { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' });
    }
    return super.create(kind, given);
  }
}

class Limits {
  constructor(palette, contextPad, popupMenu) {
    palette.registerProvider(1, { getPaletteEntries: () => only(PALETTE) });
    contextPad.registerProvider(1, { getContextPadEntries: () => only(PAD) });
    popupMenu.registerProvider('bpmn-replace', 1, {
      getPopupMenuEntries: () => only(REPLACE),
      getPopupMenuHeaderEntries: () => () => ({}),
    });
  }
}
Limits.$inject = ['palette', 'contextPad', 'popupMenu'];

export default {
  __init__: ['limits'],
  limits: ['type', Limits],
  elementFactory: ['type', Runnable],
};
