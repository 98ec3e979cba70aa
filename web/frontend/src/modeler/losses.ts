// What a diagram would lose by being saved here: the drawing library drops what it cannot place. Told before anything is
// changed. Attributes that say what BPMN 2.0 says anyway are no loss.
const MODEL = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
const USUAL: Record<string, string> = {
  completionQuantity: '1', startQuantity: '1', isForCompensation: 'false', gatewayDirection: 'Unspecified', isCollection: 'false', triggeredByEvent: 'false', cancelActivity: 'true', isInterrupting: 'true',
  parallelMultiple: 'false', isSequential: 'false', isClosed: 'false', processType: 'None', instantiate: 'false', textFormat: 'text/plain', implementation: '##unspecified', isImmediate: 'true', testBefore: 'false',
  behavior: 'All', itemKind: 'Information', associationDirection: 'None', cancelRemainingInstances: 'true', ordering: 'Parallel', isUnlimited: 'true', mustUnderstand: 'false', waitForCompletion: 'true', method: '##compensate',
  expressionLanguage: 'http://www.w3.org/1999/XPath', typeLanguage: 'http://www.w3.org/2001/XMLSchema', isExecutable: 'false',
};

export function losses(before: string, after: string, shown: (id: string) => boolean): string[] {
  const source = new DOMParser().parseFromString(before, 'text/xml');
  const kept = said(new DOMParser().parseFromString(after, 'text/xml'));
  const found: string[] = [];
  for (const [what, words] of said(source)) if (!kept.has(what)) found.push(words);
  for (const plane of [...source.getElementsByTagNameNS('*', 'BPMNPlane')].slice(0, 1)) {
    for (const shape of plane.getElementsByTagNameNS('*', 'BPMNShape')) {
      const id = local(shape.getAttribute('bpmnElement') ?? '');
      if (id && !shown(id) && source.querySelector(`[id="${CSS.escape(id)}"]`)) found.push(id);
    }
  }
  return [...new Set(found)];
}

function said(document: Document): Map<string, string> {
  const found = new Map<string, string>();
  for (const element of document.getElementsByTagNameNS(MODEL, '*')) {
    const where = element.id || element.parentElement?.id || '';
    const place = `${where} ${element.localName}`;
    found.set(place, place);
    for (const attribute of element.attributes) {
      if (attribute.name.startsWith('xmlns') || (!attribute.namespaceURI && USUAL[attribute.localName] === attribute.value)) continue;
      found.set(`${place} ${attribute.localName} ${tidy(attribute.value)}`, `${place}: ${attribute.name}="${attribute.value}"`);
    }
    const text = [...element.childNodes].find((node) => node.nodeValue?.trim())?.nodeValue ?? '';
    if (text) found.set(`${place} = ${tidy(text)}`, `${place}: ${text.trim().slice(0, 80)}`);
  }
  return found;
}

function tidy(value: string): string {
  return local(value.trim().split(/\s+/).join(' '));
}

function local(value: string): string {
  return value.includes(' ') ? value : value.slice(value.lastIndexOf(':') + 1);
}
