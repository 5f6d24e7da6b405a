// Lays a process out anew, left to right in its lanes, as one step that can be undone.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { fit, together } from './canvas.js';

const GAP = 60;
const ROW = 120;
const EDGE = 30;

/** Column and side of each node: one column after the furthest before it; what only events lead to stands below. */
function places(nodes) {
  const column = new Map();
  const main = new Set();
  const open = new Set();
  const visit = (shape, at, onMain) => {
    const known = column.get(shape);
    if (open.has(shape) || (known >= at && (main.has(shape) || !onMain)) || at > nodes.length) return;
    open.add(shape);
    column.set(shape, Math.max(known ?? 0, at));
    if (onMain) main.add(shape);
    for (const { target } of flowsFrom(shape)) visit(target, column.get(shape) + 1, onMain);
    for (const event of shape.attachers || []) for (const { target } of flowsFrom(event)) visit(target, column.get(shape) + 1, false);
    open.delete(shape);
  };
  for (const shape of nodes.filter((one) => is(one, 'bpmn:StartEvent'))) visit(shape, 0, true);
  for (const shape of nodes) if (!column.has(shape)) visit(shape, 0, false);
  return { column, main };
}

// A shape with its events and all their labels.
const withAll = (shape) => [shape, ...(shape.attachers || [])].flatMap((one) => [one, ...(one.labels || [])]);
const flowsFrom = (shape) => shape.outgoing.filter((one) => is(one, 'bpmn:SequenceFlow'));

function lanesOf(registry, nodes) {
  const lanes = registry.filter((one) => is(one, 'bpmn:Lane') && !one.labelTarget).sort((a, b) => a.y - b.y);
  if (!lanes.length) return [[null, nodes]];
  return lanes.map((lane) => [lane, nodes.filter(({ businessObject }) => lane.businessObject.flowNodeRef?.includes(businessObject))]);
}

/** The row of each node within its lane: the main way above, side ways below it. */
function rowsOf(inside, { column, main }) {
  const row = new Map();
  const first = [0, 0];
  for (const side of [false, true]) {
    const used = new Map();
    for (const shape of inside.filter((one) => main.has(one) !== side)) {
      const at = used.get(column.get(shape)) ?? first[Number(side)];
      row.set(shape, at);
      used.set(column.get(shape), at + 1);
    }
    first[1] = Math.max(first[1], ...used.values());
  }
  return { row, rows: Math.max(1, first[1]) };
}

function run(modeler) {
  const modeling = modeler.get('modeling');
  const registry = modeler.get('elementRegistry');
  const nodes = registry.filter((one) => is(one, 'bpmn:FlowNode') && !one.labelTarget && !is(one, 'bpmn:BoundaryEvent'));
  if (!nodes.length) return;
  const placed = places(nodes);
  const widths = [];
  for (const [shape, at] of placed.column) widths[at] = Math.max(widths[at] || 0, shape.width);
  const pool = registry.find((one) => is(one, 'bpmn:Participant') && !one.labelTarget);
  const lefts = [];
  const right = [...widths].reduce((x, width, at) => { lefts[at] = x; return x + (width || 0) + GAP; }, (pool ? pool.x + 60 : 60) + GAP);
  if (pool && right > pool.x + pool.width) modeling.resizeLane(pool, { x: pool.x, y: pool.y, width: right - pool.x, height: pool.height });
  let top = pool ? pool.y : 80;
  for (const [lane, inside] of lanesOf(registry, nodes)) {
    const { row, rows } = rowsOf(inside, placed);
    const height = rows * ROW + 2 * EDGE;
    if (lane && lane.height !== height) modeling.resizeLane(lane, { x: lane.x, y: lane.y, width: lane.width, height });
    for (const shape of inside) {
      const at = placed.column.get(shape);
      const x = Math.round(lefts[at] + (widths[at] - shape.width) / 2 - shape.x);
      const y = Math.round(top + EDGE + row.get(shape) * ROW + (ROW - shape.height) / 2 - shape.y);
      // Not moveElements: that would put a shape into a flow that it crosses.
      if (x || y) for (const one of withAll(shape)) modeling.moveShape(one, { x, y }, one.parent, { recurse: false });
    }
    top += lane ? lane.height : height;
  }
  for (const flow of registry.filter((one) => is(one, 'bpmn:SequenceFlow') && !one.labelTarget)) modeling.layoutConnection(flow);
}

export function arrange(modeler) {
  together(modeler, () => run(modeler));
  fit(modeler);
}
