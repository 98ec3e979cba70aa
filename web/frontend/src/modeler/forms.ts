// The editor of forms: fields in order, each with what the engine knows of it; the preview is the page people will see.
import { ask, drafts, Trouble } from './ask';
import { debounce, h } from './dom';
import { area, button, checkbox, expression, flushFields, select, text, type Choice } from './fields';
import type { Store } from './store';
import { t } from './words';

type Component = Record<string, any>;
const TYPES = ['textfield', 'textarea', 'number', 'datetime', 'checkbox', 'radio', 'select', 'checklist', 'taglist', 'filepicker', 'expression', 'group', 'dynamiclist', 'text', 'separator', 'button'];
const OPTIONS = ['radio', 'select', 'checklist', 'taglist'];
const NAMES: Record<string, () => string> = {
  textfield: () => t('Line of text'), textarea: () => t('Several lines'), number: () => t('Number'), datetime: () => t('Date or time'), checkbox: () => t('Tick'), radio: () => t('One of several, all shown'),
  select: () => t('One of several, in a list'), checklist: () => t('Several ticks'), taglist: () => t('Several from a list'), filepicker: () => t('Files'), expression: () => t('Computed value'),
  group: () => t('Group of fields'), dynamiclist: () => t('Rows'), text: () => t('Text on the page'), separator: () => t('Line'), button: () => t('Button'),
};

export function blankForm(key: string): string {
  return JSON.stringify({
    type: 'default', id: key, schemaVersion: 18,
    components: [{ type: 'textfield', id: `${key}_1`, key: 'comment', label: t('Comment') }],
  }, null, 2);
}

export async function editForm(host: HTMLElement, store: Store, path: string, known: () => string[]): Promise<void> {
  const source = await store.text(path);
  let schema: Component;
  try {
    schema = JSON.parse(source);
    if (typeof schema !== 'object' || schema === null || !Array.isArray(schema.components)) throw new SyntaxError(t('no list of components'));
  } catch (error) {
    host.replaceChildren(h('p', { class: 'note is-late' }, `${path}: ${(error as Error).message}`), plain(store, path, source));
    return;
  }
  let chosen: Component | null = schema.components[0] ?? null;
  const list = h('div', { class: 'modeler-components' });
  const details = h('div', { class: 'modeler-fields modeler-component' });
  const preview = h('div', { class: 'modeler-preview panel', role: 'region', 'aria-label': t('How it looks') });
  const look = debounce(250, () => void show());

  const write = (): void => {
    store.change(path, JSON.stringify(schema, null, 2));
    look();
  };
  const change = (work: () => void): void => {
    work();
    write();
    drawList();
  };
  async function show(): Promise<void> {
    try {
      const found = await ask(`${drafts}/form-preview`, { source: JSON.stringify(schema) });
      if (found.error) preview.replaceChildren(h('p', { class: 'state is-late' }, found.error));
      else preview.innerHTML = found.html; // our own template
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }

  function drawList(): void {
    list.replaceChildren(...lines(schema.components, schema.components), adder(schema.components));
  }
  function lines(components: Component[], home: Component[], depth = 0): HTMLElement[] {
    return components.flatMap((one, index) => [
      h('div', { class: `modeler-line depth-${Math.min(depth, 4)}`, 'aria-current': one === chosen ? 'true' : undefined },
        h('button', { type: 'button', class: 'modeler-pick', onclick: () => pick(one) }, h('b', null, one.label || one.text?.slice(0, 40) || one.key || NAMES[one.type]?.() || one.type), h('span', { class: 'meta' }, [NAMES[one.type]?.() ?? one.type, one.key].filter(Boolean).join(', '))),
        h('button', { type: 'button', class: 'btn btn-quiet btn-sm', title: t('Up'), 'aria-label': t('Up'), disabled: index === 0, onclick: () => move(home, index, -1) }, '↑'),
        h('button', { type: 'button', class: 'btn btn-quiet btn-sm', title: t('Down'), 'aria-label': t('Down'), disabled: index === components.length - 1, onclick: () => move(home, index, 1) }, '↓'),
        h('button', { type: 'button', class: 'btn btn-danger-quiet btn-sm', title: t('Take away'), 'aria-label': t('Take away'), onclick: () => take(home, index) }, '×')),
      ...(Array.isArray(one.components) ? [...lines(one.components, one.components, depth + 1), h('div', { class: `depth-${Math.min(depth + 1, 4)}` }, adder(one.components))] : []),
    ]);
  }
  function adder(into: Component[]): HTMLElement {
    const kind = h('select', { class: 'form-select form-select-sm', 'aria-label': t('Kind of the field') }, TYPES.map((one) => h('option', { value: one }, NAMES[one]()))) as HTMLSelectElement;
    return h('div', { class: 'modeler-add' }, kind, button(t('Add a field'), () => add(into, kind.value)));
  }
  function add(into: Component[], type: string): void {
    const number = 1 + Math.max(0, ...everything(schema.components).map((one) => Number(/_(\d+)$/.exec(one.id ?? '')?.[1] ?? 0)));
    const made: Component = { type, id: `${schema.id || 'form'}_${number}` };
    if (!['text', 'separator', 'button', 'group', 'dynamiclist'].includes(type)) made.key = `field_${number}`;
    if (type !== 'separator' && type !== 'text') made.label = NAMES[type]();
    if (type === 'text') made.text = t('Text on the page');
    if (type === 'datetime') Object.assign(made, { subtype: 'date', dateLabel: made.label });
    if (type === 'button') made.action = 'submit';
    if (type === 'dynamiclist') Object.assign(made, { path: `rows_${number}`, isRepeating: true, allowAddRemove: true, defaultRepetitions: 1 });
    if (type === 'group' || type === 'dynamiclist') made.components = [];
    if (OPTIONS.includes(type)) made.values = [{ label: t('First'), value: 'first' }, { label: t('Second'), value: 'second' }];
    if (type === 'expression') Object.assign(made, { expression: '=0', computeOn: 'change' });
    change(() => into.push(made));
    pick(made);
  }
  function move(home: Component[], index: number, step: number): void {
    change(() => home.splice(index + step, 0, ...home.splice(index, 1)));
  }
  function take(home: Component[], index: number): void {
    const [gone] = home.splice(index, 1);
    if (gone === chosen) chosen = null;
    change(() => undefined);
    drawDetails();
  }
  function pick(one: Component): void {
    flushFields();
    chosen = one;
    drawList();
    drawDetails();
  }

  function drawDetails(): void {
    if (!chosen) {
      details.replaceChildren(h('p', { class: 'meta' }, t('Choose a field')));
      return;
    }
    const one = chosen;
    const set = (name: string, value: unknown): void => change(() => assign(one, name, value));
    const rule = (name: string, value: unknown): void => change(() => {
      const rules = { ...(one.validate ?? {}) };
      assign(rules, name, value);
      assign(one, 'validate', Object.keys(rules).length ? rules : undefined);
    });
    const number = (name: string, label: string): HTMLElement => text({ key: name, label, value: String(one.validate?.[name] ?? ''), set: (value) => rule(name, value === '' ? undefined : /^=/.test(value) ? value : Number(value)) });
    const keyed = !['text', 'separator', 'button', 'group', 'dynamiclist'].includes(one.type);
    const parts: (HTMLElement | null)[] = [
      select({ key: 'type', label: t('Kind of the field'), value: one.type, choices: TYPES.map((type): Choice => ({ value: type, label: NAMES[type]() })), set: (value) => { set('type', value); drawDetails(); } }),
      one.type === 'text' ? area({ key: 'text', label: t('Text on the page'), rows: 5, value: one.text ?? '', set: (value) => set('text', value), hint: t('Markdown; an expression after =') })
        : one.type === 'separator' ? null : text({ key: 'label', label: t('Label'), value: one.label ?? '', set: (value) => change(() => {
          assign(one, 'label', value);
          if (one.type === 'datetime') assign(one, one.subtype === 'time' ? 'timeLabel' : 'dateLabel', value);
        }) }),
      keyed ? text({ key: 'key', label: t('Variable'), value: one.key ?? '', set: (value) => set('key', value), hint: t('What is filled in is kept under this name') }) : null,
      one.type === 'dynamiclist' || one.type === 'group' ? text({ key: 'path', label: t('Variable'), value: one.path ?? '', set: (value) => set('path', value) }) : null,
      one.type === 'datetime' ? select({ key: 'subtype', label: t('What is asked'), value: one.subtype ?? 'date', choices: [{ value: 'date', label: t('date') }, { value: 'time', label: t('time') }, { value: 'datetime', label: t('date and time') }], set: (value) => set('subtype', value) }) : null,
      keyed && one.type !== 'expression' ? checkbox({ key: 'required', label: t('Must be filled in'), value: one.validate?.required === true, set: (on) => rule('required', on || undefined) }) : null,
      OPTIONS.includes(one.type) ? options(one, set) : null,
      one.type === 'expression' ? expression({ key: 'expression', label: t('Computed as'), place: 'text', known: () => [...known(), ...keys()], value: one.expression ?? '', rows: 2, set: (value) => set('expression', value) }) : null,
      one.type === 'textfield' ? select({ key: 'validationType', label: t('It is'), value: one.validate?.validationType ?? '', empty: t('any text'), choices: [{ value: 'email', label: t('an e-mail address') }, { value: 'phone', label: t('a telephone number') }], set: (value) => rule('validationType', value || undefined) }) : null,
      ['textfield', 'textarea'].includes(one.type) ? number('minLength', t('At least letters')) : null,
      ['textfield', 'textarea'].includes(one.type) ? number('maxLength', t('At most letters')) : null,
      one.type === 'number' ? number('min', t('At least')) : null,
      one.type === 'number' ? number('max', t('At most')) : null,
      one.type === 'number' ? text({ key: 'decimalDigits', label: t('Digits after the point'), value: String(one.decimalDigits ?? ''), set: (value) => set('decimalDigits', value === '' ? undefined : Number(value)) }, 'number') : null,
      one.type === 'separator' ? null : area({ key: 'description', label: t('Hint below the field'), rows: 1, value: one.description ?? '', set: (value) => set('description', value) }),
      keyed ? text({ key: 'defaultValue', label: t('Filled in beforehand'), value: typeof one.defaultValue === 'object' || one.defaultValue === undefined ? '' : String(one.defaultValue), set: (value) => set('defaultValue', value === '' ? undefined : one.type === 'number' ? Number(value) : one.type === 'checkbox' ? value === 'true' : value) }) : null,
      expression({ key: 'hide', label: t('Hidden when'), place: 'text', known: () => [...known(), ...keys()], value: one.conditional?.hide ?? '', placeholder: '=kind != "other"', set: (value) => set('conditional', value ? { ...(one.conditional ?? {}), hide: value } : undefined) }),
      keyed ? checkbox({ key: 'readonly', label: t('Only to look at'), value: one.readonly === true, set: (on) => set('readonly', on || undefined) }) : null,
    ];
    details.replaceChildren(...parts.filter((part): part is HTMLElement => part !== null));
  }
  function options(one: Component, set: (name: string, value: unknown) => void): HTMLElement {
    const source = one.valuesExpression ? 'expression' : one.valuesKey ? 'key' : 'values';
    const lines: Component[] = one.values ?? [];
    return h('div', { class: 'modeler-fields' },
      select({ key: 'source', label: t('Where the options come from'), value: source, choices: [{ value: 'values', label: t('written here') }, { value: 'key', label: t('from a variable') }, { value: 'expression', label: t('computed') }], set: (value) => {
        change(() => {
          delete one.values; delete one.valuesKey; delete one.valuesExpression;
          if (value === 'values') one.values = [{ label: t('First'), value: 'first' }];
          if (value === 'key') one.valuesKey = 'options';
          if (value === 'expression') one.valuesExpression = '=options';
        });
        drawDetails();
      } }),
      source === 'key' ? text({ key: 'valuesKey', label: t('Variable'), value: one.valuesKey ?? '', set: (value) => set('valuesKey', value) }) : null,
      source === 'expression' ? expression({ key: 'valuesExpression', label: t('Computed as'), place: 'text', known, value: one.valuesExpression ?? '', set: (value) => set('valuesExpression', value) }) : null,
      source === 'values' ? area({
        key: 'values', label: t('Options'), rows: Math.max(3, lines.length + 1), hint: t('One a line: value = words people see'), value: lines.map((line) => (line.value === line.label ? line.value : `${line.value} = ${line.label}`)).join('\n'),
        set: (value) => set('values', value.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
          const [first, ...rest] = line.split('=');
          return { value: first.trim(), label: (rest.join('=') || first).trim() };
        })),
      }) : null);
  }
  const keys = (): string[] => everything(schema.components).map((one) => one.key).filter(Boolean);

  host.replaceChildren(h('div', { class: 'modeler-thirds' },
    h('section', { class: 'stack tight', 'aria-label': t('Fields') }, h('h2', null, t('Fields')), text({ key: 'form-title', label: t('Heading of the form'), value: schema.title ?? schema.properties?.title ?? '', set: (value) => change(() => assign(schema, 'title', value || undefined)) }), list),
    h('section', { class: 'stack tight', 'aria-label': t('The field') }, h('h2', null, t('The field')), details),
    h('section', { class: 'stack tight', 'aria-label': t('How it looks') }, h('h2', null, t('How it looks')), preview,
      h('details', null, h('summary', null, t('Source')), h('pre', { class: 'source' }, source)))));
  drawList();
  drawDetails();
  await show();
}

function everything(components: Component[]): Component[] {
  return components.flatMap((one) => [one, ...(Array.isArray(one.components) ? everything(one.components) : [])]);
}

function assign(target: Component, name: string, value: unknown): void {
  if (value === undefined || value === '') delete target[name];
  else target[name] = value;
}

function plain(store: Store, path: string, source: string): HTMLElement {
  return h('textarea', { class: 'form-control modeler-code modeler-text', 'aria-label': path, value: source, oninput: (event: Event) => store.change(path, (event.target as HTMLTextAreaElement).value) });
}
