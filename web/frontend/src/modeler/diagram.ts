// The canvas: the drawing library with our panel, saved as it changes.
import Modeler from 'bpmn-js/lib/Modeler';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import colours from 'bpmn-js-color-picker';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import simulation from 'bpmn-js-token-simulation';
import minimap from 'diagram-js-minimap';
import { place } from './config';
import { debounce } from './dom';
import { losses } from './losses';
import { batches } from './model';
import { sayTokens } from './tokens';
import { translation } from './translate';

export interface Opening { warnings: string[]; hasDrawing: boolean }

export class Diagram {
  readonly modeler: any;
  private loading = false;
  private readonly later: ReturnType<typeof debounce>;

  constructor(container: HTMLElement, changed: (xml: string) => void) {
    this.modeler = new Modeler({
      container,
      additionalModules: [translation, batches, minimap, colours, CreateAppendAnythingModule, simulation],
      moddleExtensions: { camunda },
      // The canvas stays light in both themes: the library's mark must be seen.
      bpmnRenderer: { defaultFillColor: '#fff', defaultStrokeColor: '#172022', defaultLabelColor: '#172022' },
    });
    this.later = debounce(250, () => {
      void this.xml().then((xml) => {
        if (!this.loading) changed(xml);
        delete place.dataset.drawn;
      });
    });
    sayTokens(container);
    new ResizeObserver(() => {
      if (container.clientWidth && container.clientHeight) this.get('canvas').resized();
    }).observe(container);
    this.on('commandStack.changed', () => {
      if (this.loading) return;
      place.dataset.drawn = 'true'; // until the change is handed on to be saved
      this.later();
    });
    addEventListener('pagehide', () => this.later.flush());
  }

  get<T = any>(name: string): T {
    return this.modeler.get(name);
  }

  on(event: string, call: (event: any) => void): void {
    this.get('eventBus').on(event, call);
  }

  async open(xml: string): Promise<Opening> {
    this.later.flush();
    this.loading = true;
    try {
      const { warnings } = await this.modeler.importXML(xml);
      this.fit();
      const lost = losses(xml, await this.xml(), (id) => Boolean(this.element(id) ?? this.element(`${id}_plane`)));
      const foreign = warnings.map((one: Error) => one.message).filter((one: string) => /unparsable|unknown/.test(one));
      return { warnings: [...foreign, ...lost], hasDrawing: true };
    } catch (error) {
      if (!/no diagram to display|no process or collaboration/.test(String((error as Error).message))) throw error;
      return { warnings: ((error as any).warnings ?? []).map((one: Error) => one.message), hasDrawing: false };
    } finally {
      this.loading = false;
    }
  }

  async xml(): Promise<string> {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  async svg(): Promise<string> {
    return (await this.modeler.saveSVG()).svg;
  }

  // Shows the whole drawing beside the palette, never larger than life.
  fit(): void {
    const canvas = this.get('canvas');
    const { inner, outer } = canvas.viewbox();
    if (!inner.width || !outer.width) return;
    const palette = document.querySelector('.djs-palette')?.getBoundingClientRect().width ?? 0;
    const left = Math.max(150, palette + 50);
    const margin = 30;
    const scale = Math.min(1, (outer.width - left - margin) / inner.width, (outer.height - 2 * margin) / inner.height);
    const width = outer.width / scale;
    const height = outer.height / scale;
    canvas.viewbox({ x: inner.x - left / scale, y: inner.y - (height - inner.height) / 2, width, height });
  }

  element(id: string): any {
    return this.get('elementRegistry').get(id);
  }

  show(id: string): boolean {
    const element = this.element(id);
    if (!element) return false;
    this.get('selection').select(element);
    this.get('canvas').scrollToElement(element);
    return true;
  }
}
