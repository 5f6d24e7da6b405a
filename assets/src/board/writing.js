// Reads and writes what an element says beyond BPMN; every write is one step that can be undone.
import { is } from 'bpmn-js/lib/util/ModelUtil';

export class Writing {
  constructor(modeler) {
    this.modeling = modeler.get('modeling');
    this.factory = modeler.get('bpmnFactory');
    this.modeler = modeler;
  }

  /** The business object that carries an element's properties: a pool speaks for its process. */
  subject(element) {
    const object = element.businessObject;
    if (is(object, 'bpmn:Participant')) return object.processRef;
    if (is(object, 'bpmn:Collaboration')) return object.participants?.[0]?.processRef || object;
    return object;
  }

  extensions(object) {
    return object?.extensionElements?.values || [];
  }

  extension(object, type) {
    return this.extensions(object).find((one) => one.$type === `spiffworkflow:${type}`);
  }

  /** Put one extension in place of the one of its type, or take it out; all others stay as they are. */
  setExtension(element, object, type, values) {
    const others = this.extensions(object).filter((one) => one.$type !== `spiffworkflow:${type}`);
    const made = values ? [this.make(`spiffworkflow:${type}`, values)] : [];
    const all = [...others, ...made];
    const holder = all.length ? this.factory.create('bpmn:ExtensionElements', { values: all }) : undefined;
    if (holder) holder.$parent = object;
    for (const one of all) one.$parent = holder;
    this.modeling.updateModdleProperties(element, object, { extensionElements: holder });
  }

  make(type, values) {
    const made = this.factory.create(type, values);
    for (const value of Object.values(values).flat()) if (value?.$type) value.$parent = made;
    return made;
  }

  property(object, name) {
    return this.extension(object, 'Properties')?.properties?.find((one) => one.name === name)?.value || '';
  }

  setProperty(element, object, name, value) {
    const kept = (this.extension(object, 'Properties')?.properties || []).filter((one) => one.name !== name);
    const pairs = kept.map((one) => [one.name, one.value]);
    if (value) pairs.push([name, value]);
    const properties = pairs.map(([key, said]) => this.make('spiffworkflow:Property', { name: key, value: said }));
    this.setExtension(element, object, 'Properties', properties.length ? { properties } : null);
  }

  body(object, type) {
    return this.extension(object, type)?.value || '';
  }

  setBody(element, object, type, value) {
    this.setExtension(element, object, type, value ? { value } : null);
  }

  action(object) {
    const operator = this.extension(object, 'ServiceTaskOperator');
    const given = operator?.parameterList?.parameters || [];
    return { name: operator?.id || '', given: Object.fromEntries(given.map((one) => [one.id, one.value])) };
  }

  setAction(element, object, name, given = {}) {
    if (!name) return this.setExtension(element, object, 'ServiceTaskOperator', null);
    const parameters = Object.entries(given).map(([id, value]) => this.make('spiffworkflow:Parameter', { id, type: 'str', value }));
    const parameterList = this.make('spiffworkflow:Parameters', { parameters });
    return this.setExtension(element, object, 'ServiceTaskOperator', { id: name, parameterList });
  }

  documentation(object) {
    return object?.documentation?.[0]?.text || '';
  }

  setDocumentation(element, object, text) {
    const documentation = text ? [this.make('bpmn:Documentation', { text })] : [];
    for (const one of documentation) one.$parent = object;
    this.modeling.updateModdleProperties(element, object, { documentation });
  }

  expression(text, parent) {
    const made = this.factory.create('bpmn:FormalExpression', { body: text });
    made.$parent = parent;
    return made;
  }

  setCondition(element, text) {
    const object = element.businessObject;
    const conditionExpression = text ? this.expression(text, object) : undefined;
    this.modeling.updateProperties(element, { conditionExpression });
  }

  timer(object) {
    const definition = object.eventDefinitions?.find((one) => is(one, 'bpmn:TimerEventDefinition'));
    if (!definition) return null;
    const kind = ['timeDate', 'timeDuration', 'timeCycle'].find((one) => definition[one]);
    return { definition, kind: kind || '', text: kind ? definition[kind].body || '' : '' };
  }

  setTimer(element, kind, text) {
    const { definition } = this.timer(element.businessObject);
    const parts = { timeDate: undefined, timeDuration: undefined, timeCycle: undefined };
    if (text) parts[kind] = this.expression(text, definition);
    this.modeling.updateModdleProperties(element, definition, parts);
  }

  message(object) {
    return object.eventDefinitions?.find((one) => is(one, 'bpmn:MessageEventDefinition')) || null;
  }

  /** Let an event wait for a message of a name; the file gets the message if it has none of it yet. */
  setMessage(element, name) {
    const definitions = this.modeler.getDefinitions();
    let message = definitions.rootElements.find((one) => is(one, 'bpmn:Message') && one.name === name);
    if (!message && name) {
      message = this.factory.create('bpmn:Message', { name });
      message.$parent = definitions;
      definitions.rootElements.push(message);
    }
    this.modeling.updateModdleProperties(element, this.message(element.businessObject), { messageRef: message });
  }

  /** What an event waits for: a time or a message. */
  setHeard(element, type) {
    const object = element.businessObject;
    const definition = this.factory.create(`bpmn:${type}EventDefinition`);
    definition.$parent = object;
    this.modeling.updateProperties(element, { eventDefinitions: [definition] });
  }
}
