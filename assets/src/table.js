// A decision table with its test bench: put in values, see which rule fires.
import DmnModeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './board.css';
import { node, select, text } from './board/fields.js';
import { Saving } from './board/saving.js';
import { latest } from './latest.js';

const GERMAN = {
  'View DRD': 'Übersicht', 'Hit policy:': 'Trefferregel:', 'Hit Policy': 'Trefferregel', 'Hit policy': 'Trefferregel', When: 'Wenn', And: 'und', Then: 'Dann', Annotations: 'Bemerkung', Annotation: 'Bemerkung',
  'Add input': 'Eingabe hinzufügen', 'Add output': 'Ausgabe hinzufügen', 'Add rule': 'Regel hinzufügen', Expression: 'Ausdruck', 'Input label': 'Beschriftung', 'Output label': 'Beschriftung',
  'Output name': 'Name', 'Input expression': 'Ausdruck', Type: 'Art', Unique: 'Genau eine', First: 'Die erste', Any: 'Beliebige', Collect: 'Zusammengezählt', Priority: 'Rang',
  Remove: 'Entfernen', 'Add rule above': 'Regel darüber', 'Add rule below': 'Regel darunter', 'Remove rule': 'Regel entfernen', Copy: 'Kopieren', Cut: 'Ausschneiden',
  'Edit input': 'Eingabe ändern', 'Edit output': 'Ausgabe ändern', 'Add left': 'links hinzufügen', 'Add right': 'rechts hinzufügen', 'Input': 'Eingabe', 'Output': 'Ausgabe', Rule: 'Regel',
};
const root = document.querySelector('[data-table]');
const data = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const json = async (url) => (await fetch(url)).json();
const [known, xml] = await Promise.all([json(data.known), fetch(data.source).then((answer) => answer.text())]);
const { texts } = known;
const words = document.documentElement.lang.startsWith('de') ? GERMAN : {};
const translate = (said, given = {}) => (words[said] || said).replace(/\{([^}]+)\}/g, (_, key) => given[key] ?? `{${key}}`);
const spoken = { additionalModules: [{ translate: ['value', translate] }] };
// Our cells are a part of FEEL of our own: plain fields, no editor of the whole language.
const plain = { options: [{ label: 'S-FEEL', value: 'sfeel' }], defaults: { editor: 'sfeel', inputCell: 'sfeel', inputHeaderCell: 'sfeel', outputCell: 'sfeel', literalExpression: 'sfeel' } };
const modeler = new DmnModeler({ container: part('canvas'), common: { expressionLanguages: plain }, decisionTable: spoken, drd: spoken, literalExpression: spoken });

const saving = new Saving({
  url: data.save, token: data.token, copy: data.copy, seen: data.seen, revision: Number(data.revision),
  said: part('saved'), conflict: part('conflict'), texts,
  current: async () => (await modeler.saveXML({ format: true })).xml,
});

const check = latest(() => json(data.check), (all) => {
  const found = all.filter(({ file }) => file === data.file);
  const items = found.map(({ code, severity, words, reason, sentence }) => node('li', { class: severity, 'data-code': code },
    node('span', { class: 'tag' }, texts.severities[severity]), ' ', words, ' ', node('span', { class: 'quiet' }, reason),
    node('details', {}, node('summary', {}, texts.exactly), node('code', {}, `${code}: ${sentence}`))));
  part('findings').replaceChildren(node('p', { role: 'status', class: 'quiet' }, found.length ? '' : texts.nothingFound), node('ul', { class: 'findings' }, ...items));
});

const given = {};
const decides = (decision) => latest(() => json(`${data.decide}/${encodeURIComponent(decision)}?${new URLSearchParams(given)}`), ({ fired, answers, sentence }, result) => {
  const said = sentence || (fired.length ? texts.fires.replace('{rules}', fired.join(', ')) : texts.firesNone);
  result.replaceChildren(node('p', { role: 'status' }, node('strong', {}, said)),
    node('dl', { class: 'facts' }, ...answers.flatMap(({ words, value }) => [node('dt', {}, words), node('dd', {}, value)])));
  root.querySelectorAll('tr.fires').forEach((row) => row.classList.remove('fires'));
  const rows = root.querySelectorAll('.tjs-table tbody tr');
  for (const number of fired) rows[number - 1]?.classList.add('fires');
});

const asking = {}; // by decision: the answer to an earlier bench is not told in the next one
const bench = latest(() => json(data.bench), (tables) => {
  part('bench').replaceChildren(node('h2', {}, texts.bench), ...tables.flatMap(({ decision, inputs }) => {
    const result = node('div', { 'data-result': true });
    const decide = asking[decision] ??= decides(decision);
    const fields = inputs.map(({ words, choices }, place) => {
      const key = `v${place}`;
      const change = (value) => { given[key] = value; decide(result); };
      return choices.length ? select(words, choices, given[key] ?? '', change, { name: key }) : text(words, given[key] ?? '', change, { name: key });
    });
    decide(result);
    return [...fields, result];
  }));
});

saving.onKept(() => { check(); bench(); });
saving.read(await modeler.importXML(xml));
const table = modeler.getViews().find(({ type }) => type === 'decisionTable');
if (table) await modeler.open(table);
const active = modeler.getActiveViewer();
active?.on?.('commandStack.changed', () => saving.changed());
active?.get('eventBus').on('elements.changed', () => saving.changed());
part('undo').addEventListener('click', () => active.get('commandStack').undo());
part('redo').addEventListener('click', () => active.get('commandStack').redo());
part('file')?.addEventListener('change', async ({ currentTarget: { value } }) => { await saving.flush(); location.href = value; });
await Promise.all([check(), bench()]);
if (data.closed) saving.closed(data.closed);
root.dataset.ready = 'true';
