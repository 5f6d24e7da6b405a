// Repairs that are safe enough for one click; each is a step that can be undone.
import { isAny } from 'bpmn-js/lib/util/ModelUtil';

const clean = (text) => text.trim().replace(/^[$#]\{([\s\S]*)\}$/, '$1').replace(/^=(?!=)/, '').replaceAll('&&', 'and').replaceAll('||', 'or')
  .replace(/\btrue\b/g, 'True').replace(/\bfalse\b/g, 'False').trim();

export const REPAIRS = {
  NOT_EXECUTABLE: (writing, element) => writing.modeling.updateModdleProperties(element, writing.subject(element), { isExecutable: true }),
  CONDITION_IGNORED: (writing, element) => writing.setCondition(element, ''),
  NO_CONDITION: (writing, element) => writing.modeling.updateProperties(element.source, { default: element.businessObject }),
  BAD_DEFAULT: (writing, element) => writing.modeling.updateProperties(element, { default: undefined }),
  NOT_COVERED: (writing, element) => writing.modeling.updateProperties(element, { default: element.businessObject.outgoing.at(-1) }),
  AFTER_THE_END: (writing, element) => writing.modeling.removeElements([...element.outgoing]),
  INTO_THE_START: (writing, element) => writing.modeling.removeElements([...element.incoming]),
  UNKNOWN_STATUS: (writing, element) => writing.setProperty(element, element.businessObject, 'status', ''),
  BAD_EXPRESSION(writing, element) {
    const object = element.businessObject;
    if (object.conditionExpression) return writing.setCondition(element, clean(object.conditionExpression.body));
    const timer = object.eventDefinitions && writing.timer(object);
    return timer && writing.setTimer(element, timer.kind, clean(timer.text));
  },
  NOT_SUPPORTED(writing, element) {
    const object = element.businessObject;
    if (object.loopCharacteristics) writing.modeling.updateProperties(element, { loopCharacteristics: undefined });
    for (const { $type } of writing.extensions(object)) {
      const type = $type.replace('spiffworkflow:', '');
      if (/^(pre|post)script$/i.test(type)) writing.setExtension(element, object, type, null);
    }
  },
};

/** Whether the repair of a code fits this element. */
export function repairable(code, element, writing) {
  if (!element || !REPAIRS[code]) return false;
  const object = element.businessObject;
  if (code === 'NO_CONDITION') return !element.source.businessObject.default;
  if (code === 'BAD_EXPRESSION') {
    const said = object.conditionExpression?.body ?? (isAny(object, ['bpmn:Event']) ? writing.timer(object)?.text : '');
    return Boolean(said) && clean(said) !== said;
  }
  if (code === 'NOT_SUPPORTED') return Boolean(object.loopCharacteristics) || writing.extensions(object).some(({ $type }) => /(pre|post)script$/i.test($type));
  return true;
}
