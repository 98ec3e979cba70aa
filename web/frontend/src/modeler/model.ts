// Reading and changing what a diagram says, in single steps that undo takes back as one.

type Moddle = any;

class Batch {
  preExecute(context: { work: () => void }): void {
    context.work();
  }
}

class BatchHandlers {
  static $inject = ['commandStack'];
  constructor(commandStack: any) {
    commandStack.registerHandler('panel.batch', Batch);
  }
}

export const batches = { __init__: ['panelBatches'], panelBatches: ['type', BatchHandlers] };

export function is(element: Moddle, type: string): boolean {
  const object = element?.businessObject ?? element;
  return Boolean(object?.$instanceOf?.(type));
}

// One element that is shown in the panel: getters read the model, setters are commands.
export class Subject {
  readonly object: Moddle;

  constructor(private readonly injector: any, readonly element: Moddle) {
    const object = element.businessObject;
    this.object = is(object, 'bpmn:Participant') && object.processRef ? object.processRef : object;
  }

  get(name: string, of: Moddle = this.object): any {
    return of.get(name);
  }

  batch(work: () => void): void {
    this.injector.get('commandStack').execute('panel.batch', { work });
  }

  set(values: Record<string, unknown>, of: Moddle = this.object): void {
    const clean = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === '' ? undefined : value]));
    if (of === this.element.businessObject) this.injector.get('modeling').updateProperties(this.element, clean);
    else this.injector.get('modeling').updateModdleProperties(this.element, of, clean);
  }

  create(type: string, values: Record<string, unknown>, parent: Moddle): Moddle {
    const made = this.injector.get('bpmnFactory').create(type, values);
    made.$parent = parent;
    return made;
  }

  extension(type: string, of: Moddle = this.object): Moddle | undefined {
    return (of.get('extensionElements')?.get('values') ?? []).find((one: Moddle) => one.$type === type);
  }

  ensureExtension(type: string, of: Moddle = this.object): Moddle {
    const found = this.extension(type, of);
    if (found) return found;
    let holder = of.get('extensionElements');
    if (!holder) {
      holder = this.create('bpmn:ExtensionElements', { values: [] }, of);
      this.set({ extensionElements: holder }, of);
    }
    const made = this.create(type, {}, holder);
    this.set({ values: [...holder.get('values'), made] }, holder);
    return made;
  }

  private dropEmpty(type: string, list: string[], of: Moddle = this.object): void {
    const found = this.extension(type, of);
    if (!found || list.some((name) => (found.get(name) ?? []).length)) return;
    const holder = of.get('extensionElements');
    const rest = holder.get('values').filter((one: Moddle) => one !== found);
    if (rest.length) this.set({ values: rest }, holder);
    else this.set({ extensionElements: undefined }, of);
  }

  // camunda:property
  properties(): { name: string; value: string }[] {
    return (this.extension('camunda:Properties')?.get('values') ?? []).map((one: Moddle) => ({ name: one.get('name') ?? '', value: one.get('value') ?? '' }));
  }

  property(name: string): string {
    return this.properties().find((one) => one.name === name)?.value ?? '';
  }

  setProperty(name: string, value: string): void {
    this.batch(() => {
      const holder = value === '' ? this.extension('camunda:Properties') : this.ensureExtension('camunda:Properties');
      if (!holder) return;
      const found = holder.get('values').find((one: Moddle) => one.get('name') === name);
      if (value === '') this.set({ values: holder.get('values').filter((one: Moddle) => one !== found) }, holder);
      else if (found) this.set({ value }, found);
      else this.set({ values: [...holder.get('values'), this.create('camunda:Property', { name, value }, holder)] }, holder);
      this.dropEmpty('camunda:Properties', ['values']);
    });
  }

  renameProperty(from: string, to: string): void {
    const found = (this.extension('camunda:Properties')?.get('values') ?? []).find((one: Moddle) => one.get('name') === from);
    if (found) this.set({ name: to }, found);
  }

  // camunda:inputParameter and camunda:outputParameter
  parameters(kind: 'inputParameters' | 'outputParameters'): Moddle[] {
    return this.extension('camunda:InputOutput')?.get(kind) ?? [];
  }

  parameter(name: string): Moddle | undefined {
    return this.parameters('inputParameters').find((one) => one.get('name') === name);
  }

  setParameter(name: string, value: string, kind: 'inputParameters' | 'outputParameters' = 'inputParameters'): void {
    this.batch(() => {
      const holder = value === '' ? this.extension('camunda:InputOutput') : this.ensureExtension('camunda:InputOutput');
      if (!holder) return;
      const all: Moddle[] = holder.get(kind) ?? [];
      const found = all.find((one) => one.get('name') === name);
      if (value === '') this.set({ [kind]: all.filter((one) => one !== found) }, holder);
      else if (found) this.set({ value, definition: undefined }, found);
      else {
        const type = kind === 'inputParameters' ? 'camunda:InputParameter' : 'camunda:OutputParameter';
        this.set({ [kind]: [...all, this.create(type, { name, value }, holder)] }, holder);
      }
      this.dropEmpty('camunda:InputOutput', ['inputParameters', 'outputParameters']);
    });
  }

  renameParameter(from: string, to: string): void {
    const found = this.parameter(from);
    if (found) this.set({ name: to }, found);
  }

  // camunda:failedJobRetryTimeCycle
  get retries(): string {
    return this.extension('camunda:FailedJobRetryTimeCycle')?.get('body') ?? '';
  }

  set retries(body: string) {
    this.batch(() => {
      if (body) this.set({ body }, this.ensureExtension('camunda:FailedJobRetryTimeCycle'));
      else {
        const holder = this.object.get('extensionElements');
        const found = this.extension('camunda:FailedJobRetryTimeCycle');
        if (found) this.set({ values: holder.get('values').filter((one: Moddle) => one !== found) }, holder);
      }
    });
  }

  // A text inside an element of its own: conditions, timers, loops.
  expression(name: string, of: Moddle = this.object): string {
    return of.get(name)?.get('body') ?? '';
  }

  setExpression(name: string, body: string, of: Moddle = this.object): void {
    const found = of.get(name);
    if (body === '') this.set({ [name]: undefined }, of);
    else if (found) this.set({ body }, found);
    else this.set({ [name]: this.create('bpmn:FormalExpression', { body }, of) }, of);
  }

  event(type: string): Moddle | undefined {
    return (this.object.eventDefinitions ?? []).find((one: Moddle) => is(one, type));
  }

  // Root elements that events name: messages, signals, errors, escalations.
  roots(type: string): Moddle[] {
    return (this.definitions.get('rootElements') ?? []).filter((one: Moddle) => is(one, type));
  }

  get definitions(): Moddle {
    return this.injector.get('canvas').getRootElement() && this.injector.get('bpmnjs').getDefinitions();
  }

  reference(name: string, of: Moddle): Moddle | undefined {
    return of.get(name);
  }

  // Names the root element that an event refers to; one that is not there yet is made.
  refer(reference: string, type: string, name: string, of: Moddle): void {
    this.batch(() => {
      if (!name) {
        this.set({ [reference]: undefined }, of);
        return;
      }
      let root = this.roots(type).find((one) => one.get('name') === name);
      if (!root) {
        root = this.create(type, { name }, this.definitions);
        if (type === 'bpmn:Error') root.set('errorCode', name);
        if (type === 'bpmn:Escalation') root.set('escalationCode', name);
        const definitions = this.definitions;
        this.set({ rootElements: [...definitions.get('rootElements'), root] }, definitions);
      }
      this.set({ [reference]: root }, of);
    });
  }

  get documentation(): string {
    return this.object.get('documentation')?.[0]?.get('text') ?? '';
  }

  set documentation(text: string) {
    const all = this.object.get('documentation') ?? [];
    if (all.length && text) this.set({ text }, all[0]);
    else if (all.length) this.set({ documentation: all.slice(1) });
    else if (text) this.set({ documentation: [this.create('bpmn:Documentation', { text }, this.object)] });
  }
}
