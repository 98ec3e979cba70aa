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
