// The whole drawing beside the palette, and several changes as one step that is undone at once.
const AROUND = 24;

export function fit(modeler) {
  const canvas = modeler.get('canvas');
  canvas.resized();
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const beside = (canvas.getContainer().querySelector('.djs-palette')?.offsetWidth || 0) + 2 * AROUND;
  const scale = Math.min((outer.width - beside - AROUND) / inner.width, (outer.height - 2 * AROUND) / inner.height, 1);
  canvas.viewbox({
    x: inner.x - beside / scale, y: inner.y - AROUND / scale, width: outer.width / scale, height: outer.height / scale,
  });
}

const registered = new WeakSet();

export function together(modeler, changes) {
  const stack = modeler.get('commandStack');
  if (!registered.has(stack)) {
    stack.registerHandler('board.together', class { preExecute(context) { context.changes(); } });
    registered.add(stack);
  }
  stack.execute('board.together', { changes });
}
