// Lays a process out anew, left to right in its lanes, as one step that can be undone.
import { is } from 'bpmn-js/lib/util/ModelUtil';

const GAP = 60;
const ROW = 110;

/** The column of each node: one more than the furthest before it, ways back aside. */
function columns(nodes) {
  const found = new Map();
  const open = new Set();
  const visit = (shape, column) => {
    if (open.has(shape) || (found.get(shape) ?? -1) >= column || column > nodes.length) return;
    open.add(shape);
    found.set(shape, column);
    const next = [...shape.outgoing, ...(shape.attachers || []).flatMap(({ outgoing }) => outgoing)];
    for (const flow of next) if (is(flow, 'bpmn:SequenceFlow')) visit(flow.target.host || flow.target, column + 1);
    open.delete(shape);
  };
  for (const shape of nodes.filter((one) => is(one, 'bpmn:StartEvent'))) visit(shape, 0);
  for (const shape of nodes) if (!found.has(shape)) visit(shape, 0);
  return found;
}

function lanesOf(registry, nodes) {
  const lanes = registry.filter((one) => is(one, 'bpmn:Lane') && !one.labelTarget).sort((a, b) => a.y - b.y);
  if (lanes.length) return lanes.map((lane) => [lane, nodes.filter(({ businessObject }) => lane.businessObject.flowNodeRef?.includes(businessObject))]);
  return [[null, nodes]];
}

function run(modeler) {
  const modeling = modeler.get('modeling');
  const registry = modeler.get('elementRegistry');
  const nodes = registry.filter((one) => is(one, 'bpmn:FlowNode') && !one.labelTarget && !is(one, 'bpmn:BoundaryEvent'));
  const column = columns(nodes);
  const widths = [];
  for (const [shape, place] of column) widths[place] = Math.max(widths[place] || 0, shape.width);
  const pool = registry.find((one) => is(one, 'bpmn:Participant'));
  const lefts = [];
  widths.reduce((x, width, place) => { lefts[place] = x; return x + (width || 0) + GAP; }, (pool ? pool.x + 110 : 100));
  let top = pool ? pool.y : 80;
  for (const [lane, inside] of lanesOf(registry, nodes)) {
    const rows = new Map();
    const heights = inside.map((shape) => { const row = rows.get(column.get(shape)) || 0; rows.set(column.get(shape), row + 1); return row; });
    const height = Math.max(1, ...rows.values()) * ROW + 40;
    if (lane) {
      const delta = top - lane.y;
      if (delta || height !== lane.height) modeling.resizeLane(lane, { x: lane.x, y: lane.y, width: lane.width, height });
    }
    const base = lane ? registry.get(lane.id).y : top;
    inside.forEach((shape, place) => {
      const x = lefts[column.get(shape)] + (widths[column.get(shape)] - shape.width) / 2;
      const y = base + 20 + heights[place] * ROW + (ROW - shape.height) / 2;
      const delta = { x: Math.round(x - shape.x), y: Math.round(y - shape.y) };
      if (delta.x || delta.y) modeling.moveElements([shape], delta, shape.parent, { autoResize: true });
    });
    top += height;
  }
  for (const flow of registry.filter((one) => is(one, 'bpmn:SequenceFlow') && !one.labelTarget)) modeling.layoutConnection(flow);
}

export function arrange(modeler) {
  const stack = modeler.get('commandStack');
  if (!arrange.registered) {
    stack.registerHandler('board.arrange', class { preExecute(context) { run(context.modeler); } });
    arrange.registered = true;
  }
  stack.execute('board.arrange', { modeler });
  modeler.get('canvas').zoom('fit-viewport');
}
