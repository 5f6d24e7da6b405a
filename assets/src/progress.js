// Shows how far long work is, and the page anew when it is done.
export function progress() {
  const box = document.querySelector('[data-progress]');
  if (!box) return;
  const look = async () => {
    const { done, total, ended } = await (await fetch(box.dataset.progress)).json();
    if (ended) { location.reload(); return; }
    box.querySelector('progress').value = done;
    box.querySelector('progress').max = total || 1;
    box.querySelector('[data-done]').textContent = done;
    setTimeout(look, 2000);
  };
  setTimeout(look, 1500);
}
