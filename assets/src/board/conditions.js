// A condition in rows: a name that is known here, how it compares, a value that its form offers.
import { button, node } from './fields.js';

const ROW = /^\s*([a-z_]\w*(?:\.\w+)*)\s*(==|!=|>=|<=|>|<)\s*("([^"]*)"|-?\d+(?:\.\d+)?|True|False)\s*$/;

/** Rows and how they are joined; null where the expression is more than rows can say. */
export function read(text) {
  if (!text.trim()) return { join: 'and', rows: [] };
  for (const join of ['and', 'or']) {
    const rows = text.split(new RegExp(`\\s${join}\\s`)).map((part) => part.match(ROW));
    if (rows.every(Boolean)) return { join, rows: rows.map(([, name, sign, value]) => ({ name, sign, value })) };
  }
  return null;
}

export const write = ({ join, rows }) => rows.map(({ name, sign, value }) => `${name} ${sign} ${value}`).join(` ${join} `);

function literal(choice) {
  if (choice === true) return 'True';
  if (choice === false) return 'False';
  if (choice === null) return 'None';
  return typeof choice === 'number' ? String(choice) : JSON.stringify(choice);
}

function options(names, value) {
  const made = names.map(({ code, words }) => new Option(words, code));
  if (value && !names.some(({ code }) => code === value)) made.push(new Option(`${value} (?)`, value));
  return made;
}

function valueControl(row, names, texts, changed) {
  const known = names.find(({ code }) => code === row.name);
  if (known?.choices.length) {
    const control = node('select', { 'aria-label': texts.value }, ...known.choices.map(({ code, words }) => new Option(words, literal(code))));
    if (!known.choices.some(({ code }) => literal(code) === row.value)) control.append(new Option(`${row.value} (?)`, row.value));
    control.value = row.value;
    control.addEventListener('change', () => { row.value = control.value; changed(); });
    return control;
  }
  const control = node('input', { type: 'text', 'aria-label': texts.value });
  control.value = row.value.replace(/^"|"$/g, '');
  control.addEventListener('change', () => {
    const typed = control.value.trim();
    row.value = /^-?\d+(\.\d+)?$/.test(typed) ? typed : JSON.stringify(typed.replaceAll('"', ''));
    changed();
  });
  return control;
}

/** The rows of a condition in `root`; `change` gets the new expression. */
export function builder(root, text, names, texts, change) {
  const condition = read(text);
  if (!condition) return root.append(node('p', { class: 'hint' }, texts.tooRich));
  const { rows } = condition;
  const changed = () => change(write(condition));
  rows.forEach((row, place) => {
    const name = node('select', { 'aria-label': texts.answer }, ...options(names, row.name));
    name.value = row.name;
    name.addEventListener('change', () => {
      row.name = name.value;
      row.value = literal(names.find(({ code }) => code === row.name)?.choices[0]?.code ?? '');
      changed();
    });
    const signs = ['==', '!=', '>', '>=', '<', '<='];
    const sign = node('select', { 'aria-label': texts.compare }, ...signs.map((one) => new Option(texts.signs[one], one)));
    sign.value = row.sign;
    sign.addEventListener('change', () => { row.sign = sign.value; changed(); });
    const drop = button('×', () => { rows.splice(place, 1); changed(); }, { 'aria-label': texts.dropRow, class: 'bare' });
    root.append(node('div', { class: 'row' }, name, sign, valueControl(row, names, texts, changed), drop));
  });
  if (rows.length > 1) {
    const join = node('select', { 'aria-label': texts.join }, new Option(texts.and, 'and'), new Option(texts.or, 'or'));
    join.value = condition.join;
    join.addEventListener('change', () => { condition.join = join.value; changed(); });
    root.append(node('div', { class: 'field' }, join));
  }
  root.append(button(texts.addRow, () => {
    const first = names.find(({ choices }) => choices.length) || names[0];
    rows.push({ name: first?.code || '', sign: '==', value: literal(first?.choices[0]?.code ?? '') });
    changed();
  }));
}
