// Some tools leave out which flows enter and leave an element; the rules and the panel count on it.
export function whole(definitions) {
  for (const process of definitions.rootElements) {
    for (const flow of process.flowElements || []) {
      if (flow.$type !== 'bpmn:SequenceFlow') continue;
      for (const [element, side] of [[flow.sourceRef, 'outgoing'], [flow.targetRef, 'incoming']]) {
        const flows = element?.get(side);
        if (flows && !flows.includes(flow)) flows.push(flow);
      }
    }
  }
}
