// A reminder at a task, drawn in one go: an event that does not interrupt, a mail, an end.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { together } from './canvas.js';

/** The first free row below a task, where a mail and its end find place. */
function freeBelow(modeler, task) {
  const shapes = modeler.get('elementRegistry').filter((one) => is(one, 'bpmn:FlowNode') && !one.labelTarget);
  const left = task.x + task.width + 60;
  for (let y = task.y + task.height + 70; ; y += 50) {
    const taken = shapes.some((one) => one.x < left + 290 && one.x + one.width > left && one.y < y + 50 && one.y + one.height > y - 50);
    if (!taken) return y;
  }
}

export function remind(modeler, writing, task, texts) {
  together(modeler, () => draw(modeler, writing, task, texts));
}

function draw(modeler, writing, task, texts) {
  const elements = modeler.get('elementFactory');
  const { modeling } = writing;
  const parent = task.parent;
  const at = { x: task.x + task.width - 24, y: task.y + task.height };
  const event = modeling.createShape(
    elements.createShape({ type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false }),
    at, task, { attach: true },
  );
  modeling.updateLabel(event, texts.reminderDue);
  writing.setTimer(event, 'timeDate', `working_days("${writing.property(task.businessObject, 'due') || 'T3'}")`);
  const free = freeBelow(modeler, task);
  const mail = modeling.appendShape(event, elements.createShape({ type: 'bpmn:ServiceTask' }), { x: task.x + task.width + 120, y: free }, parent);
  modeling.updateLabel(mail, texts.reminderMail);
  const lane = modeler.get('elementRegistry').find((one) => is(one, 'bpmn:Lane') && one.businessObject.flowNodeRef?.includes(task.businessObject));
  const office = ['case_manager', 'office_lead'].includes(lane?.businessObject.id);
  writing.setAction(mail, mail.businessObject, 'notify', { notice: office ? '"items_reminder"' : '"check_overdue"', to: office ? '"case_manager"' : '"coordinator"' });
  const end = modeling.appendShape(mail, elements.createShape({ type: 'bpmn:EndEvent' }), { x: mail.x + mail.width + 80, y: free }, parent);
  modeling.updateLabel(end, texts.reminderSent);
  modeler.get('selection').select(event);
}
