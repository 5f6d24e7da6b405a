// Drawings to look at, with places marked; drawn when somebody unfolds them.
import Viewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer.css';

/** Words in a badge on an element. */
export function badge(viewer, id, kind, words, position) {
  const html = document.createElement('span');
  html.className = kind;
  html.textContent = words;
  viewer.get('overlays').add(id, { position, scale: false, html });
}

export const fetched = ({ dataset: { place } }) => fetch(place).then((answer) => answer.json());

async function draw(root, placeOf, more) {
  const viewer = new Viewer({ container: root });
  const [xml, place] = await Promise.all([fetch(root.dataset.source).then((answer) => answer.text()), placeOf(root)]);
  await viewer.importXML(xml);
  const canvas = viewer.get('canvas');
  const known = (id) => viewer.get('elementRegistry').get(id);
  canvas.zoom('fit-viewport');
  for (const kind of ['passed', 'now', 'changed']) for (const id of place[kind] || []) if (known(id)) canvas.addMarker(id, kind);
  for (const [id, number] of Object.entries(place.counts || {})) if (known(id)) badge(viewer, id, 'count', number, { top: -40, left: -24 });
  more?.(viewer, place);
  const said = root.parentElement.querySelector('[data-said]');
  viewer.get('eventBus').on('element.click', ({ element }) => {
    const name = element.businessObject?.name;
    if (said && name) said.textContent = `${name}: ${place.said[element.id] || place.said['']}`;
  });
  root.dataset.ready = true;
}

/** Draw all of a page: `placeOf` tells what to mark, `more` marks it further. */
export function drawings(placeOf = fetched, more) {
  for (const root of document.querySelectorAll('[data-drawing]')) {
    const fold = root.closest('details');
    const show = () => draw(root, placeOf, more);
    if (!fold) show();
    else fold.addEventListener('toggle', () => { if (fold.open && !root.dataset.ready) show(); });
  }
}
