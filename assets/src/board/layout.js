// Lays a process out anew, left to right in its lanes, as one step that can be undone.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { fit, together } from './canvas.js';

const GAP = 60;
const ROW = 120;
const EDGE = 30;

/** What comes after a shape: [shape, whether its own flow leads there, not one of an event at it]. */
const after = (shape) => [
  ...flowsFrom(shape).map(({ target }) => [target, true]),
  ...(shape.attachers || []).flatMap(flowsFrom).map(({ target }) => [target, false]),
];

/** The shapes so that each comes after all that lead to it, but for those that close a loop; with the flows that do. */
function ordered(nodes) {
  const [order, seen, open, back] = [[], new Set(), new Set(), new Set()];
  for (const root of [...nodes.filter((one) => is(one, 'bpmn:StartEvent')), ...nodes]) {
    const way = seen.has(root) ? [] : [[root, after(root)]];
    if (way.length) { seen.add(root); open.add(root); }
    while (way.length) {
      const [shape, todo] = way.at(-1);
      const [next] = todo.pop() || [];
      if (!next) { way.pop(); open.delete(shape); order.push(shape); continue; }
      if (open.has(next)) back.add(`${shape.id} ${next.id}`);
      if (seen.has(next)) continue;
      seen.add(next);
      open.add(next);
      way.push([next, after(next)]);
    }
  }
  return { order: order.reverse(), back };
}

/** Column and side of each node: one column after the furthest before it; what only events lead to stands below. */
function places(nodes) {
  const { order, back } = ordered(nodes);
  const column = new Map(order.map((shape) => [shape, 0]));
  const main = new Set(order.filter((shape) => is(shape, 'bpmn:StartEvent')));
  for (const shape of order) {
    for (const [next, own] of after(shape)) {
      if (back.has(`${shape.id} ${next.id}`)) continue;
      column.set(next, Math.max(column.get(next), column.get(shape) + 1));
      if (own && main.has(shape)) main.add(next);
    }
  }
  return { column, main };
}

// A shape with its events and all their labels.
const withAll = (shape) => [shape, ...(shape.attachers || [])].flatMap((one) => [one, ...(one.labels || [])]);
const flowsFrom = (shape) => shape.outgoing.filter((one) => is(one, 'bpmn:SequenceFlow'));

function lanesOf(registry, nodes) {
  const lanes = registry.filter((one) => is(one, 'bpmn:Lane') && !one.labelTarget).sort((a, b) => a.y - b.y);
  if (!lanes.length) return [[null, nodes]];
  const of = ({ businessObject }) => lanes.find((lane) => lane.businessObject.flowNodeRef?.includes(businessObject)) || lanes[0];
  return lanes.map((lane) => [lane, nodes.filter((node) => of(node) === lane)]);
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
    const room = lane || pool;
    if (room && room.height !== height) modeling.resizeLane(room, { x: room.x, y: room.y, width: room.width, height });
    for (const shape of inside) {
      const at = placed.column.get(shape);
      const x = Math.round(lefts[at] + (widths[at] - shape.width) / 2 - shape.x);
      const y = Math.round(top + EDGE + row.get(shape) * ROW + (ROW - shape.height) / 2 - shape.y);
      // Not moveElements: that would put a shape into a flow that it crosses.
      if (x || y) for (const one of withAll(shape)) modeling.moveShape(one, { x, y }, one.parent, { recurse: false });
    }
    inside.flatMap(({ labels = [] }) => labels).forEach((label) => near(modeling, label));
    top += lane ? lane.height : height;
  }
  const begun = new Set();
  registry.filter((one) => is(one, 'bpmn:SequenceFlow') && !one.labelTarget).forEach((flow, count) => {
    const ways = linesOf(flow, lefts, placed.column, 3 * (count % 5) - 6);
    const strangers = nodes.filter((one) => ![flow.source, flow.target, flow.source.host].includes(one));
    modeling.updateWaypoints(flow, ways.find((way) => clear(way, strangers)) || ways.at(-1));
    const start = `${flow.waypoints[0].x} ${flow.waypoints[0].y}`;
    for (const label of flow.labels || []) beside(modeling, label, flow.waypoints.slice(begun.has(start) ? 1 : 0).concat(flow.waypoints.slice(-1)));
    begun.add(start);
  });
}

const middle = (shape) => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 });

/** Ways to draw a flow, the plainest first; the last leads through the gaps between rows and columns, where nothing stands. */
function linesOf({ source, target }, lefts, column, shift) {
  const [here, there] = [middle(source), middle(target)];
  const ways = [];
  const aside = lefts[column.get(target)] - GAP / 2 + shift;
  const enter = { x: target.x, y: there.y };
  const below = source.host ? here.y > middle(source.host).y : there.y > here.y;
  const leave = { x: here.x, y: source.y + (below ? source.height : 0) };
  const right = { x: source.x + source.width, y: here.y };
  if (right.x < target.x) {
    if (!source.host && Math.abs(here.y - there.y) < 1) ways.push([right, enter]);
    if ((source.host || /Gateway$/.test(source.type)) && below === there.y > here.y) ways.push([leave, { x: here.x, y: there.y }, enter]);
    if (!source.host) ways.push([right, { x: aside, y: here.y }, { x: aside, y: there.y }, enter]);
  }
  const up = source.host && !below;
  const gap = (shape) => middle(shape.host || shape).y + ROW / 2 + shift;
  const [out, into] = [gap(source) - (up ? ROW : 0), gap(target)];
  const between = Math.abs(out - into) < 1 ? [] : [{ x: aside, y: out }, { x: aside, y: into }];
  ways.push([
    { x: here.x, y: source.y + (up ? 0 : source.height) }, { x: here.x, y: out }, ...between,
    { x: there.x, y: into }, { x: there.x, y: target.y + target.height },
  ]);
  return ways.map((way) => way.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })));
}

const clear = (way, strangers) => way.slice(1).every((to, at) => !strangers.some((one) => meets(way[at], to, one)));

function meets(from, to, { x, y, width, height }) {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  return left < x + width - 2 && right > x + 2 && top < y + height - 2 && bottom > y + 2;
}

/** The words of a gateway or an event that stood far from it: above it. */
function near(modeling, label) {
  const of = label.labelTarget;
  if (Math.abs(middle(label).y - middle(of).y) < ROW / 2) return;
  modeling.moveShape(label, { x: Math.round(middle(of).x - middle(label).x), y: Math.round(of.y - 4 - label.height - label.y) });
}

/** The words of a flow where it begins, or where it leaves another that begins there: right of a line that falls, above one that lies. */
function beside(modeling, label, [from, to]) {
  const falls = from.x === to.x;
  const x = from.x + (falls ? 5 : 4);
  const y = falls ? from.y + (to.y > from.y ? 4 : -4 - label.height) : from.y - label.height - 2;
  modeling.moveShape(label, { x: Math.round(x - label.x), y: Math.round(y - label.y) });
}

export function arrange(modeler) {
  together(modeler, () => run(modeler));
  fit(modeler);
}
