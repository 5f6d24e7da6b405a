// What the check finds, on the elements and in a list below: a sentence, a reason, a repair.
import { button, node } from './fields.js';
import { REPAIRS, repairable } from './repairs.js';
import { lint, WHOLE } from './rules.js';

export class Findings {
  constructor(root, modeler, writing, known, file) {
    Object.assign(this, { root, modeler, writing, known, file, here: [], server: [] });
    this.marked = [];
  }

  /** The rules of the browser, at once. */
  async look() {
    this.here = (await lint(this.modeler.getDefinitions())).map(({ code, element }) => ({
      code, element, file: this.file, severity: 'error', ...this.known.findings[code], sentence: '',
    }));
    this.show();
  }

  /** The findings of the server. */
  told(found) {
    this.server = found;
    this.show();
  }

  /** What the browser judges wholly is taken from it, being newer; all else from the server. */
  show() {
    const key = ({ code, element }) => `${code} ${element}`;
    const told = new Map(this.server.map((one) => [key(one), one]));
    const seen = this.here.map((one) => told.get(key(one)) || one);
    const more = this.server.filter((one) => !seen.includes(one) && (one.file !== this.file || !WHOLE.has(one.code)));
    this.all = [...seen, ...more];
    this.mark();
    this.list();
  }

  mark() {
    const canvas = this.modeler.get('canvas');
    const registry = this.modeler.get('elementRegistry');
    for (const [id, marker] of this.marked) if (registry.get(id)) canvas.removeMarker(id, marker);
    this.marked = [];
    for (const { element, severity, file } of this.all) {
      if (file !== this.file || !registry.get(element)) continue;
      const marker = `found-${severity}`;
      canvas.addMarker(element, marker);
      this.marked.push([element, marker]);
    }
  }

  list() {
    const { texts } = this.known;
    const errors = this.all.filter(({ severity }) => severity === 'error').length;
    const count = this.all.length ? texts.found.replace('{errors}', errors).replace('{hints}', this.all.length - errors) : texts.nothingFound;
    const items = this.all.map((finding) => this.item(finding));
    this.root.replaceChildren(node('p', { role: 'status', class: errors ? 'late' : 'quiet' }, count), node('ul', { class: 'findings' }, ...items));
    this.root.dataset.errors = errors;
  }

  item(finding) {
    const { texts } = this.known;
    const shape = finding.file === this.file ? this.modeler.get('elementRegistry').get(finding.element) : null;
    const name = finding.name || shape?.businessObject.name || finding.element || finding.file;
    const go = () => {
      this.modeler.get('selection').select(shape);
      this.modeler.get('canvas').scrollToElement(shape, 100);
    };
    const far = finding.url && finding.file !== this.file;
    const elsewhere = far ? node('a', { href: finding.url }, `${finding.file}: ${name}`) : node('span', {}, name);
    const place = shape ? button(name, go, { class: 'bare' }) : elsewhere;
    const mend = repairable(finding.code, shape, this.writing)
      ? button(texts.repairs[finding.code], () => REPAIRS[finding.code](this.writing, shape), { 'data-repair': finding.code }) : null;
    const exact = finding.sentence ? node('details', {}, node('summary', {}, texts.exactly), node('code', {}, `${finding.code}: ${finding.sentence}`)) : null;
    return node('li', { class: finding.severity, 'data-code': finding.code, 'data-element': finding.element },
      node('span', { class: 'tag' }, texts.severities[finding.severity]), ' ', place, ' ', node('span', {}, finding.words), ' ',
      node('span', { class: 'quiet' }, finding.reason), mend, exact);
  }
}
