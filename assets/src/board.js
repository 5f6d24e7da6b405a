// The drawing board of the workbench: draw, see what is wrong, mend it; kept as one draws.
import Modeler from 'bpmn-js/lib/Modeler';
import TokenSimulation from 'bpmn-js-token-simulation';
import minimap from 'diagram-js-minimap';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './board.css';
import { fit } from './board/canvas.js';
import { exports } from './board/exports.js';
import { Findings } from './board/findings.js';
import { arrange } from './board/layout.js';
import limits from './board/limits.js';
import moddle from './board/moddle.json';
import { Panel } from './board/panel.js';
import { pictured } from './board/picture.js';
import { Saving } from './board/saving.js';
import { Simulation, oneColour } from './board/simulation.js';
import { translation } from './board/translation.js';
import { whole } from './board/whole.js';
import { latest } from './latest.js';

const root = document.querySelector('[data-board]');
const data = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const json = async (url) => (await fetch(url)).json();

const [known, translate, xml] = await Promise.all([
  json(data.known), translation(document.documentElement.lang), fetch(data.source).then((answer) => answer.text()),
]);
const modeler = new Modeler({
  container: part('canvas'),
  additionalModules: [minimap, TokenSimulation, oneColour, limits, translate],
  moddleExtensions: { spiffworkflow: moddle },
});

const saving = new Saving({
  url: data.save, token: data.token, copy: data.copy, seen: data.seen, revision: Number(data.revision),
  said: part('saved'), conflict: part('conflict'), texts: known.texts,
  current: async () => (await modeler.saveXML({ format: true })).xml,
});

const preview = latest(async (form, variant) => (await fetch(`${data.forms}/${form}?variant=${variant}`)).text(), (html) => {
  const dialog = part('preview');
  const page = new DOMParser().parseFromString(html, 'text/html');
  dialog.querySelector('[data-form]').replaceChildren(...page.querySelector('[data-form]').childNodes);
  dialog.showModal();
});
const ask = async (element) => {
  await saving.flush();
  const object = element.businessObject;
  const process = object.processRef?.id || object.$parent?.id || '';
  return json(`${data.names}?process=${encodeURIComponent(process)}&element=${encodeURIComponent(object.id)}`);
};

const panel = new Panel(part('panel'), modeler, known, ask, preview);
const findings = new Findings(part('findings'), modeler, panel.writing, known, data.file);
const check = latest(() => json(data.check), (found) => findings.told(found));
saving.onKept(check);

async function open() {
  try {
    saving.read(await modeler.importXML(xml));
  } catch (error) {
    // Files without a picture of their own get one.
    if (!/no diagram to display/.test(error.message)) throw error;
    saving.read(error);
    saving.read(await modeler.importXML(pictured(xml)));
    arrange(modeler);
    modeler.get('commandStack').clear();
    saving.changed();
  }
  whole(modeler.getDefinitions());
  fit(modeler);
  panel.show(null);
  let timer;
  modeler.on('commandStack.changed', () => {
    saving.changed();
    clearTimeout(timer);
    timer = setTimeout(() => findings.look(), 250);
    for (const [name, can] of [['undo', 'canUndo'], ['redo', 'canRedo']]) part(name).disabled = !modeler.get('commandStack')[can]();
  });
  findings.look();
  check();
  const wanted = new URLSearchParams(location.search).get('element');
  const shape = wanted && modeler.get('elementRegistry').get(wanted);
  if (shape) modeler.get('selection').select(shape);
  if (data.closed) saving.closed(data.closed);
  root.dataset.ready = 'true';
}

const simulation = new Simulation(modeler);
const press = (name, action) => part(name)?.addEventListener('click', action);
press('undo', () => modeler.get('commandStack').undo());
press('redo', () => modeler.get('commandStack').redo());
press('search', () => modeler.get('searchPad').toggle());
press('arrange', () => arrange(modeler));
press('fit', () => fit(modeler));
press('simulate', ({ currentTarget }) => {
  const on = currentTarget.getAttribute('aria-pressed') !== 'true';
  currentTarget.setAttribute('aria-pressed', on);
  simulation.turn(on);
  part('how').hidden = !on;
  root.classList.toggle('simulating', on);
});
part('preview').querySelector('[data-close]').addEventListener('click', () => part('preview').close());
part('file')?.addEventListener('change', async ({ currentTarget: { value } }) => { await saving.flush(); location.href = value; });
exports(part, modeler, data, saving);
try {
  await open();
} catch (error) {
  saving.unread(error.message);
}
