// Drawings with what the workbench and the figures say of them.
import { drawings } from './drawing.js';
import './marked.css';

// How often a way is taken, on its last piece.
function share(viewer, id, words) {
  const way = viewer.get('elementRegistry').get(id);
  if (!way) return;
  const badge = document.createElement('span');
  badge.className = 'share';
  badge.textContent = words;
  const [from, to] = way.waypoints.slice(-2);
  const xs = way.waypoints.map(({ x }) => x);
  const ys = way.waypoints.map(({ y }) => y);
  const position = { left: (from.x + to.x) / 2 - Math.min(...xs) - 14, top: (from.y + to.y) / 2 - Math.min(...ys) - 9 };
  viewer.get('overlays').add(id, { position, scale: false, html: badge });
}

// What to mark: from an address, or from the page itself.
async function placeOf({ dataset: { place } }) {
  if (place.startsWith('#')) return JSON.parse(document.querySelector(place).textContent);
  return (await fetch(place)).json();
}

drawings(placeOf, (viewer, { shares = {} }) => {
  for (const [id, words] of Object.entries(shares)) share(viewer, id, words);
});
