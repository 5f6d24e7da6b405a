// Adds and removes entries of repeating groups on the page; without it the buttons ask the server.
export function entries(form) {
  form.addEventListener('click', (event) => {
    const remove = event.target.closest('[data-remove]');
    if (!remove) return;
    event.preventDefault();
    const entry = remove.closest('[data-entry]');
    const next = entry.parentElement.querySelector('[name="add"]');
    entry.remove();
    next?.focus();
    form.dispatchEvent(new Event('change', { bubbles: true }));
  });
}
