// The modeler's own words in the reader's language.
const OWN = {
  'Search in diagram': 'In der Zeichnung suchen', 'Open minimap': 'Übersicht öffnen', 'Close minimap': 'Übersicht schliessen',
  'Toggle minimap': 'Übersicht', Open: 'Öffnen', Close: 'Schliessen', 'Token Simulation': 'Ablauf durchspielen',
  'Create task': 'Aufgabe zeichnen', 'Append task': 'Aufgabe anfügen', 'Create intermediate/boundary event': 'Zwischenereignis oder Ereignis an einer Tätigkeit zeichnen',
  'Append intermediate/boundary event': 'Zwischenereignis anfügen', 'Create gateway': 'Verzweigung zeichnen', 'Append gateway': 'Verzweigung anfügen',
  'Create end event': 'Ende zeichnen', 'Create start event': 'Start zeichnen', 'Append end event': 'Ende anfügen', 'Create pool/participant': 'Pool zeichnen',
  'Change element': 'Art ändern', 'Change type': 'Art ändern', Delete: 'Löschen', 'Connect to other element': 'Verbinden', 'Add text annotation': 'Anmerkung anfügen',
  'Activate hand tool': 'Hand: Ausschnitt verschieben', 'Activate lasso tool': 'Lasso: mehrere auswählen', 'Activate create/remove space tool': 'Platz schaffen oder wegnehmen',
  'Activate global connect tool': 'Verbinden', 'User task': 'Aufgabe', 'Service task': 'Automatischer Schritt', 'Business rule task': 'Entscheidung nach Tabelle',
  'Call activity': 'Teilprozess aufrufen', 'Exclusive gateway': 'Ein Weg', 'Parallel gateway': 'Alle Wege', 'Inclusive gateway': 'Mehrere Wege', 'Event-based gateway': 'Was zuerst geschieht',
  'Timer intermediate catch event': 'Auf eine Zeit warten', 'Message intermediate catch event': 'Auf eine Nachricht warten', 'Timer boundary event': 'Frist (unterbricht)',
  'Message boundary event': 'Nachricht (unterbricht)', 'Timer boundary event (non-interrupting)': 'Frist (unterbricht nicht)', 'Message boundary event (non-interrupting)': 'Nachricht (unterbricht nicht)',
  'Start event': 'Start', 'End event': 'Ende', 'Terminate end event': 'Ende, beendet alles', 'Sequence flow': 'Weg', 'Default flow': 'Standardweg', 'Conditional flow': 'Weg mit Bedingung',
  'Add lane above': 'Rolle darüber', 'Add lane below': 'Rolle darunter', 'Divide into two lanes': 'In zwei Rollen teilen', 'Divide into three lanes': 'In drei Rollen teilen',
};

export async function translation(language) {
  if (!language.startsWith('de')) return {};
  const { default: theirs } = await import('bpmn-js-i18n/translations/de');
  const words = { ...theirs, ...OWN };
  const translate = (text, given = {}) => (words[text] || text).replace(/\{([^}]+)\}/g, (_, key) => given[key] ?? `{${key}}`);
  return { translate: ['value', translate] };
}
