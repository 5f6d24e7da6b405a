// A time in words: which kind of deadline, of what, from which day.
import { node, select, text } from './fields.js';

const KINDS = [
  ['working_days', 'timeDate', /^working_days\("(\w+)"\)$/, (a) => `working_days("${a}")`],
  ['deadline_after', 'timeDate', /^deadline_after\(([\w.]+), "(\w+)"\)$/, (a, b) => `deadline_after(${b}, "${a}")`],
  ['deadline_before', 'timeDate', /^deadline_before\(([\w.]+), "(\w+)"\)$/, (a, b) => `deadline_before(${b}, "${a}")`],
  ['months_after', 'timeDate', /^months_after\(([\w.]+), (\d+)\)$/, (a, b) => `months_after(${b}, ${a})`],
  ['morning_of', 'timeDate', /^morning_of\(([\w.]+)\)$/, (a, b) => `morning_of(${b})`],
  ['end_of_day', 'timeDate', /^end_of_day\(([\w.]+)\)$/, (a, b) => `end_of_day(${b})`],
  ['then_every', 'timeCycle', /^then_every\("(\w+)", (\d+)\)$/, (a, b) => `then_every("${a}", ${b})`],
  ['every', 'timeCycle', /^every\("(\w+)"\)$/, (a) => `every("${a}")`],
  ['days', 'timeDuration', /^P(\d+)D$/, (a) => `P${a}D`],
];
const DEADLINE = ['working_days', 'deadline_after', 'deadline_before', 'every', 'then_every'];
const DATE = ['deadline_after', 'deadline_before', 'months_after', 'morning_of', 'end_of_day'];
const NUMBER = ['months_after', 'days'];

export function read(said) {
  for (const [kind, , pattern] of KINDS) {
    const found = said.trim().match(pattern);
    if (!found) continue;
    const [, first = '', second = ''] = found;
    if (kind === 'then_every') return { kind, amount: first, date: '', days: second };
    if (!DATE.includes(kind)) return { kind, amount: first, date: '' };
    return { kind, amount: second, date: first };
  }
  return { kind: said.trim() ? 'own' : '', amount: '', date: '' };
}

/** The controls of a timer in `root`; `change` gets the part of BPMN and its expression. */
export function builder(root, timer, known, texts, change) {
  const chosen = read(timer.text);
  const write = () => {
    const [, part, , make] = KINDS.find(([kind]) => kind === chosen.kind) || [];
    if (!make) return;
    if (DEADLINE.includes(chosen.kind) && !known.deadlines.some(({ code }) => code === chosen.amount)) {
      const repeats = known.deadlines.find(({ unit }) => chosen.kind !== 'every' || unit !== 'working_days');
      chosen.amount = repeats.code;
    }
    if (NUMBER.includes(chosen.kind) && !/^\d+$/.test(chosen.amount)) chosen.amount = '1';
    if (DATE.includes(chosen.kind) && !chosen.date) chosen.date = known.dates[0]?.code || '';
    if (!/^[1-9]\d*$/.test(chosen.days)) chosen.days = '7';
    change(part, make(chosen.amount, chosen.kind === 'then_every' ? chosen.days : chosen.date));
  };
  const kinds = [...KINDS.map(([code]) => ({ code, words: texts.kinds[code] })), { code: 'own', words: texts.kinds.own }];
  root.append(select(texts.when, kinds, chosen.kind, (kind) => { chosen.kind = kind; write(); }, { name: 'timer-kind' }));
  if (DEADLINE.includes(chosen.kind)) {
    const fitting = known.deadlines.filter(({ unit }) => chosen.kind !== 'every' || unit !== 'working_days');
    root.append(select(texts.deadline, fitting, chosen.amount, (code) => { chosen.amount = code; write(); }, { name: 'timer-deadline', none: null }));
  }
  if (NUMBER.includes(chosen.kind)) {
    const words = chosen.kind === 'days' ? texts.days : texts.months;
    root.append(text(words, chosen.amount, (typed) => { chosen.amount = typed; write(); }, { name: 'timer-number' }));
  }
  if (chosen.kind === 'then_every') {
    root.append(text(texts.thenDays, chosen.days, (typed) => { chosen.days = typed; write(); }, { name: 'timer-days' }));
  }
  if (DATE.includes(chosen.kind)) {
    root.append(select(texts.from, known.dates, chosen.date, (code) => { chosen.date = code; write(); }, { name: 'timer-date', none: null }));
  }
  if (chosen.kind === 'own') {
    root.append(text(texts.expression, timer.text, (typed) => change(timer.kind || 'timeDate', typed), { name: 'timer-text' }));
  }
  if (timer.text) root.append(node('p', { class: 'hint' }, node('code', {}, timer.text)));
}
