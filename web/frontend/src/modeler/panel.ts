// The panel beside the canvas: shows the selected element, stays where it is while one types.
import type { Diagram } from './diagram';
import { h } from './dom';
import { flushFields } from './fields';
import { groupsOf, type Surroundings } from './groups';
import { is, Subject } from './model';
import { t } from './words';

const KINDS: Record<string, string> = {
  'bpmn:UserTask': 'User task', 'bpmn:ServiceTask': 'Service task', 'bpmn:SendTask': 'Send task', 'bpmn:ReceiveTask': 'Receive task', 'bpmn:ScriptTask': 'Script task',
  'bpmn:ManualTask': 'Manual task', 'bpmn:BusinessRuleTask': 'Business rule task', 'bpmn:Task': 'Task', 'bpmn:CallActivity': 'Call activity', 'bpmn:SubProcess': 'Sub-process',
  'bpmn:AdHocSubProcess': 'Ad-hoc sub-process', 'bpmn:Transaction': 'Transaction', 'bpmn:ExclusiveGateway': 'Exclusive gateway', 'bpmn:ParallelGateway': 'Parallel gateway', 'bpmn:InclusiveGateway': 'Inclusive gateway',
  'bpmn:EventBasedGateway': 'Event-based gateway', 'bpmn:ComplexGateway': 'Complex gateway', 'bpmn:StartEvent': 'Start event', 'bpmn:EndEvent': 'End event', 'bpmn:BoundaryEvent': 'Boundary event',
  'bpmn:IntermediateCatchEvent': 'Intermediate catch event', 'bpmn:IntermediateThrowEvent': 'Intermediate throw event', 'bpmn:SequenceFlow': 'Sequence flow', 'bpmn:MessageFlow': 'Message flow',
  'bpmn:Process': 'Process', 'bpmn:Participant': 'Pool', 'bpmn:Lane': 'Lane', 'bpmn:TextAnnotation': 'Text annotation', 'bpmn:Group': 'Group',
  'bpmn:DataObjectReference': 'Data object', 'bpmn:DataStoreReference': 'Data store', 'bpmn:Collaboration': 'Collaboration',
};

export class Panel {
  private shown: any = null;
  private readonly open = new Map<string, boolean>();

  constructor(private readonly host: HTMLElement, private readonly diagram: Diagram, private readonly around: Surroundings) {
    diagram.on('selection.changed', () => this.choose());
    diagram.on('import.done', () => this.choose());
    diagram.on('commandStack.changed', () => this.choose());
    host.addEventListener('toggle', (event) => {
      const details = event.target as HTMLDetailsElement;
      if (details.dataset?.group) this.open.set(details.dataset.group, details.open);
    }, true);
  }

  // The lists that fields offer have changed.
  refresh(): void {
    if (!this.host.contains(document.activeElement)) this.show(this.shown);
  }

  focus(key: string): void {
    const field = this.host.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    const details = field?.closest('details');
    if (details) details.open = true;
    field?.focus();
  }

  private choose(): void {
    const selected = this.diagram.get('selection').get();
    const element = selected.length === 1 ? selected[0] : selected.length ? null : this.diagram.get('canvas').getRootElement();
    const next = element?.labelTarget ?? element;
    if (next !== this.shown) {
      const before = this.shown;
      this.shown = next;
      if (before) flushFields();
    }
    this.show(next);
  }

  private show(element: any): void {
    const active = document.activeElement as HTMLInputElement | null;
    const focused = active && this.host.contains(active) ? { key: active.dataset.key, begin: active.selectionStart, end: active.selectionEnd, typed: active.value } : null;
    const { scrollTop } = this.host;
    if (!element?.businessObject || is(element, 'bpmn:Collaboration') && !element.businessObject.participants?.length) {
      this.host.replaceChildren(h('p', { class: 'meta' }, t('Choose an element on the diagram')));
      return;
    }
    const subject = new Subject(this.diagram.modeler, element);
    const type = element.businessObject.$type as string;
    const groups = groupsOf(subject, this.around) as HTMLElement[];
    this.host.replaceChildren(
      h('div', { class: 'modeler-kind' }, h('h2', null, t(KINDS[type] ?? type.replace('bpmn:', '')))), ...groups);
    for (const details of this.host.querySelectorAll<HTMLDetailsElement>('details[data-group]')) {
      const remembered = this.open.get(details.dataset.group!);
      if (remembered !== undefined) details.open = remembered;
    }
    this.host.scrollTop = scrollTop;
    if (!focused?.key) return;
    const field = this.host.querySelector<HTMLInputElement>(`[data-key="${CSS.escape(focused.key)}"]`);
    if (!field) return;
    field.focus();
    if (field.tagName !== 'SELECT' && field.type !== 'checkbox' && field.type !== 'number') {
      if (focused.typed !== field.value) field.value = focused.typed;
      field.setSelectionRange(focused.begin, focused.end);
    }
  }
}
