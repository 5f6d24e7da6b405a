// Drawings with what the workbench and the figures say of them.
import { badge, drawings, fetched } from './drawing.js';
import './marked.css';

// How often a way is taken, on its last piece.
function share(viewer, id, words) {
  const way = viewer.get('elementRegistry').get(id);
  if (!way) return;
  const [from, to] = way.waypoints.slice(-2);
  const xs = way.waypoints.map(({ x }) => x);
  const ys = way.waypoints.map(({ y }) => y);
  badge(viewer, id, 'share', words, { left: (from.x + to.x) / 2 - Math.min(...xs) - 14, top: (from.y + to.y) / 2 - Math.min(...ys) - 9 });
}

// What to mark: from an address, or from the page itself.
function placeOf(root) {
  const { place } = root.dataset;
  return place.startsWith('#') ? JSON.parse(document.querySelector(place).textContent) : fetched(root);
}

drawings(placeOf, (viewer, { shares = {} }) => {
  for (const [id, words] of Object.entries(shares)) share(viewer, id, words);
});
