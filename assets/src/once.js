// A double click submits once.
export function once(form) {
  form.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('formaction')) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'true';
    // The answer is another page: the place on this one, of a link to an error, does not go along.
    if (location.hash) history.replaceState(history.state, '', location.pathname + location.search);
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener('pageshow', () => delete form.dataset.sent);
}
