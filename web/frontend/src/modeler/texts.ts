// Texts beside the diagram: a plain editor, and for letters how they look filled with example values.
import { ask, Trouble } from './ask';
import { config } from './config';
import { debounce, h } from './dom';
import type { Store } from './store';
import { t } from './words';

export async function editText(host: HTMLElement, store: Store, path: string, kind: string): Promise<void> {
  const source = await store.text(path);
  const letter = kind === 'text' && path.endsWith('.md');
  const shown = h('div', { class: 'modeler-preview panel', role: 'region', 'aria-label': t('How it looks') });
  const key = `marshrut.values.${path}`;
  const values = h('textarea', { class: 'form-control modeler-code', rows: 4, 'aria-label': t('Example values, as JSON'), value: localStorage.getItem(key) ?? '{}' }) as HTMLTextAreaElement;
  const editor = h('textarea', { class: 'form-control modeler-code modeler-text', spellcheck: kind === 'text' ? 'true' : 'false', 'aria-label': path, value: source }) as HTMLTextAreaElement;
  const look = debounce(300, () => void show());
  async function show(): Promise<void> {
    if (!letter) return;
    try {
      const found = await ask(`${config.root}/text-preview`, { path, source: editor.value, values: values.value });
      if (found.error) shown.replaceChildren(h('p', { class: 'state is-late' }, found.error));
      else {
        const body = h('div');
        body.innerHTML = found.html; // made and cleaned by the server, which lets no scripts or styles through
        shown.replaceChildren(h('h2', null, found.subject || t('(no subject)')), body);
      }
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }
  editor.addEventListener('input', () => {
    store.change(path, editor.value);
    look();
  });
  values.addEventListener('input', () => {
    localStorage.setItem(key, values.value);
    look();
  });
  host.replaceChildren(h('div', { class: letter ? 'modeler-halves' : 'modeler-whole' }, editor,
    letter ? h('div', { class: 'stack tight' }, h('h2', null, t('How it looks')), shown, h('label', { class: 'form-label mb-0' }, t('Example values, as JSON')), values) : null));
  await show();
}
