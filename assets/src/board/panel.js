// The panel beside the drawing: what an element asks, of whom, until when, and which way is taken.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { builder as conditionBuilder } from './conditions.js';
import { area, button, node, select, text, tick } from './fields.js';
import { remind } from './reminder.js';
import { builder as timerBuilder } from './timers.js';
import { Writing } from './writing.js';

export class Panel {
  /** `known` is what the program offers; `ask(element)` gives the names that are known at an element. */
  constructor(root, modeler, known, ask, preview) {
    Object.assign(this, { root, modeler, known, ask, preview, texts: known.texts });
    this.writing = new Writing(modeler);
    const bus = modeler.get('eventBus');
    bus.on('selection.changed', ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : null));
    bus.on('element.changed', ({ element }) => { if (element === this.element) this.later(); });
  }

  /** Show anew what has changed, unless somebody is typing here. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const typing = this.root.contains(document.activeElement) && document.activeElement.matches('input[type=text], textarea');
      if (!typing) this.show(this.element, document.activeElement?.getAttribute('name'));
    }, 50);
  }

  show(element, focus) {
    const shown = element?.labelTarget || element || this.modeler.get('canvas').getRootElement();
    if (!shown.businessObject) return; // the drawing is not there yet
    this.element = shown;
    this.object = this.writing.subject(shown);
    const parts = this.parts(shown).filter(Boolean);
    this.root.replaceChildren(node('h2', {}, this.title(shown)), ...parts);
    if (focus) this.root.querySelector(`[name="${CSS.escape(focus)}"]`)?.focus();
  }

  title(element) {
    const { kinds } = this.texts;
    const object = this.object;
    const plain = object.$type.replace('bpmn:', '');
    return kinds[plain] || plain;
  }

  parts(element) {
    const object = this.object;
    const parts = [this.name(element)];
    if (is(object, 'bpmn:Process')) return [...parts, ...this.sheet(element), this.documentation(element)];
    if (is(object, 'bpmn:Lane')) return [this.laneRole(element)];
    if (isAny(object, ['bpmn:FlowNode']) && !is(object, 'bpmn:BoundaryEvent')) parts.push(this.role(element));
    if (is(object, 'bpmn:UserTask')) parts.push(...this.userTask(element));
    if (is(object, 'bpmn:ServiceTask')) parts.push(...this.serviceTask(element));
    if (is(object, 'bpmn:BusinessRuleTask')) parts.push(...this.ruleTask(element));
    if (is(object, 'bpmn:CallActivity')) parts.push(...this.callActivity(element));
    if (is(object, 'bpmn:SequenceFlow')) parts.push(...this.flow(element));
    if (isAny(object, ['bpmn:IntermediateCatchEvent', 'bpmn:BoundaryEvent'])) parts.push(...this.event(element));
    if (is(object, 'bpmn:EndEvent')) parts.push(this.code(element));
    if (isAny(object, ['bpmn:Activity', 'bpmn:EndEvent'])) parts.push(this.status(element));
    if (isAny(object, ['bpmn:FlowNode'])) parts.push(this.documentation(element));
    return parts;
  }

  name(element) {
    if (is(this.object, 'bpmn:Lane')) return null;
    const change = (name) => {
      if (this.object === element.businessObject) this.writing.modeling.updateLabel(element, name);
      else this.writing.modeling.updateModdleProperties(element, this.object, { name });
    };
    return text(this.texts.name, this.object.name || '', change, { name: 'name', hint: is(this.object, 'bpmn:Activity') ? this.texts.nameHint : '' });
  }

  property(element, name, make) {
    const object = this.object;
    return make(this.writing.property(object, name), (value) => this.writing.setProperty(element, object, name, value));
  }

  sheet(element) {
    const { texts } = this;
    const states = texts.sheetStates.map((one) => ({ code: one, words: one }));
    return [
      this.property(element, 'owner', (value, change) => text(texts.owner, value, change, { name: 'owner' })),
      this.property(element, 'service', (value, change) => text(texts.service, value, change, { name: 'service' })),
      this.property(element, 'status', (value, change) => select(texts.sheetStatus, states, value, change, { name: 'sheet-status' })),
    ];
  }

  documentation(element) {
    const object = this.object;
    return area(this.texts.documentation, this.writing.documentation(object), (value) => this.writing.setDocumentation(element, object, value), { name: 'documentation' });
  }

  laneRole(element) {
    const { roles } = this.known;
    return select(this.texts.role, roles, this.object.id, (id) => {
      if (!id) return;
      this.writing.modeling.updateProperties(element, { id, name: roles.find(({ code }) => code === id).words });
    }, { name: 'lane-role', hint: this.texts.laneHint });
  }

  /** Which lane an element stands in; choosing another moves it there. */
  role(element) {
    const lanes = this.modeler.get('elementRegistry').filter((one) => is(one, 'bpmn:Lane') && !one.labelTarget);
    if (!lanes.length) return null;
    const middle = element.y + element.height / 2;
    const here = lanes.find(({ businessObject }) => businessObject.flowNodeRef?.includes(this.object));
    const options = lanes.map(({ businessObject: { id, name } }) => ({ code: id, words: name || id }));
    return select(this.texts.role, options, here?.businessObject.id || '', (id) => {
      const lane = lanes.find(({ businessObject }) => businessObject.id === id);
      if (!lane) return;
      const y = Math.round(lane.y + lane.height / 2 - middle);
      this.writing.modeling.moveElements([element], { x: 0, y }, element.parent);
    }, { name: 'role', none: here ? null : '–' });
  }

  userTask(element) {
    const { texts, known, object } = this;
    const form = this.writing.property(object, 'form');
    const { variants = [] } = known.forms.find(({ code }) => code === form) || {};
    const look = form ? button(texts.preview, () => this.preview(form, this.writing.property(object, 'variant'))) : null;
    const dates = node('div');
    this.ask(element).then(({ names }) => {
      if (this.element !== element) return;
      const free = names.filter(({ choices }) => !choices.length);
      dates.append(this.property(element, 'due_from', (value, change) => select(texts.dueFrom, free, value, change, { name: 'due_from', none: texts.dueFromToday })));
    });
    return [
      this.property(element, 'form', (value, change) => select(texts.form, known.forms, value, change, { name: 'form' })),
      variants.length ? this.property(element, 'variant', (value, change) => select(texts.variant, variants.map((one) => ({ code: one, words: texts.variants[one] || one })), value, change, { name: 'variant' })) : null,
      look,
      this.property(element, 'due', (value, change) => select(texts.due, known.deadlines, value, change, { name: 'due', none: texts.noDue })),
      dates,
      button(texts.remind, () => remind(this.modeler, this.writing, element, this.texts), { name: 'remind' }),
      area(texts.instructions, this.writing.body(object, 'InstructionsForEndUser'), (value) => this.writing.setBody(element, object, 'InstructionsForEndUser', value), { name: 'instructions', hint: texts.instructionsHint }),
    ];
  }

  serviceTask(element) {
    const { texts, known, object, writing } = this;
    const { name, given } = writing.action(object);
    const parts = [select(texts.action, known.actions, name, (code) => writing.setAction(element, object, code, code === 'notify' ? { notice: '"new_referral"', to: '"coordinator"' } : {}), { name: 'action' })];
    if (name !== 'notify') return parts;
    const plain = (value = '') => value.replace(/^"|"$/g, '');
    const set = (key) => (value) => writing.setAction(element, object, name, { ...given, [key]: JSON.stringify(value) });
    return [...parts, select(texts.notice, known.notices, plain(given.notice), set('notice'), { name: 'notice' }), select(texts.to, known.recipients, plain(given.to), set('to'), { name: 'to' })];
  }

  ruleTask(element) {
    const { texts, known, object, writing } = this;
    const table = writing.body(object, 'CalledDecisionId');
    const { url } = known.tables.find(({ code }) => code === table) || {};
    return [select(texts.table, known.tables, table, (code) => writing.setBody(element, object, 'CalledDecisionId', code), { name: 'table' }), url ? node('p', {}, node('a', { href: url }, texts.openTable)) : null];
  }

  callActivity(element) {
    const { texts, known, object } = this;
    const { url } = known.processes.find(({ code }) => code === object.calledElement) || {};
    const change = (calledElement) => this.writing.modeling.updateProperties(element, { calledElement: calledElement || undefined });
    return [select(texts.calls, known.processes, object.calledElement || '', change, { name: 'calls' }), url ? node('p', {}, node('a', { href: url }, texts.openProcess)) : null];
  }

  flow(element) {
    const { texts, object, writing } = this;
    const { sourceRef } = object;
    if (!isAny(sourceRef, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']) || sourceRef.outgoing.length < 2) return [];
    const gateway = element.source;
    const usual = sourceRef.default === object;
    const parts = [tick(texts.default, usual, (on) => writing.modeling.updateProperties(gateway, { default: on ? object : undefined }), { name: 'default' })];
    if (usual) return parts;
    const said = object.conditionExpression?.body || '';
    const rows = node('div', { class: 'condition', role: 'group', 'aria-label': texts.condition });
    const change = (expression) => { writing.setCondition(element, expression); };
    this.ask(element).then(({ names }) => {
      if (this.element === element) conditionBuilder(rows, said, names.filter(({ code }) => code), texts.conditions, change);
    });
    return [...parts, node('h3', {}, texts.condition), rows, text(texts.expression, said, change, { name: 'condition' })];
  }

  event(element) {
    const { texts, known, object, writing } = this;
    const timer = writing.timer(object);
    const message = writing.message(object);
    const heard = [{ code: 'Timer', words: texts.heard.Timer }, { code: 'Message', words: texts.heard.Message }];
    const parts = [select(texts.waitsFor, heard, timer ? 'Timer' : message ? 'Message' : '', (type) => writing.setHeard(element, type), { name: 'heard', none: timer || message ? null : '–' })];
    if (timer) {
      const rows = node('div');
      this.ask(element).then(({ names }) => {
        if (this.element !== element) return;
        const dates = names.filter(({ choices }) => !choices.length);
        timerBuilder(rows, timer, { deadlines: known.deadlines, dates }, texts.timers, (part, said) => writing.setTimer(element, part, said));
      });
      parts.push(rows);
    }
    if (message) parts.push(select(texts.message, known.messages, message.messageRef?.name || '', (name) => writing.setMessage(element, name), { name: 'message' }));
    if (is(object, 'bpmn:BoundaryEvent')) {
      parts.push(tick(texts.interrupts, object.cancelActivity !== false, (cancelActivity) => writing.modeling.updateProperties(element, { cancelActivity }), { name: 'interrupts' }));
    }
    return parts;
  }

  code(element) {
    return this.property(element, 'code', (value, change) => text(this.texts.code, value, change, { name: 'code', hint: this.texts.codeHint }));
  }

  status(element) {
    return this.property(element, 'status', (value, change) => select(this.texts.status, this.known.statuses, value, change, { name: 'status', none: this.texts.sameStatus }));
  }
}
