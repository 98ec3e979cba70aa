// What a file of a bundle is for, by its name: the same rule as on the server (web/process_files.py: kind).
export function kindOf(path: string): string {
  if (/\.(bpmn|bpmn20\.xml)$/.test(path)) return 'diagram';
  if (path.endsWith('.dmn')) return 'decision';
  if (path.endsWith('.form')) return 'form';
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
  return { texts: 'text', documents: 'document', translations: 'translation', scenarios: 'scenario' }[folder] ?? 'other';
}

export function isText(path: string): boolean {
  return /\.(bpmn|xml|dmn|form|md|txt|json|ya?ml|typ|csv|svg|html|css)$/i.test(path);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

// The text of a file: in UTF-8, or in what an XML file says of itself (XML 1.0 §4.3.3). It is saved in UTF-8.
export function decode(bytes: ArrayBuffer): string {
  const begin = new Uint8Array(bytes.slice(0, 200));
  const mark = begin[0] === 0xfe && begin[1] === 0xff ? 'utf-16be' : begin[0] === 0xff && begin[1] === 0xfe ? 'utf-16le' : null;
  const declared = /^<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']/.exec(String.fromCharCode(...begin).replace(/^\xef\xbb\xbf/, ''))?.[1];
  try {
    return new TextDecoder(mark ?? declared ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes); // it is not what it says; every byte is a letter of this one
  }
}
