// j/k through a list, Enter opens, c claims, / searches, ? explains. Off where a person wants it off.
export function keyboard() {
  const list = document.querySelector('[data-keys]');
  const help = document.querySelector('dialog[data-help]');
  if (!list || list.dataset.keys === 'off') return;
  const rows = () => [...list.querySelectorAll('tbody tr')];
  const chosen = () => rows().findIndex((row) => 'chosen' in row.dataset);
  const choose = (index) => {
    const all = rows();
    if (!all.length) return;
    for (const row of all) delete row.dataset.chosen;
    const row = all[Math.max(0, Math.min(all.length - 1, index))];
    row.dataset.chosen = '';
    row.querySelector('a.row')?.focus();
    row.scrollIntoView({ block: 'nearest' });
  };
  const keys = {
    j: () => choose(chosen() + 1),
    k: () => choose(chosen() < 0 ? 0 : chosen() - 1),
    c: () => rows()[chosen()]?.querySelector('[data-claim]')?.click(),
    '/': () => document.querySelector('input[type="search"]')?.focus(),
    '?': () => help?.showModal(),
  };
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, textarea, select');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}
