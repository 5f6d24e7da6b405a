// The drawing with the current place marked; loaded when somebody unfolds it.
import Viewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';

// How many cases wait at an element, on its upper edge.
function count(viewer, id, number) {
  const badge = document.createElement('span');
  badge.className = 'count';
  badge.textContent = number;
  viewer.get('overlays').add(id, { position: { top: -40, left: -24 }, scale: false, html: badge });
}

// How often a way is taken, on its last piece.
function share(viewer, id, words) {
  const badge = document.createElement('span');
  badge.className = 'share';
  badge.textContent = words;
  const { waypoints } = viewer.get('elementRegistry').get(id);
  const [from, to] = waypoints.slice(-2);
  const xs = waypoints.map(({ x }) => x);
  const ys = waypoints.map(({ y }) => y);
  const position = { left: (from.x + to.x) / 2 - Math.min(...xs) - 14, top: (from.y + to.y) / 2 - Math.min(...ys) - 9 };
  viewer.get('overlays').add(id, { position, scale: false, html: badge });
}

// What to mark: from an address, or from the page itself.
async function placeOf({ dataset: { place } }) {
  if (place.startsWith('#')) return JSON.parse(document.querySelector(place).textContent);
  return (await fetch(place)).json();
}

async function draw(root) {
  const viewer = new Viewer({ container: root });
  const [xml, place] = await Promise.all([
    fetch(root.dataset.source).then((answer) => answer.text()),
    placeOf(root),
  ]);
  await viewer.importXML(xml);
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  canvas.zoom('fit-viewport');
  for (const id of place.passed) if (registry.get(id)) canvas.addMarker(id, 'passed');
  for (const id of place.now) if (registry.get(id)) canvas.addMarker(id, 'now');
  for (const id of place.changed || []) if (registry.get(id)) canvas.addMarker(id, 'changed');
  for (const [id, number] of Object.entries(place.counts || {})) if (registry.get(id)) count(viewer, id, number);
  for (const [id, words] of Object.entries(place.shares || {})) if (registry.get(id)) share(viewer, id, words);
  const said = root.parentElement.querySelector('[data-said]');
  viewer.get('eventBus').on('element.click', ({ element }) => {
    const name = element.businessObject?.name;
    if (said && name) said.textContent = `${name}: ${place.said[element.id] || place.said['']}`;
  });
  root.dataset.ready = 'true';
}

for (const root of document.querySelectorAll('[data-drawing]')) {
  const fold = root.closest('details');
  if (!fold) draw(root);
  else fold.addEventListener('toggle', () => { if (fold.open && !root.dataset.ready) draw(root); });
}
