// What makes pages nicer; every page works without it.
import './page.css';
import { autosave } from './autosave.js';
import { conditions } from './conditions.js';
import { entries } from './entries.js';
import { keyboard } from './keyboard.js';
import { once } from './once.js';

document.documentElement.dataset.js = 'true';
document.querySelector('[data-focus]')?.focus();
for (const form of document.querySelectorAll('form[data-step]')) {
  entries(form);
  conditions(form);
  autosave(form);
}
for (const form of document.querySelectorAll('form[method="post"]')) once(form);
for (const list of document.querySelectorAll('form[data-auto]')) {
  list.addEventListener('change', () => list.requestSubmit());
}
keyboard();
// On a phone the first task goes before the filters, unless one is chosen.
const fold = document.querySelector('details.fold');
if (fold && innerWidth < 640 && !new URLSearchParams(location.search).has('text')) fold.open = false;
