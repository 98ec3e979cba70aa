// A bundle of its own: the editor of decision tables. Loaded when a decision is opened.
import Modeler from 'dmn-js/lib/Modeler';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import { translateDecisions } from './decision_words';

export interface Decisions { open(xml: string, decision?: string): Promise<string[]>; close(): void }

export function decisions(container: HTMLElement, language: string, changed: (xml: string) => void): Decisions {
  const words = { translate: ['value', translateDecisions(language)] };
  const modules = { additionalModules: [words] };
  const modeler: any = new (Modeler as any)({ container, drd: modules, decisionTable: modules, literalExpression: modules, boxedExpression: modules });
  const heard = new WeakSet<object>();
  let timer = 0;
  const listen = (): void => {
    const viewer = modeler.getActiveViewer();
    if (!viewer || heard.has(viewer)) return;
    heard.add(viewer);
    viewer.on('commandStack.changed', () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void modeler.saveXML({ format: true }).then(({ xml }: { xml: string }) => changed(xml)), 300);
    });
  };
  modeler.on('views.changed', () => setTimeout(listen));
  return {
    async open(xml, decision) {
      const { warnings } = await modeler.importXML(xml);
      const views = modeler.getViews();
      const wanted = views.find((one: any) => decision && one.element.id === decision && one.type !== 'drd') ?? views.find((one: any) => one.type === 'decisionTable') ?? views[0];
      if (wanted) await modeler.open(wanted);
      listen();
      return warnings.map((one: Error) => one.message);
    },
    close() {
      modeler.destroy();
    },
  };
}
