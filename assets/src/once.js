// A double click submits once.
export function once(form) {
  form.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('formaction')) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'true';
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener('pageshow', () => delete form.dataset.sent);
}
