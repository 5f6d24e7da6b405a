// A picture for a file that has none: pools, lanes and elements in a row, to be arranged afterwards.
const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
const DI = 'http://www.omg.org/spec/BPMN/20100524/DI';
const DC = 'http://www.omg.org/spec/DD/20100524/DC';
const LINE = 'http://www.omg.org/spec/DD/20100524/DI';
const LANE = 200;
const STEP = 160;
const SIZES = [[/Task$|^task$|^subProcess$|^callActivity$|^transaction$|^adHocSubProcess$/, 100, 80], [/Gateway$/, 50, 50], [/Event$/, 36, 36]];

const children = (element, ...names) => [...element.children].filter(({ namespaceURI, localName }) => namespaceURI === BPMN && (!names.length || names.includes(localName)));
const all = (root, name) => [...root.getElementsByTagNameNS(BPMN, name)];
const sizeOf = ({ localName }) => SIZES.find(([kind]) => kind.test(localName))?.slice(1);

class Picture {
  constructor(xml) {
    this.file = new DOMParser().parseFromString(xml, 'text/xml');
    this.root = this.file.documentElement;
    this.boxes = new Map();
  }

  make(space, name, given, ...inside) {
    const made = this.file.createElementNS(space, name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  }

  shape(element, x, y, width, height, more = {}) {
    this.boxes.set(element.id, { x, y, width, height });
    this.plane.append(this.make(DI, 'bpmndi:BPMNShape', { id: `shape_${element.id}`, bpmnElement: element.id, ...more },
      this.make(DC, 'dc:Bounds', { x, y, width, height })));
  }

  edge(flow) {
    const ends = ['sourceRef', 'targetRef'].map((end) => this.boxes.get(flow.getAttribute(end)));
    if (!ends.every(Boolean)) return;
    this.plane.append(this.make(DI, 'bpmndi:BPMNEdge', { id: `edge_${flow.id}`, bpmnElement: flow.id },
      ...ends.map(({ x, y, width, height }) => this.make(LINE, 'di:waypoint', { x: x + width / 2, y: y + height / 2 }))));
  }

  /** The file with its picture; a process with lanes gets the pool that they need. */
  get text() {
    const processes = children(this.root, 'process');
    let [collaboration] = children(this.root, 'collaboration');
    if (!collaboration && !processes.length) throw new Error('no process');
    if (!collaboration && processes.some((one) => all(one, 'lane').length)) {
      collaboration = this.make(BPMN, this.named('collaboration'), { id: `collaboration_${processes[0].id}` },
        ...processes.map((one) => this.make(BPMN, this.named('participant'), { id: `pool_${one.id}`, name: one.getAttribute('name') || '', processRef: one.id })));
      this.root.insertBefore(collaboration, processes[0]);
    }
    this.plane = this.make(DI, 'bpmndi:BPMNPlane', { id: 'plane', bpmnElement: (collaboration || processes[0]).id });
    this.root.append(this.make(DI, 'bpmndi:BPMNDiagram', { id: 'diagram' }, this.plane));
    let top = 80;
    for (const process of collaboration ? processes : processes.slice(0, 1)) {
      const pool = collaboration && children(collaboration, 'participant').find((one) => one.getAttribute('processRef') === process.id);
      top = this.process(process, pool, top) + 40;
    }
    for (const empty of collaboration ? children(collaboration, 'participant') : []) {
      if (!this.boxes.has(empty.id)) { this.shape(empty, 100, top, 1200, 60, { isHorizontal: true }); top += 100; }
    }
    if (collaboration) children(collaboration, 'messageFlow').forEach((flow) => this.edge(flow));
    return new XMLSerializer().serializeToString(this.file);
  }

  named(name) { return this.root.prefix ? `${this.root.prefix}:${name}` : name; }

  process(process, pool, top) {
    const lanes = all(process, 'lane');
    const nodes = children(process).filter((one) => sizeOf(one) && one.localName !== 'boundaryEvent');
    const width = Math.max(600, 200 + nodes.length * STEP);
    const height = Math.max(1, lanes.length) * LANE;
    if (pool) this.shape(pool, 100, top, width, height, { isHorizontal: true });
    lanes.forEach((lane, at) => { if (pool) this.shape(lane, 130, top + at * LANE, width - 30, LANE, { isHorizontal: true }); });
    const rowOf = (node) => Math.max(0, lanes.findIndex((lane) => all(lane, 'flowNodeRef').some((ref) => ref.textContent.trim() === node.id)));
    nodes.forEach((node, at) => {
      const [wide, high] = sizeOf(node);
      this.shape(node, 200 + at * STEP, top + rowOf(node) * LANE + (LANE - high) / 2, wide, high, node.localName.endsWith('rocess') ? { isExpanded: false } : {});
    });
    const sides = new Map();
    for (const event of children(process, 'boundaryEvent')) {
      const host = this.boxes.get(event.getAttribute('attachedToRef'));
      if (!host) continue;
      const before = sides.get(host) || 0;
      sides.set(host, before + 1);
      this.shape(event, host.x + 70 - 36 * before - 18, host.y + host.height - 18, 36, 36);
    }
    children(process, 'sequenceFlow').forEach((flow) => this.edge(flow));
    return top + height;
  }
}

export const pictured = (xml) => new Picture(xml).text;
