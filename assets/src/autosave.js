// Saves what is typed, a moment after typing stops and when the page is left.
export function autosave(form) {
  const url = form.dataset.draft;
  const said = form.querySelector('[data-saved]');
  if (!url) return;
  let timer;
  let last = '';
  const body = () => {
    const data = new FormData(form);
    for (const [key, value] of [...data]) if (value instanceof File) data.delete(key);
    return data;
  };
  last = new URLSearchParams(body()).toString();
  const send = async () => {
    const data = body();
    const now = new URLSearchParams(data).toString();
    if (now === last) return;
    try {
      const answer = await fetch(url, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      last = now;
      if (said) said.textContent = (await answer.json()).said;
    } catch {
      if (said) said.textContent = form.dataset.notSaved;
    }
  };
  // One after the other: an earlier text must not arrive last.
  let sending = Promise.resolve();
  const save = () => { sending = sending.then(send); };
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(save, 1500); });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    const now = new URLSearchParams(body()).toString();
    if (now !== last && !form.dataset.sent) navigator.sendBeacon(url, body());
  });
}
