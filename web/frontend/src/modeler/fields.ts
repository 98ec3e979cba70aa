// Fields of the panel: a label, a control, what the server says of it, a hint. A field writes shortly after one stops typing.
import { ask, drafts, Trouble } from './ask';
import { place } from './config';
import { debounce, h, newId } from './dom';
import { t } from './words';

export interface Choice { value: string; label: string; group?: string }
export interface Common { key: string; label: string; value: string; set: (value: string) => void; hint?: string; required?: boolean; placeholder?: string; error?: string }

const PAUSE_MS = 350;
const pending = new Set<{ flush(): void }>();

// Writes what was typed but not yet committed; called before saving and before another element is shown.
export function flushFields(): void {
  for (const one of [...pending]) one.flush();
}

function mark(): void {
  if (pending.size) place.dataset.typing = 'true';
  else delete place.dataset.typing;
}

// What was typed is not written when a field is left: that would redraw the canvas between the press and the release of a
// click, and the click would be lost.
function later(set: (value: string) => void): ReturnType<typeof debounce<[string]>> {
  const run = debounce<[string]>(PAUSE_MS, (value) => {
    pending.delete(run);
    mark();
    set(value);
  });
  const wrapped = Object.assign((value: string) => {
    pending.add(run);
    mark();
    run(value);
  }, { flush: () => run.flush() });
  return wrapped;
}

function framed(field: Common, control: HTMLElement, ...below: (HTMLElement | null)[]): HTMLElement {
  const id = newId('field');
  const hintId = `${id}-hint`;
  control.id = id;
  control.dataset.key = field.key;
  if (field.hint || field.error) control.setAttribute('aria-describedby', hintId);
  return h('div', { class: 'modeler-field' },
    h('label', { class: 'form-label', for: id }, field.label, field.required ? '' : null),
    control,
    field.error ? h('div', { class: 'state is-late', id: hintId }, field.error) : field.hint ? h('div', { class: 'form-text', id: hintId }, field.hint) : null,
    ...below);
}

export function text(field: Common, type = 'text'): HTMLElement {
  const write = later(field.set);
  const input = h('input', {
    class: 'form-control', type, value: field.value, placeholder: field.placeholder, autocomplete: 'off', spellcheck: type === 'text' ? 'true' : 'false',
    oninput: (event: Event) => write((event.target as HTMLInputElement).value),
  });
  return framed(field, input);
}

export function area(field: Common & { rows?: number; code?: boolean }, ...below: (HTMLElement | null)[]): HTMLElement {
  const write = later(field.set);
  const input = h('textarea', {
    class: `form-control${field.code ? ' modeler-code' : ''}`, rows: field.rows ?? 3, placeholder: field.placeholder, spellcheck: field.code ? 'false' : 'true', value: field.value,
    oninput: (event: Event) => write((event.target as HTMLTextAreaElement).value),
  });
  return framed(field, input, ...below);
}

export function select(field: Common & { choices: Choice[]; empty?: string }, ...below: (HTMLElement | null)[]): HTMLElement {
  const known = field.choices.some((one) => one.value === field.value);
  const groups = new Map<string, Choice[]>();
  for (const one of field.choices) groups.set(one.group ?? '', [...(groups.get(one.group ?? '') ?? []), one]);
  const option = (one: Choice): HTMLElement => h('option', { value: one.value, selected: one.value === field.value }, one.label);
  const control = h('select', { class: 'form-select', onchange: (event: Event) => field.set((event.target as HTMLSelectElement).value) },
    field.empty === undefined ? null : h('option', { value: '', selected: !field.value }, field.empty),
    field.value && !known ? h('option', { value: field.value, selected: true }, field.value) : null,
    [...groups].map(([name, choices]) => (name ? h('optgroup', { label: name }, choices.map(option)) : choices.map(option))));
  return framed(field, control, ...below);
}

export function checkbox(field: { key: string; label: string; value: boolean; set: (value: boolean) => void; hint?: string }): HTMLElement {
  const id = newId('field');
  return h('div', { class: 'form-check modeler-field' },
    h('input', { class: 'form-check-input', type: 'checkbox', id, 'data-key': field.key, checked: field.value, onchange: (event: Event) => field.set((event.target as HTMLInputElement).checked) }),
    h('label', { class: 'form-check-label', for: id }, field.label, field.hint ? h('span', { class: 'meta d-block' }, field.hint) : null));
}

export interface Expression extends Common { place: 'condition' | 'text' | 'feel'; known: () => string[]; rows?: number; times?: 'date' | 'duration' | 'cycle' | 'due'; suggestions?: Choice[] }

// A text that may be an expression: checked by the server as one types, names completed, times said in words.
export function expression(field: Expression): HTMLElement {
  const said = h('div', { class: 'modeler-said form-text', role: 'status' });
  const offers = h('ul', { class: 'modeler-offers plain', role: 'listbox', hidden: true });
  const write = later(field.set);
  const input = h('textarea', { class: 'form-control modeler-code', rows: field.rows ?? 1, placeholder: field.placeholder, spellcheck: 'false', autocomplete: 'off', value: field.value }) as HTMLTextAreaElement;
  const isExpression = (value: string): boolean => field.place !== 'text' || /^\s*=|[$#]\{/.test(value);
  const check = debounce<[string]>(300, (value) => void judge(value));

  async function judge(value: string): Promise<void> {
    said.replaceChildren();
    said.className = 'modeler-said form-text';
    input.classList.remove('is-invalid');
    if (!value.trim()) return;
    try {
      if (isExpression(value)) {
        const found = await ask(`${drafts}/expression`, { text: value, place: field.place, known: field.known() });
        if (input.value !== value) return;
        if (found.error) return wrong(found.error, found.line, found.column);
        if (found.unknown.length) {
          said.className = 'modeler-said state is-soon';
          said.textContent = t('Nothing writes: {names}', { names: found.unknown.join(', ') });
          return;
        }
        if (!field.times) said.textContent = found.names.length ? t('Reads: {names}', { names: found.names.join(', ') }) : '';
      }
      if (field.times) {
        const found = await ask(`${drafts}/times`, { text: value, kind: field.times });
        if (input.value !== value) return;
        if (found.error) return wrong(found.error);
        said.textContent = found.later ? t('Known when a request comes here')
          : `${t('If it began now')}: ${found.dates.join('; ')}${found.endless ? '; …' : ''}`;
      }
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }

  function wrong(message: string, line?: number | null, column?: number | null): void {
    said.className = 'modeler-said state is-late';
    said.textContent = message;
    input.classList.add('is-invalid');
    if (line && column) {
      const before = input.value.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      said.append(' ', h('button', { type: 'button', class: 'btn btn-quiet btn-sm', onclick: () => {
        input.focus();
        input.setSelectionRange(before + column - 1, before + column);
      } }, t('Show')));
    }
  }

  // Completion: the word before the caret against the variables of the process.
  let chosen = -1;
  function word(): { begin: number; typed: string } {
    const upTo = input.value.slice(0, input.selectionStart ?? 0);
    const found = /[\p{L}_][\p{L}\p{N}_.]*$/u.exec(upTo);
    return { begin: found ? found.index : upTo.length, typed: found?.[0] ?? '' };
  }
  function offer(): void {
    const { typed } = word();
    const plain = (field.suggestions ?? []).filter((one) => !isExpression(input.value) && (one.value + one.label).toLowerCase().includes(input.value.trim().toLowerCase()));
    const names = isExpression(input.value) && typed ? field.known().filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()) && name !== typed).map((name) => ({ value: name, label: name })) : [];
    const found = [...plain, ...names].slice(0, 8);
    chosen = -1;
    offers.hidden = !found.length;
    offers.replaceChildren(...found.map((one) => h('li', {
      role: 'option', onmousedown: (event: Event) => {
        event.preventDefault();
        take(one, plain.includes(one));
      },
    }, one.label === one.value ? one.value : `${one.label} (${one.value})`)));
    offers.dataset.values = JSON.stringify(found.map((one) => [one, plain.includes(one)]));
  }
  function take(one: Choice, whole: boolean): void {
    const { begin } = word();
    if (whole) input.value = one.value;
    else input.setRangeText(one.value, begin, input.selectionStart ?? begin, 'end');
    offers.hidden = true;
    write(input.value);
    check(input.value);
  }
  input.addEventListener('keydown', (event) => {
    if (offers.hidden) return;
    const all = JSON.parse(offers.dataset.values ?? '[]') as [Choice, boolean][];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : all.length - 1) + all.length) % all.length;
      [...offers.children].forEach((child, index) => child.setAttribute('aria-selected', String(index === chosen)));
      event.preventDefault();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen >= 0) {
      take(...all[chosen]);
      event.preventDefault();
    } else if (event.key === 'Escape') {
      offers.hidden = true;
      event.stopPropagation();
    }
  });
  input.addEventListener('input', () => {
    write(input.value);
    check(input.value);
    offer();
  });
  input.addEventListener('focus', () => {
    if (field.suggestions?.length && !input.value) offer();
  });
  input.addEventListener('blur', () => {
    offers.hidden = true;
  });
  if (field.value) void judge(field.value);
  return framed(field, input, offers, said);
}

// Lines of a name and a value that can be added and taken away.
export function pairs(field: { key: string; label: string; lines: { name: string; value: string }[]; names?: string[]; rename: (from: string, to: string) => void; set: (name: string, value: string) => void; add: string; initial?: string; value: (line: { name: string; value: string }) => HTMLElement }): HTMLElement {
  const fresh = h('input', { class: 'form-control', 'aria-label': t('Name of a new one'), placeholder: t('Name'), list: field.names ? `${field.key}-names` : undefined }) as HTMLInputElement;
  const begin = (): void => {
    if (fresh.value.trim()) field.set(fresh.value.trim(), field.initial ?? '=');
  };
  return h('div', { class: 'modeler-pairs' },
    h('span', { class: 'form-label' }, field.label),
    field.lines.map((line) => h('div', { class: 'modeler-pair' }, field.value(line),
      h('button', { type: 'button', class: 'btn btn-danger-quiet btn-sm', 'aria-label': t('Remove {name}', { name: line.name }), title: t('Remove {name}', { name: line.name }), onclick: () => field.set(line.name, '') }, '×'))),
    h('div', { class: 'modeler-add' }, fresh, field.names ? h('datalist', { id: `${field.key}-names` }, field.names.map((name) => h('option', { value: name }))) : null,
      h('button', { type: 'button', class: 'btn btn-plain btn-sm', onclick: begin }, field.add)));
}

export function group(key: string, title: string, open: boolean, ...content: (HTMLElement | null | (HTMLElement | null)[])[]): HTMLElement | null {
  const inside = content.flat().filter((one): one is HTMLElement => one !== null);
  if (!inside.length) return null;
  return h('details', { class: 'modeler-group', 'data-group': key, open }, h('summary', null, title), h('div', { class: 'modeler-fields' }, inside));
}

export function button(label: string, press: () => void, css = 'btn-plain'): HTMLElement {
  return h('button', { type: 'button', class: `btn ${css} btn-sm`, onclick: press }, label);
}
