// Tokens that walk the drawing: in the reader's language, and near enough to be seen.
import { is } from 'bpmn-js/lib/util/ModelUtil';

// Below half size the simulation hides its buttons.
const NEAR = 0.75;
const WORDS = {
  'Play/Pause Simulation': 'Weiter oder anhalten', 'Reset Simulation': 'Von vorn beginnen', 'Toggle Simulation Log': 'Verlauf zeigen',
  'Simulation Log': 'Verlauf', 'No Entries': 'Noch nichts geschehen', 'Trigger Event': 'Auslösen', 'Set Sequence Flow': 'Weg wählen',
  'Add pause point': 'Hier anhalten', 'Remove pause point': 'Nicht mehr anhalten', Close: 'Schliessen', 'Play Simulation': 'Es geht weiter', 'Pause Simulation': 'Angehalten',
  'Set animation speed = Slow': 'langsam', 'Set animation speed = Normal': 'normal', 'Set animation speed = Fast': 'schnell',
  'Found unsupported elements': 'Nicht alles lässt sich durchspielen', 'Not supported': 'lässt sich nicht durchspielen',
  'Process started': 'Fall begonnen', 'Process finished': 'Fall beendet', 'Process canceled': 'Fall abgebrochen',
  'Service Task': 'Automatischer Schritt', 'User Task': 'Aufgabe', 'Call Activity': 'Teilprozess', 'Business Rule Task': 'Entscheidung nach Tabelle', Task: 'Aufgabe',
  'Exclusive Gateway': 'Ein Weg', 'Parallel Gateway': 'Alle Wege', 'Inclusive Gateway': 'Mehrere Wege', 'Event based Gateway': 'Was zuerst geschieht',
  'Start Event': 'Start', 'End Event': 'Ende', 'Intermediate Event': 'Zwischenereignis', 'Boundary Event': 'Ereignis an einer Tätigkeit',
};
const OURS = '[class*="bts-"]';

function said(text) {
  const plain = text.trim();
  const focus = plain.match(/^Focus process instance (.*)$/);
  return focus ? `Fall ${focus[1]} hervorheben` : WORDS[plain];
}

function translate(part) {
  for (const one of [part, ...part.querySelectorAll('[title], [aria-label]')]) {
    for (const name of ['title', 'aria-label']) {
      const words = one.hasAttribute?.(name) && said(one.getAttribute(name));
      if (words) one.setAttribute(name, words);
    }
  }
  const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const words = texts.currentNode.parentElement.closest(OURS) && said(texts.currentNode.data);
    if (words) texts.currentNode.data = words;
  }
}

/** Watch what the simulation writes; only where the page is in German. */
function speak(container) {
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const added of addedNodes) if (added.nodeType === 1 && (added.matches(OURS) || added.querySelector(OURS))) translate(added);
    }
  }).observe(container, { childList: true, subtree: true });
  for (const part of container.querySelectorAll(OURS)) translate(part);
}

function comeNear(modeler) {
  const canvas = modeler.get('canvas');
  const start = modeler.get('elementRegistry').find((one) => is(one, 'bpmn:StartEvent') && !one.labelTarget);
  if (!start || canvas.zoom() >= NEAR) return;
  const { outer } = canvas.viewbox();
  const [width, height] = [outer.width / NEAR, outer.height / NEAR];
  canvas.viewbox({ x: start.x - width / 6, y: start.y - height / 2, width, height });
}

/** The simulation without colours of its own for each case: they are styles that the page's policy forbids. */
export const oneColour = { __init__: [], coloredScopes: ['value', {}] };

/** Turns the simulation on and off. */
export class Simulation {
  constructor(modeler) {
    this.modeler = modeler;
    modeler.get('tokenCount')._getTokenHTML = (element, scope) => `<div class="bts-token-count waiting" data-scope-id="${scope.id}">${scope.getTokensByElement(element)}</div>`;
    if (document.documentElement.lang.startsWith('de')) speak(modeler.get('canvas').getContainer());
  }

  turn(on) {
    this.modeler.get('toggleMode').toggleMode(on);
    if (on) comeNear(this.modeler);
  }
}
