// Small labelled controls for the panel; each tells its change once typing pauses or the field is left.
let number = 0;

export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

function labelled(words, control, hint) {
  control.id = `panel-${(number += 1)}`;
  const said = hint ? node('p', { class: 'hint', id: `${control.id}-hint` }, hint) : null;
  if (said) control.setAttribute('aria-describedby', said.id);
  return node('div', { class: 'field' }, node('label', { for: control.id }, words), said, control);
}

function told(control, change) {
  let timer;
  let last = control.value;
  const tell = () => {
    clearTimeout(timer);
    if (control.value === last) return;
    last = control.value;
    change(control.value.trim());
  };
  control.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(tell, 600); });
  control.addEventListener('change', tell);
}

export function text(words, value, change, { hint, name } = {}) {
  const control = node('input', { type: 'text', autocomplete: 'off', name });
  control.value = value;
  told(control, change);
  return labelled(words, control, hint);
}

export function area(words, value, change, { hint, name, rows = 3 } = {}) {
  const control = node('textarea', { rows, name });
  control.value = value;
  told(control, change);
  return labelled(words, control, hint);
}

/** One of several; a value that is not offered stays and is shown as it is. */
export function select(words, options, value, change, { hint, name, none = '–' } = {}) {
  const control = node('select', { name });
  if (none !== null) control.append(new Option(none, ''));
  for (const { code, words: label } of options) control.append(new Option(label, code));
  if (value && !options.some(({ code }) => String(code) === String(value))) control.append(new Option(`${value} (?)`, value));
  control.value = value ?? '';
  control.addEventListener('change', () => change(control.value));
  return labelled(words, control, hint);
}

export function tick(words, value, change, { name } = {}) {
  const control = node('input', { type: 'checkbox', name });
  control.checked = value;
  control.id = `panel-${(number += 1)}`;
  control.addEventListener('change', () => change(control.checked));
  return node('div', { class: 'field choice' }, control, node('label', { for: control.id }, words));
}

export const button = (words, press, attributes = {}) => node('button', { type: 'button', class: 'plain', ...attributes, onclick: press }, words);
