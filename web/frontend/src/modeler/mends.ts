// What can be put right at a click, by the rule that complains.
import type { Diagram } from './diagram';
import { is, Subject } from './model';
import type { Problem } from './problems';
import { t } from './words';

export interface Mends { diagram: Diagram; file(): string; createForm(key: string): void; createText(key: string): void; edit(element: string, field: string): void; layout(): void }
export interface Mend { label: string; apply: () => void }

export function mendOf(problem: Problem, mends: Mends): Mend | null {
  const quoted = /[«“"]([^»”"]+)[»”"]/g;
  const words = [...problem.message.matchAll(quoted)].map((one) => one[1]);
  if (problem.rule === 'form.unknown' && words[0]) return { label: t('Create the form'), apply: () => mends.createForm(words[0]) };
  if (problem.rule === 'text.unknown' && words[0]) return { label: t('Create the text'), apply: () => mends.createText(words[0]) };
  if (!problem.element || problem.file !== mends.file()) return null;
  const element = mends.diagram.element(problem.element);
  if (!element) return null;
  const subject = new Subject(mends.diagram.modeler, element);
  const edit = (field: string): Mend => ({ label: t('Fill in'), apply: () => mends.edit(problem.element!, field) });
  switch (problem.rule) {
    case 'handler.unknown_parameter': {
      const [, name, nearest] = /ru/.test(document.documentElement.lang) ? words : words;
      if (!name) return null;
      return nearest ? { label: t('Rename to {name}', { name: nearest }), apply: () => subject.renameParameter(name, nearest) } : { label: t('Take it away'), apply: () => subject.setParameter(name, '') };
    }
    case 'handler.unknown_handler': {
      const nearest = words[1];
      return nearest ? { label: t('Take {name}', { name: nearest }), apply: () => subject.set({ 'camunda:topic': nearest }) } : edit('handler');
    }
    case 'handler.missing_parameter':
      return words[1] ? edit(`parameter-${words[1]}`) : null;
    case 'handler.wrong_type':
      return words[0] ? edit(`parameter-${words[0]}`) : null;
    case 'handler_missing': case 'task_type': case 'send_what':
      return edit('handler');
    case 'script_format':
      return { label: t('It is Python'), apply: () => subject.set({ scriptFormat: 'python' }) };
    case 'decision.unknown':
      return edit('decisionRef');
    case 'timer':
      return edit('timer');
    case 'gateway_direction': case 'gateway_idle':
      return null;
    case 'default_forbidden': case 'default_unknown':
      return is(element, 'bpmn:SequenceFlow') ? null : { label: t('Take it away'), apply: () => subject.set({ default: undefined }) };
    case 'message_missing': case 'message':
      return edit('messageRef');
    case 'instances_missing': case 'instances_source':
      return edit('collection');
    case 'unreachable': case 'never_reached':
      return is(element, 'bpmn:FlowNode') ? { label: t('Delete it'), apply: () => mends.diagram.get('modeling').removeElements([element]) } : null;
    case 'unknown_variable': case 'condition':
      return is(element, 'bpmn:SequenceFlow') ? edit(`condition-${problem.element}`) : null;
    default:
      return null;
  }
}
