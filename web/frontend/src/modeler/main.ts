// The modeler's page: one draft, its files in tabs, the canvas with its panel, problems below.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-color-picker/colors/color-picker.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import './modeler.css';
import { blankDecision } from './blanks';
import { config, language, place } from './config';
import { Diagram } from './diagram';
import { h } from './dom';
import { flushFields } from './fields';
import { blankForm, editForm } from './forms';
import type { Surroundings } from './groups';
import { baseName, decode, isText, kindOf } from './kinds';
import { notices } from './notices';
import { Panel } from './panel';
import { Problems } from './problems';
import { Store, type Held } from './store';
import { editText } from './texts';
import { tools } from './tools';
import { missing } from './translate';
import { t } from './words';

const part = <E extends HTMLElement = HTMLElement>(name: string): E => place.querySelector<E>(`.modeler-${name}`)!;
const store = new Store();
let current = '';
let table: { open(xml: string, decision?: string): Promise<string[]>; close(): void } | null = null;
let tableHost: HTMLElement | null = null;

const diagram = new Diagram(part('canvas'), (xml) => {
  if (kindOf(current) === 'diagram') {
    store.change(current, xml);
    problems.soon();
  }
});

const around: Surroundings = {
  variables: () => problems.found.variables,
  forms: () => store.present.filter((held) => held.kind === 'form').map((held) => baseName(held.path).replace(/\.form$/, '')),
  decisions: () => problems.found.decisions,
  processes: () => problems.found.processes,
  texts: () => [...new Set(store.present.filter((held) => held.kind === 'text').map((held) => baseName(held.path).replace(/\.\w+\.md$/, '')))],
  openForm: (key) => void open(formPath(key)),
  createForm(subject) {
    const base = String(subject.get('id') ?? 'form');
    let key = base;
    for (let number = 2; store.files.has(`forms/${key}.form`) && !store.files.get(`forms/${key}.form`)!.removed; number += 1) key = `${base}_${number}`;
    store.change(`forms/${key}.form`, blankForm(key));
    files();
    problems.soon();
    return key;
  },
  openDecision: (id) => void openDecision(id),
  changeId(subject, id) {
    if (id === subject.get('id')) return '';
    if (!/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(id)) return t('Letters, digits, _ and -, a letter first');
    if (diagram.modeler._moddle?.ids?.assigned(id) || diagram.element(id)) return t('Another element is called that');
    if (subject.object === subject.element.businessObject) subject.set({ id });
    else subject.set({ id }, subject.object);
    return '';
  },
};

const problems = new Problems(part('problems'), store, diagram, {
  diagram,
  file: () => current,
  createForm: (key) => {
    store.change(`forms/${key}.form`, blankForm(key));
    void open(`forms/${key}.form`);
  },
  createText: (key) => {
    store.change(`texts/${key}.${language}.md`, `Subject: ${key}\n\n`);
    void open(`texts/${key}.${language}.md`);
  },
  edit: (element, field) => {
    diagram.show(element);
    panel.focus(field);
  },
  layout: () => void layout(),
}, () => current, (file, element) => void go(file, element), () => panel.refresh());
const panel = new Panel(part('panel'), diagram, around);
tools(part('tools'), diagram, () => baseName(current), { layout, addFile, takeFile: takeAway });
const say = notices(part('notices'), part('state'), part('others'), store, (path) => void open(path, undefined, true));

store.listen(() => {
  say.state();
  const shown = JSON.stringify(store.present.map((held) => [held.path, held.dirty]));
  if (shown !== part('files').dataset.shown) files();
});
part<HTMLAnchorElement>('store').addEventListener('click', (event) => {
  if (store.state === 'saved') return;
  event.preventDefault();
  const { href } = event.currentTarget as HTMLAnchorElement;
  flushFields();
  setTimeout(() => void store.flush().then(() => {
    if (!store.dirty.length) location.assign(href);
  }), 350);
});
addEventListener('pagehide', flushFields);
addEventListener('hashchange', () => {
  const wanted = fromHash();
  if (wanted && wanted !== current) void open(wanted);
});
Object.assign(window, { marshrutModeler: { decode, diagram, store, missing, problems } });

async function begin(): Promise<void> {
  files();
  say.rescued();
  const first = fromHash() ?? (store.files.has(`${config.key}.bpmn`) ? `${config.key}.bpmn` : undefined) ?? store.present.find((held) => held.kind === 'diagram')?.path ?? store.present[0]?.path;
  if (first) await open(first);
  await problems.check();
  place.dataset.ready = 'true';
}

function fromHash(): string | null {
  const wanted = decodeURIComponent(location.hash.replace(/^#file=/, ''));
  return store.files.has(wanted) ? wanted : null;
}

async function open(path: string, decision?: string, again = false): Promise<void> {
  if (path === current && !decision && !again) return;
  flushFields();
  const held = store.files.get(path);
  if (!held) return;
  current = path;
  history.replaceState(null, '', `#file=${encodeURIComponent(path)}`);
  const drawing = held.kind === 'diagram';
  for (const name of ['canvas', 'panel', 'tools']) part(name).hidden = !drawing;
  part('editor').hidden = drawing;
  closeTable();
  files();
  if (drawing) await draw(path);
  else if (held.kind === 'decision') await openTable(path, decision);
  else if (held.kind === 'form') await editForm(part('editor'), store, path, around.variables);
  else if (isText(path)) await editText(part('editor'), store, path, held.kind);
  else part('editor').replaceChildren(h('p', { class: 'note is-info' }, t('This file is not a text. It stays in the draft as it is.')), h('a', { class: 'btn btn-plain', href: `${config.root}/files/${path}`, download: baseName(path) }, t('Download')));
  problems.soon();
}

async function draw(path: string): Promise<void> {
  try {
    const opened = await diagram.open(await store.text(path));
    say.opening(path, opened, () => void layout());
    problems.mark();
  } catch (error) {
    say.unreadable(path, (error as Error).message);
    part('canvas').hidden = true;
    part('panel').hidden = true;
    part('editor').hidden = false;
    await editText(part('editor'), store, path, 'other');
  }
}

async function openTable(path: string, decision?: string): Promise<void> {
  const bundle = await import(config.scripts.decisions);
  if (!document.querySelector('link[data-decisions]')) document.head.append(h('link', { rel: 'stylesheet', href: config.styles.decisions, 'data-decisions': true }));
  tableHost = h('div', { class: 'modeler-decisions' });
  part('editor').replaceChildren(tableHost);
  table = bundle.decisions(tableHost, language, (xml: string) => {
    store.change(path, xml);
    problems.soon();
  });
  try {
    await table!.open(await store.text(path), decision);
  } catch (error) {
    say.unreadable(path, (error as Error).message);
    await editText(part('editor'), store, path, 'other');
  }
}

function closeTable(): void {
  table?.close();
  table = null;
  tableHost?.remove();
}

async function openDecision(id: string): Promise<void> {
  for (const held of store.present.filter((one) => one.kind === 'decision')) {
    if ((await store.text(held.path)).includes(`id="${id}"`)) {
      await open(held.path, id);
      return;
    }
  }
}

function formPath(key: string): string {
  return store.present.find((held) => held.kind === 'form' && baseName(held.path) === `${key}.form`)?.path ?? `forms/${key}.form`;
}

async function go(file: string, element: string | null): Promise<void> {
  if (file && file !== current) await open(file, element ?? undefined);
  if (element && kindOf(current) === 'diagram') diagram.show(element);
}

async function layout(): Promise<void> {
  const { layoutProcess } = await import(config.scripts.layout);
  const xml = await layoutProcess(await store.text(current));
  store.change(current, xml);
  await diagram.open(xml);
  problems.soon();
}

// -- files -------------------------------------------------------------------------------------------

const KINDS: [string, string][] = [['diagram', 'Diagrams'], ['form', 'Forms'], ['decision', 'Decisions'], ['text', 'Texts'], ['document', 'Documents'], ['translation', 'Translations'], ['scenario', 'Scenarios'], ['other', 'Other files']];

function files(): void {
  const host = part('files');
  const present = store.present;
  host.dataset.shown = JSON.stringify(present.map((held) => [held.path, held.dirty]));
  const choices = KINDS.map(([kind, title]) => [title, present.filter((held) => held.kind === kind)] as const).filter(([, all]) => all.length);
  const control = h('select', { class: 'form-select', 'aria-label': t('File'), onchange: (event: Event) => void open((event.target as HTMLSelectElement).value) },
    choices.map(([title, all]) => h('optgroup', { label: t(title) }, all.map((held) => h('option', { value: held.path, selected: held.path === current }, label(held))))));
  host.replaceChildren(control, h('details', { class: 'menu' }, h('summary', { class: 'btn btn-quiet', title: t('New file') }, '+', h('span', { class: 'visually-hidden' }, t('New file'))),
    h('div', { class: 'menu-body modeler-menu' }, ([['form', 'New form'], ['decision', 'New decision table'], ['text', 'New text']] as const).map(([kind, title]) => h('button', { type: 'button', class: 'menu-item', onclick: () => create(kind, t(title)) }, t(title))),
      h('button', { type: 'button', class: 'menu-item', onclick: addFile }, t('From the disk')))));
}

function label(held: Held): string {
  return held.path + (held.dirty ? ' •' : '');
}

function create(kind: 'form' | 'decision' | 'text', title: string): void {
  part('files').querySelector('details[open]')?.removeAttribute('open');
  const input = h('input', { class: 'form-control', 'aria-label': t('Name'), pattern: '[A-Za-z][A-Za-z0-9_-]*', required: true, title: t('Latin letters, digits, _ and -') }) as HTMLInputElement;
  const dialog = h('dialog', { class: 'modeler-dialog', 'aria-label': title }, h('form', { method: 'dialog', class: 'stack tight', onsubmit: () => {
    const name = input.value.trim();
    const path = { form: `forms/${name}.form`, decision: `${name}.dmn`, text: `texts/${name}.${language}.md` }[kind];
    if (!store.files.has(path)) store.change(path, { form: () => blankForm(name), decision: () => blankDecision(name, name), text: () => 'Subject: \n\n' }[kind]());
    void open(path);
  } }, h('h2', null, title), input, h('div', { class: 'form-text' }, t('Latin letters, digits, _ and -')), h('div', { class: 'inline' }, h('button', { class: 'btn btn-primary' }, t('Create')), h('button', { type: 'button', class: 'btn btn-quiet', onclick: () => dialog.close() }, t('Cancel'))))) as HTMLDialogElement;
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
}

const FOLDERS: Record<string, string> = { form: 'forms/', text: 'texts/', document: 'documents/' };

function addFile(): void {
  const input = h('input', { type: 'file', multiple: true }) as HTMLInputElement;
  input.addEventListener('change', async () => {
    let last = '';
    for (const file of input.files ?? []) {
      if (file.size > config.limit || !isText(file.name)) {
        say.refusedFile(file.name);
        continue;
      }
      const kind = kindOf(file.name) === 'other' && file.name.endsWith('.md') ? 'text' : kindOf(file.name);
      last = (FOLDERS[kind] ?? '') + file.name;
      store.change(last, decode(await file.arrayBuffer()));
    }
    if (last) await open(last, undefined, true);
  });
  input.click();
}

function takeAway(): void {
  const gone = current;
  const next = store.present.find((held) => held.path !== gone);
  if (!next) return;
  store.remove(gone);
  current = '';
  void open(next.path);
}

void begin();
