// The buttons above the canvas and what they do: undo, search, pictures, keys.
import { config } from './config';
import type { Diagram } from './diagram';
import { download, h } from './dom';
import { t } from './words';

export interface Acts { layout(): Promise<void>; addFile(): void; takeFile(): void }

export function tools(host: HTMLElement, diagram: Diagram, name: () => string, acts: Acts): void {
  const stack = diagram.get('commandStack');
  const undo = h('button', { type: 'button', class: 'btn btn-quiet', title: `${t('Undo')} (Ctrl+Z)`, 'aria-label': t('Undo'), onclick: () => stack.undo() }, '↶') as HTMLButtonElement;
  const redo = h('button', { type: 'button', class: 'btn btn-quiet', title: `${t('Redo')} (Ctrl+Y)`, 'aria-label': t('Redo'), onclick: () => stack.redo() }, '↷') as HTMLButtonElement;
  const able = (): void => {
    undo.disabled = !stack.canUndo();
    redo.disabled = !stack.canRedo();
  };
  diagram.on('commandStack.changed', able);
  diagram.on('import.done', able);
  const item = (label: string, act: () => void): HTMLElement => h('button', { type: 'button', class: 'menu-item', onclick: () => {
    host.querySelector('details[open]')?.removeAttribute('open');
    act();
  } }, label);
  host.replaceChildren(undo, redo,
    h('details', { class: 'menu' }, h('summary', { class: 'btn btn-quiet' }, t('More')),
      h('div', { class: 'menu-body modeler-menu' },
        item(t('Whole diagram'), () => diagram.fit()),
        item(`${t('Find on the diagram')} (Ctrl+F)`, () => diagram.get('searchPad').toggle()),
        item(t('Small map'), () => diagram.get('minimap').toggle()),
        item(t('Play tokens'), () => diagram.get('toggleMode').toggleMode()),
        item(t('Lay the diagram out anew'), () => void acts.layout()),
        h('div', { class: 'menu-part' },
          item(t('Add files from the disk'), () => acts.addFile()),
          item(t('Take this file away'), () => acts.takeFile()),
          item(t('Download BPMN'), () => void diagram.xml().then((xml) => download(name(), new Blob([xml], { type: 'application/xml' })))),
          item(t('Download SVG'), () => void diagram.svg().then((svg) => download(name().replace(/\.\w+$/, '.svg'), new Blob([svg], { type: 'image/svg+xml' })))),
          item(t('Download PNG'), () => void png(diagram, name().replace(/\.\w+$/, '.png'))),
          h('a', { class: 'menu-item', href: `${config.root}/draft.zip` }, t('Download everything (ZIP)')),
          h('a', { class: 'menu-item', href: `${config.root.replace(/\/[^/]+$/, '')}/element-templates.json` }, t('Templates for Camunda Modeler'))),
        h('div', { class: 'menu-part' }, item(t('Keys'), keys)))));
  able();
}

async function png(diagram: Diagram, name: string): Promise<void> {
  const image = new Image();
  const svg = await diagram.svg();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, 8000 / Math.max(image.width, image.height, 1));
  const canvas = h('canvas', { width: image.width * scale, height: image.height * scale }) as HTMLCanvasElement;
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && download(name, blob), 'image/png');
}

const KEYS: [string, string][] = [
  ['Ctrl+Z, Ctrl+Y', 'Undo, redo'], ['Ctrl+C, Ctrl+X, Ctrl+V', 'Copy, cut, paste, also into another draft'], ['Ctrl+A', 'Select everything'], ['Ctrl+F', 'Find on the diagram'],
  ['Delete', 'Delete what is selected'], ['E', 'Change the name on the diagram'], ['N', 'Create an element'], ['A', 'Append an element to the selected one'], ['R', 'Change the kind of the element'],
  ['H, L, S, C', 'Hand, lasso, space, connection'], ['Ctrl++, Ctrl+−, Ctrl+0', 'Larger, smaller, as it is'], ['←↑→↓', 'Move the selected element, with Shift further'],
];

function keys(): void {
  const dialog = h('dialog', { class: 'modeler-dialog', 'aria-label': t('Keys') },
    h('form', { method: 'dialog', class: 'stack tight' }, h('h2', null, t('Keys')),
      h('dl', { class: 'facts' }, KEYS.flatMap(([key, what]) => [h('dt', null, h('kbd', null, key)), h('dd', null, t(what))])),
      h('div', null, h('button', { class: 'btn btn-primary' }, t('Close'))))) as HTMLDialogElement;
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
}
