// What deployment would say, while one draws: marks on the diagram, a list in words, a mend at a click where there is one.
import { ask, Trouble } from './ask';
import { config } from './config';
import type { Diagram } from './diagram';
import { debounce, h } from './dom';
import { mendOf, type Mends } from './mends';
import type { Store } from './store';
import { t } from './words';

export interface Problem { file: string; element: string | null; rule: string; severity: 'error' | 'warning' | 'info'; message: string; line: number | null }
export interface Found { problems: Problem[]; variables: string[]; decisions: { id: string; name: string }[]; processes: { key: string; name: string }[] }

const PAUSE_MS = 700;
const TONES = { error: 'is-late', warning: 'is-soon', info: 'is-info' };

export class Problems {
  found: Found = { problems: [], variables: [], decisions: [], processes: [] };
  private marked: string[] = [];
  private open = sessionStorage.getItem('marshrut.problems') !== 'closed';
  private asking = 0;
  readonly soon = debounce(PAUSE_MS, () => void this.check());

  constructor(private readonly host: HTMLElement, private readonly store: Store, private readonly diagram: Diagram, private readonly mends: Mends, private readonly current: () => string, private readonly go: (file: string, element: string | null) => void, private readonly told: () => void) {
    this.draw(true);
  }

  async check(): Promise<void> {
    const mine = ++this.asking;
    try {
      const found = await ask<Found>(`${config.root}/check`, { files: this.store.unsaved() });
      if (mine !== this.asking) return;
      this.found = found;
    } catch (error) {
      if (error instanceof Trouble) return;
      throw error;
    }
    this.draw();
    this.mark();
    this.told();
  }

  // Badges on the elements of the diagram that is open.
  mark(): void {
    const overlays = this.diagram.get('overlays');
    const canvas = this.diagram.get('canvas');
    overlays.remove({ type: 'marshrut-problem' });
    for (const id of this.marked) if (this.diagram.element(id)) for (const tone of Object.values(TONES)) canvas.removeMarker(id, `modeler-${tone}`);
    this.marked = [];
    const said = new Map<string, Problem[]>();
    for (const one of this.found.problems) if (one.element && one.file === this.current() && this.diagram.element(one.element)) said.set(one.element, [...(said.get(one.element) ?? []), one]);
    for (const [id, all] of said) {
      const tone = TONES[all[0].severity];
      const element = this.diagram.element(id);
      if (element === this.diagram.get('canvas').getRootElement()) continue;
      canvas.addMarker(id, `modeler-${tone}`);
      this.marked.push(id);
      if (element.waypoints) continue;
      overlays.add(id, 'marshrut-problem', {
        position: { top: -10, left: -10 },
        html: h('button', { type: 'button', class: `modeler-badge ${tone}`, title: all.map((one) => one.message).join('\n'), 'aria-label': all.map((one) => one.message).join('. '), onclick: () => this.go(this.current(), id) }, all[0].severity === 'error' ? '!' : all[0].severity === 'warning' ? '?' : 'i'),
      });
    }
  }

  private draw(first = false): void {
    const { problems } = this.found;
    const count = (severity: string): number => problems.filter((one) => one.severity === severity).length;
    const sum = first ? t('Checking…') : problems.length ? [[t('errors'), count('error')], [t('warnings'), count('warning')], [t('advice'), count('info')]].filter(([, number]) => number).map(([name, number]) => `${name}: ${number}`).join(', ') : t('Nothing is wrong: the draft can become a version');
    this.host.replaceChildren(
      h('button', { type: 'button', class: 'modeler-sum', 'aria-expanded': String(this.open && problems.length > 0), onclick: () => this.toggle() },
        h('span', { class: `sign ${count('error') ? 'is-late' : count('warning') ? 'is-soon' : first ? '' : 'is-ok'}` }), sum),
      this.open && problems.length ? h('ul', { class: 'plain modeler-findings', tabindex: '0' }, problems.map((one) => this.line(one))) : null as never);
    for (const child of [...this.host.childNodes]) if (child.nodeType === Node.TEXT_NODE) child.remove();
  }

  private line(one: Problem): HTMLElement {
    const mend = mendOf(one, this.mends);
    return h('li', { 'data-rule': one.rule },
      h('button', { type: 'button', class: 'modeler-finding', onclick: () => this.go(one.file, one.element) },
        h('span', { class: `sign ${TONES[one.severity]}` }), h('span', null, one.message), h('span', { class: 'meta' }, one.file && one.file !== this.current() ? one.file : '')),
      mend ? h('button', { type: 'button', class: 'btn btn-plain btn-sm', onclick: mend.apply }, mend.label) : null);
  }

  private toggle(): void {
    this.open = !this.open;
    sessionStorage.setItem('marshrut.problems', this.open ? 'open' : 'closed');
    this.draw();
  }
}
