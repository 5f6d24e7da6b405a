// The drawing as a file: BPMN, SVG, PDF.
function download(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function exports(part, modeler, data, saving) {
  const stem = data.file.replace(/\.\w+$/, '');
  part('bpmn').addEventListener('click', async () => {
    const { xml } = await modeler.saveXML({ format: true });
    download(data.file, new Blob([xml], { type: 'application/xml' }));
  });
  part('svg').addEventListener('click', async () => {
    const { svg } = await modeler.saveSVG();
    download(`${stem}.svg`, new Blob([svg], { type: 'image/svg+xml' }));
  });
  part('pdf').addEventListener('click', async () => {
    const { svg } = await modeler.saveSVG();
    const answer = await fetch(data.pdf, { method: 'POST', body: svg, headers: { 'Content-Type': 'image/svg+xml', 'X-CSRFToken': data.token } });
    if (answer.ok) download(`${stem}.pdf`, await answer.blob());
    else saving.say(answer.status === 422 ? (await answer.json()).sentence : saving.texts.noPdf);
  });
}
