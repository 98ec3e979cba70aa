// What the panel shows for which element. Everything is written as Camunda 7.24 attributes; extras as camunda:property.
import { ask, drafts } from './ask';
import { config, language, type Handler, type Parameter } from './config';
import { h } from './dom';
import { area, button, checkbox, expression, group, pairs, select, text, type Choice } from './fields';
import { is, type Subject } from './model';
import { t } from './words';

export interface Surroundings {
  variables(): string[];
  forms(): string[];
  decisions(): { id: string; name: string }[];
  processes(): { key: string; name: string }[];
  texts(): string[];
  openForm(key: string): void;
  createForm(subject: Subject): string;
  openDecision(id: string): void;
  changeId(subject: Subject, id: string): string;
}

type Part = HTMLElement | null;
const OURS = new Set(['stage', 'stages', 'prefix', 'category', 'description', 'icon', 'owner', 'scenarios', 'title', 'result', 'start_form', 'public', 'client_form', 'client_title', 'client_action', 'client_text', 'client_style']);

export function groupsOf(s: Subject, around: Surroundings): Part[] {
  const found: Part[] = [general(s, around)];
  const type = s.object.$type as string;
  if (is(s.object, 'bpmn:Process')) found.push(process(s));
  if (type === 'bpmn:UserTask' || type === 'bpmn:ManualTask') found.push(assignment(s, around), form(s, around), due(s, around));
  if (['bpmn:ServiceTask', 'bpmn:SendTask'].includes(type)) found.push(handler(s, around));
  if (type === 'bpmn:BusinessRuleTask') found.push(decision(s, around));
  if (type === 'bpmn:ScriptTask') found.push(script(s));
  if (type === 'bpmn:CallActivity') found.push(called(s, around));
  if (type === 'bpmn:SequenceFlow') found.push(condition(s, around));
  if (['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway'].includes(type)) found.push(ways(s, around));
  if (type === 'bpmn:StartEvent' && s.object.$parent?.$type === 'bpmn:Process') found.push(start(s, around));
  found.push(...events(s, around));
  if (type === 'bpmn:ReceiveTask') found.push(message(s, s.object, around));
  if (is(s.object, 'bpmn:Activity')) found.push(loop(s, around));
  if (['bpmn:ServiceTask', 'bpmn:SendTask', 'bpmn:BusinessRuleTask', 'bpmn:ScriptTask', 'bpmn:CallActivity'].includes(type)) found.push(retries(s));
  if (is(s.object, 'bpmn:FlowNode') || is(s.object, 'bpmn:Process')) found.push(others(s));
  return found.filter((one) => one !== null);
}

function property(s: Subject, name: string, label: string, hint?: string): HTMLElement {
  return text({ key: `property-${name}`, label, hint, value: s.property(name), set: (value) => s.setProperty(name, value) });
}

function attribute(s: Subject, name: string, label: string, hint?: string): HTMLElement {
  return text({ key: name, label, hint, value: s.get(name) ?? '', set: (value) => s.set({ [name]: value }) });
}

function general(s: Subject, around: Surroundings): Part {
  const named = is(s.object, 'bpmn:FlowElement') || is(s.object, 'bpmn:Process') || is(s.object, 'bpmn:Lane') || is(s.object, 'bpmn:MessageFlow');
  const note = is(s.object, 'bpmn:TextAnnotation');
  const stage = is(s.object, 'bpmn:Activity') || is(s.object, 'bpmn:Event');
  return group('general', t('Main'), true,
    named ? area({ key: 'name', label: t('Name'), rows: 1, value: s.get('name') ?? '', set: (value) => s.set({ name: value.replace(/\n+$/, '') }) }) : null,
    note ? area({ key: 'text', label: t('Note'), value: s.get('text') ?? '', set: (value) => s.set({ text: value }) }) : null,
    stage ? text({ key: 'stage', label: t('Stage shown to the client'), value: s.property('stage'), set: (value) => s.setProperty('stage', value), hint: t('The stop of the route that begins here') }) : null,
    area({ key: 'documentation', label: t('Description'), rows: 2, value: s.documentation, set: (value) => { s.documentation = value; } }),
    identifier(s, around));
}

function identifier(s: Subject, around: Surroundings): HTMLElement {
  const said = h('div', { class: 'state is-late', role: 'status' });
  return h('div', null, text({
    key: 'id', label: is(s.object, 'bpmn:Process') ? t('Key of the process') : t('Identifier'), value: s.get('id') ?? '',
    hint: is(s.object, 'bpmn:Process') ? t('By it versions of one process are recognised') : undefined,
    set: (value) => { said.textContent = around.changeId(s, value); },
  }), said);
}

function process(s: Subject): Part {
  const groups: Choice[] = config.lists.groups.map((one) => ({ value: one.key, label: one.name }));
  return group('process', t('Process'), true,
    checkbox({ key: 'isExecutable', label: t('Is executed'), value: s.get('isExecutable') === true, set: (value) => s.set({ isExecutable: value }) }),
    area({ key: 'property-description', label: t('What it is for'), rows: 2, value: s.property('description'), set: (value) => s.setProperty('description', value), hint: t('Shown where requests are started') }),
    property(s, 'stages', t('Stages in order'), t('Separated by semicolons: Received; Checked; Paid')),
    select({ key: 'property-owner', label: t('Owner'), value: s.property('owner'), empty: t('nobody'), choices: groups, set: (value) => s.setProperty('owner', value) }),
    property(s, 'category', t('Category')),
    property(s, 'prefix', t('Prefix of numbers')),
    property(s, 'icon', t('Icon'), t('A name of Bootstrap Icons, such as cart')),
    attribute(s, 'camunda:versionTag', t('Tag of the version')),
    checkbox({ key: 'property-scenarios', label: t('Scenarios must pass before it is put in force'), value: s.property('scenarios') === 'required', set: (value) => s.setProperty('scenarios', value ? 'required' : '') }));
}

function assignment(s: Subject, around: Surroundings): Part {
  const known = around.variables;
  const answer = h('div', { class: 'form-text', role: 'status' });
  const people = config.lists.people.map((one) => ({ value: one.email, label: one.name }));
  const chosen = String(s.get('camunda:candidateGroups') ?? '');
  const plain = !/^\s*=|[$#]\{/.test(chosen);
  const keys = chosen.split(',').map((one) => one.trim()).filter(Boolean);
  const toggle = (key: string, on: boolean): void => s.set({ 'camunda:candidateGroups': (on ? [...keys, key] : keys.filter((one) => one !== key)).join(',') });
  const who = async (): Promise<void> => {
    const found = await ask(`${drafts}/receivers`, { assignee: s.get('camunda:assignee') ?? '', groups: s.get('camunda:candidateGroups') ?? '', users: s.get('camunda:candidateUsers') ?? '' });
    answer.replaceChildren(
      found.people.length ? h('div', null, `${t('Today')}: ${found.people.join(', ')}`) : '',
      found.later.length ? h('div', null, t('A request decides: {what}', { what: found.later.join('; ') })) : '',
      found.unknown.length ? h('div', { class: 'state is-late' }, t('Unknown: {names}', { names: found.unknown.join(', ') })) : '',
      found.people.length + found.later.length + found.unknown.length ? '' : t('Nobody: name a person or a group'));
  };
  return group('assignment', t('Who does it'), true,
    plain ? h('fieldset', { class: 'modeler-field' }, h('legend', { class: 'form-label' }, t('Groups')),
      config.lists.groups.map((one) => checkbox({ key: `group-${one.key}`, label: one.name, value: keys.includes(one.key), set: (on) => toggle(one.key, on) }))) : null,
    expression({ key: 'candidateGroups', label: plain ? t('Other groups, or an expression') : t('Groups'), place: 'text', known, value: plain ? keys.filter((key) => !config.lists.groups.some((one) => one.key === key)).join(',') : chosen,
      set: (value) => s.set({ 'camunda:candidateGroups': /^\s*=|[$#]\{/.test(value) ? value : [...keys.filter((key) => plain && config.lists.groups.some((one) => one.key === key)), ...value.split(',').map((one) => one.trim()).filter(Boolean)].join(',') }) }),
    expression({ key: 'assignee', label: t('Person'), place: 'text', known, value: s.get('camunda:assignee') ?? '', set: (value) => s.set({ 'camunda:assignee': value }), suggestions: people, hint: t('An e-mail address or an expression such as =responsible') }),
    expression({ key: 'candidateUsers', label: t('Also offered to'), place: 'text', known, value: s.get('camunda:candidateUsers') ?? '', set: (value) => s.set({ 'camunda:candidateUsers': value }) }),
    h('div', { class: 'modeler-field' }, button(t('Who would get this today?'), () => void who()), answer));
}

function form(s: Subject, around: Surroundings): Part {
  return group('form', t('Form'), true, formField(s, around, 'formKey', t('Form'), () => s.get('camunda:formKey') ?? s.get('camunda:formRef') ?? '', (value) => s.set({ 'camunda:formKey': value, 'camunda:formRef': undefined })),
    property(s, 'title', t('Name of the task in the inbox'), t('An expression may stand here; otherwise the name above')));
}

function formField(s: Subject, around: Surroundings, key: string, label: string, get: () => string, set: (value: string) => void): HTMLElement {
  const value = get();
  return select({ key, label, value, empty: t('no form'), choices: around.forms().map((one) => ({ value: one, label: one })), set },
    h('div', { class: 'inline mt-1' },
      value && around.forms().includes(value) ? button(t('Open the form'), () => around.openForm(value)) : null,
      button(t('New form'), () => set(around.createForm(s)))));
}

function due(s: Subject, around: Surroundings): Part {
  const known = around.variables;
  return group('due', t('When'), false,
    expression({ key: 'dueDate', label: t('Due'), place: 'text', times: 'due', known, value: s.get('camunda:dueDate') ?? '', set: (value) => s.set({ 'camunda:dueDate': value }), hint: t('P2D is two days; =business hours after(now(), 4) counts working time') }),
    expression({ key: 'followUpDate', label: t('Remind'), place: 'text', times: 'due', known, value: s.get('camunda:followUpDate') ?? '', set: (value) => s.set({ 'camunda:followUpDate': value }) }),
    expression({ key: 'priority', label: t('Priority'), place: 'text', known, value: s.get('camunda:priority') ?? '', set: (value) => s.set({ 'camunda:priority': value }), hint: t('0 to 100, 50 is normal') }));
}

function handlerOf(s: Subject): Handler | undefined {
  return config.lists.handlers.find((one) => one.name === s.get('camunda:topic'));
}

function setHandler(s: Subject, name: string): void {
  s.batch(() => {
    const known = config.lists.handlers.find((one) => one.name === name);
    for (const one of [...s.parameters('inputParameters')]) {
      if (known && !known.parameters.some((parameter) => parameter.name === one.get('name'))) s.setParameter(one.get('name'), '');
    }
    s.set({ 'camunda:type': name ? 'external' : undefined, 'camunda:topic': name });
  });
}

function handlerSelect(s: Subject): HTMLElement {
  const choices = config.lists.handlers.map((one) => ({ value: one.name, label: one.title[language] || one.name, group: one.name.split('.')[0] }));
  const known = handlerOf(s);
  return select({ key: 'handler', label: t('What is done'), value: s.get('camunda:topic') ?? '', empty: t('choose'), choices, set: (value) => setHandler(s, value), hint: known?.description[language] });
}

function handler(s: Subject, around: Surroundings): Part {
  const known = handlerOf(s);
  const send = s.object.$type === 'bpmn:SendTask';
  const rest = s.parameters('inputParameters').filter((one) => !known?.parameters.some((parameter) => parameter.name === one.get('name')));
  return h('div', null, group('handler', t('Automatic work'), true,
    handlerSelect(s),
    (known?.parameters ?? []).map((one) => parameterField(s, one, around)),
    pairs({
      key: 'inputs', label: known ? t('Other parameters') : t('Parameters'), add: t('Add'), lines: rest.map((one) => ({ name: one.get('name'), value: one.get('value') ?? '' })),
      rename: (from, to) => s.renameParameter(from, to), set: (name, value) => s.setParameter(name, value),
      value: (line) => expression({ key: `input-${line.name}`, label: line.name, place: 'text', known: around.variables, value: line.value, set: (value) => s.setParameter(line.name, value || '=') }),
    }),
    text({ key: 'resultVariable', label: t('Keep the result in the variable'), value: s.get('camunda:resultVariable') || s.property('result'), hint: known?.results.length ? `${t('Gives')}: ${known.results.map((one) => `${one.name} (${one.description[language]})`).join(', ')}` : undefined,
      set: (value) => s.batch(() => {
        if (s.property('result')) s.setProperty('result', '');
        s.set({ 'camunda:resultVariable': value });
      }) })), send && !s.get('camunda:topic') ? message(s, s.object, around) : null);
}

function parameterField(s: Subject, one: Parameter, around: Surroundings): HTMLElement {
  const stored = s.parameter(one.name);
  const complex = Boolean(stored?.get('definition'));
  const value = stored ? String(stored.get('value') ?? '') : '';
  const label = `${one.name}${one.required ? ` (${t('required')})` : ''}`;
  const hint = [one.description[language], one.required ? '' : one.default === null || one.default === '' ? '' : `${t('Otherwise')}: ${JSON.stringify(one.default)}`].filter(Boolean).join('. ') || undefined;
  const key = `parameter-${one.name}`;
  const set = (next: string): void => s.setParameter(one.name, next);
  if (complex) return h('p', { class: 'form-text' }, `${label}: ${t('a list or a map; it is kept as it is')}`);
  const error = one.required && !value ? t('Needs a value') : undefined;
  const open = /^\s*=|[$#]\{/.test(value);
  if ((one.choices.length || one.type === 'true or false') && !open) {
    const choices = one.choices.length ? one.choices.map((choice) => ({ value: String(choice), label: String(choice) })) : [{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }];
    return select({ key, label, hint, error, value, empty: t('not set'), choices: [...choices, { value: '=', label: t('an expression…') }], set });
  }
  const suggestions = one.name === 'text' ? around.texts().map((name) => ({ value: name, label: name })) : one.name === 'user' || one.name === 'to' ? config.lists.people.map((person) => ({ value: person.email, label: person.name })) : one.name === 'group' ? config.lists.groups.map((found) => ({ value: found.key, label: found.name })) : [];
  return expression({ key, label, hint: hint ?? t(typeWords[one.type] ?? one.type), error, place: 'text', known: around.variables, value, set, suggestions, rows: one.type === 'context' || one.type.startsWith('list') ? 3 : 1 });
}

const typeWords: Record<string, string> = { text: 'Text, or an expression after =', number: 'A number, or an expression after =', 'whole number': 'A whole number, or an expression after =', moment: 'A date and time, or an expression after =' };

function decision(s: Subject, around: Surroundings): Part {
  const external = Boolean(s.get('camunda:topic'));
  const value = s.get('camunda:decisionRef') ?? '';
  const mapping = ['singleEntry', 'singleResult', 'collectEntries', 'resultList'];
  const words: Record<string, string> = { singleEntry: t('one value'), singleResult: t('one row of values'), collectEntries: t('a list of values'), resultList: t('a list of rows') };
  return group('decision', t('Decision'), true,
    external ? handlerSelect(s) : null,
    external ? null : select({ key: 'decisionRef', label: t('Decision table'), value, empty: t('choose'), choices: around.decisions().map((one) => ({ value: one.id, label: one.name || one.id })), set: (next) => s.set({ 'camunda:decisionRef': next, 'camunda:decisionRefBinding': next ? s.get('camunda:decisionRefBinding') ?? 'deployment' : undefined }) },
      value ? h('div', { class: 'inline mt-1' }, button(t('Open the table'), () => around.openDecision(value))) : null),
    external ? null : binding(s, 'camunda:decisionRef'),
    external ? null : select({ key: 'mapDecisionResult', label: t('What it gives'), value: s.get('camunda:mapDecisionResult') ?? '', empty: t('a list of rows'), choices: mapping.map((one) => ({ value: one, label: words[one] })), set: (next) => s.set({ 'camunda:mapDecisionResult': next }) }),
    attribute(s, 'camunda:resultVariable', t('Keep the result in the variable')));
}

function binding(s: Subject, name: string): HTMLElement {
  const attributeName = `${name}Binding`;
  const tail = s.get(attributeName) === 'version' ? attribute(s, `${name}Version`, t('Version')) : s.get(attributeName) === 'versionTag' ? attribute(s, `${name}VersionTag`, t('Tag of the version')) : null;
  return h('div', { class: 'modeler-fields' }, select({
    key: attributeName, label: t('Which version'), value: s.get(attributeName) ?? '', empty: t('the version in force'),
    choices: [{ value: 'deployment', label: t('the one in this draft') }, { value: 'version', label: t('a certain number') }, { value: 'versionTag', label: t('by a tag') }],
    set: (value) => s.set({ [attributeName]: value }),
  }), tail);
}

function called(s: Subject, around: Surroundings): Part {
  const choices = [...around.processes(), ...config.lists.processes].filter((one, index, all) => all.findIndex((other) => other.key === one.key) === index);
  return group('called', t('Called process'), true,
    select({ key: 'calledElement', label: t('Process'), value: s.get('calledElement') ?? '', empty: t('choose'), choices: choices.map((one) => ({ value: one.key, label: one.name })), set: (value) => s.set({ calledElement: value }) }),
    binding(s, 'camunda:calledElement'),
    mappings(s, 'camunda:In', t('What it gets'), around),
    mappings(s, 'camunda:Out', t('What it gives back'), around));
}

function mappings(s: Subject, type: 'camunda:In' | 'camunda:Out', label: string, around: Surroundings): HTMLElement {
  const all = (s.object.get('extensionElements')?.get('values') ?? []).filter((one: any) => one.$type === type);
  const lines = all.filter((one: any) => one.get('target') && !one.get('variables'));
  const drop = (one: any): void => {
    const holder = s.object.get('extensionElements');
    s.set({ values: holder.get('values').filter((other: any) => other !== one) }, holder);
  };
  const add = (name: string): void => s.batch(() => {
    let holder = s.object.get('extensionElements');
    if (!holder) {
      holder = s.create('bpmn:ExtensionElements', { values: [] }, s.object);
      s.set({ extensionElements: holder });
    }
    s.set({ values: [...holder.get('values'), s.create(type, { target: name, sourceExpression: `=${name}` }, holder)] }, holder);
  });
  return pairs({
    key: type, label: `${label}${lines.length ? '' : ` (${t('everything')})`}`, add: t('Add'), names: around.variables(),
    lines: lines.map((one: any) => ({ name: one.get('target'), value: one.get('sourceExpression') || one.get('source') || '' })),
    rename: () => undefined,
    set: (name, value) => {
      const found = lines.find((one: any) => one.get('target') === name);
      if (found && value === '') drop(found);
      else if (!found) add(name);
    },
    value: (line) => expression({ key: `${type}-${line.name}`, label: line.name, place: 'text', known: around.variables, value: line.value, set: (value) => {
      const found = lines.find((one: any) => one.get('target') === line.name);
      const open = /^\s*=|[$#]\{/.test(value);
      s.set({ sourceExpression: open ? value : undefined, source: open ? undefined : value }, found);
    } }),
  });
}

function script(s: Subject): Part {
  const format = s.get('scriptFormat') ?? '';
  const result = h('div', { role: 'status' });
  const values = h('textarea', { class: 'form-control modeler-code', rows: 2, 'aria-label': t('Values to try with, as JSON'), value: sessionStorage.getItem('marshrut.script') ?? '{}' }) as HTMLTextAreaElement;
  const attempt = async (): Promise<void> => {
    sessionStorage.setItem('marshrut.script', values.value);
    const found = await ask(`${drafts}/script`, { source: s.get('script') ?? '', format, values: values.value });
    result.replaceChildren(found.error
      ? h('p', { class: 'state is-late' }, found.error)
      : h('dl', { class: 'facts' }, Object.entries(found.variables).flatMap(([name, value]) => [h('dt', null, name), h('dd', null, h('code', null, String(value)))])));
    if (!found.error && !Object.keys(found.variables).length) result.textContent = t('It changed nothing');
  };
  return group('script', t('Script'), true,
    select({ key: 'scriptFormat', label: t('Language'), value: format, empty: t('choose'), choices: [{ value: 'python', label: 'Python' }, { value: 'feel', label: 'FEEL' }], set: (value) => s.set({ scriptFormat: value }) }),
    area({ key: 'script', label: t('Text of the script'), rows: 8, code: true, value: s.get('script') ?? '', set: (value) => s.set({ script: value }) }),
    format === 'feel' || s.get('camunda:resultVariable') ? attribute(s, 'camunda:resultVariable', t('Keep the result in the variable')) : null,
    h('div', { class: 'modeler-field' }, h('span', { class: 'form-label' }, t('Values to try with, as JSON')), values, button(t('Try the script'), () => void attempt()), result));
}

function condition(s: Subject, around: Surroundings): Part {
  const source = s.object.sourceRef;
  const branching = is(source, 'bpmn:ExclusiveGateway') || is(source, 'bpmn:InclusiveGateway') || is(source, 'bpmn:ComplexGateway') || is(source, 'bpmn:Activity');
  if (!branching) return null;
  const usual = source.default === s.object;
  return group('condition', t('Condition'), true,
    checkbox({ key: 'default', label: t('The way when nothing else fits'), value: usual, set: (on) => s.batch(() => {
      s.set({ default: on ? s.object : undefined }, source);
      if (on) s.set({ conditionExpression: undefined });
    }) }),
    usual ? null : conditionField(s, s.object, t('Goes this way when'), around));
}

function conditionField(s: Subject, flow: any, label: string, around: Surroundings): HTMLElement {
  return expression({ key: `condition-${flow.id}`, label, place: 'condition', known: around.variables, rows: 2, value: s.expression('conditionExpression', flow), placeholder: '=amount > 100000', set: (value) => s.setExpression('conditionExpression', value, flow) });
}

function ways(s: Subject, around: Surroundings): Part {
  const flows: any[] = s.object.get('outgoing') ?? [];
  if (flows.length < 2) return null;
  const name = (flow: any): string => flow.name || t('to “{name}”', { name: flow.targetRef?.name || flow.targetRef?.id || '' });
  return group('ways', t('Ways out'), true,
    flows.map((flow) => (s.object.default === flow ? h('p', { class: 'form-text' }, `${name(flow)}: ${t('when nothing else fits')}`) : conditionField(s, flow, name(flow), around))),
    select({ key: 'default', label: t('When nothing else fits'), value: s.object.default?.id ?? '', empty: t('nowhere: the request stops with a failure'), choices: flows.map((flow) => ({ value: flow.id, label: name(flow) })),
      set: (value) => s.batch(() => {
        const flow = flows.find((one) => one.id === value);
        s.set({ default: flow });
        if (flow) s.set({ conditionExpression: undefined }, flow);
      }) }));
}

function start(s: Subject, around: Surroundings): Part {
  const open = s.property('public') === 'true';
  return group('start', t('How it starts'), true,
    formField(s, around, 'start_form', t('Form for employees'), () => s.property('start_form') || s.get('camunda:formKey') || '', (value) => s.batch(() => {
      if (s.get('camunda:formKey')) s.set({ 'camunda:formKey': undefined });
      s.setProperty('start_form', value);
    })),
    checkbox({ key: 'public', label: t('Clients start it on a public page'), value: open, set: (on) => s.setProperty('public', on ? 'true' : '') }),
    open ? formField(s, around, 'client_form', t('Form for clients'), () => s.property('client_form'), (value) => s.setProperty('client_form', value)) : null,
    open ? property(s, 'client_title', t('Heading of the public page')) : null);
}

function events(s: Subject, around: Surroundings): Part[] {
  const found: Part[] = [];
  for (const event of s.object.eventDefinitions ?? []) {
    if (is(event, 'bpmn:TimerEventDefinition')) found.push(timer(s, event, around));
    if (is(event, 'bpmn:MessageEventDefinition')) found.push(message(s, event, around));
    if (is(event, 'bpmn:SignalEventDefinition')) found.push(group('signal', t('Signal'), true, rootField(s, event, 'signalRef', 'bpmn:Signal', t('Name of the signal'))));
    if (is(event, 'bpmn:ErrorEventDefinition')) found.push(group('error', t('Error'), true, rootField(s, event, 'errorRef', 'bpmn:Error', t('Code of the error'), 'errorCode')));
    if (is(event, 'bpmn:EscalationEventDefinition')) found.push(group('escalation', t('Escalation'), true, rootField(s, event, 'escalationRef', 'bpmn:Escalation', t('Code of the escalation'), 'escalationCode')));
    if (is(event, 'bpmn:LinkEventDefinition')) found.push(group('link', t('Link'), true, text({ key: 'link', label: t('Name of the link'), value: event.get('name') ?? '', set: (value) => s.set({ name: value }, event) })));
    if (is(event, 'bpmn:ConditionalEventDefinition')) {
      found.push(group('conditional', t('Condition'), true, expression({ key: 'conditional', label: t('Happens when'), place: 'condition', known: around.variables, rows: 2, value: s.expression('condition', event), set: (value) => s.setExpression('condition', value, event) })));
    }
  }
  if (is(s.object, 'bpmn:BoundaryEvent') && !is(s.object.eventDefinitions?.[0], 'bpmn:ErrorEventDefinition')) {
    found.push(group('boundary', t('What it does'), true, checkbox({ key: 'cancelActivity', label: t('Interrupts the work'), value: s.get('cancelActivity') !== false, set: (on) => s.set({ cancelActivity: on }) })));
  }
  return found;
}

const TIMES = { timeDuration: 'duration', timeDate: 'date', timeCycle: 'cycle' } as const;

function timer(s: Subject, event: any, around: Surroundings): Part {
  const kinds = Object.keys(TIMES) as (keyof typeof TIMES)[];
  const kind = kinds.find((one) => event.get(one)) ?? (chosenKinds.get(event) as keyof typeof TIMES) ?? 'timeDuration';
  const labels = { timeDuration: t('after a while'), timeDate: t('at a moment'), timeCycle: t('again and again') };
  const examples = { timeDuration: 'PT4H', timeDate: '2026-12-31T10:00', timeCycle: 'R3/P1D' };
  const hints = { timeDuration: t('PT30M is half an hour, PT4H four hours, P2D two days'), timeDate: t('A date and a time, or an expression'), timeCycle: t('R3/P1D is three times daily; 0 9 * * 1 is Mondays at nine') };
  return group('timer', t('Timer'), true,
    select({ key: 'timer-kind', label: t('When'), value: kind, choices: kinds.map((one) => ({ value: one, label: labels[one] })), set: (value) => s.batch(() => {
      const body = s.expression(kind, event);
      chosenKinds.set(event, value);
      s.set({ timeDuration: undefined, timeDate: undefined, timeCycle: undefined }, event);
      if (body) s.setExpression(value, body, event);
    }) }),
    expression({ key: 'timer', label: t('Value'), place: 'text', times: TIMES[kind], known: around.variables, value: s.expression(kind, event), placeholder: examples[kind], hint: hints[kind], set: (value) => s.setExpression(kind, value, event) }));
}
const chosenKinds = new WeakMap<object, string>();

function rootField(s: Subject, event: any, reference: string, type: string, label: string, code = 'name'): HTMLElement {
  const present = event.get(reference);
  const roots = s.roots(type);
  return h('div', { class: 'modeler-fields' },
    select({ key: reference, label, value: present?.get('name') ?? present?.get(code) ?? '', empty: t('not set'), choices: roots.map((one) => ({ value: one.get('name') ?? one.get(code) ?? '', label: one.get(code) || one.get('name') || one.get('id') })), set: (value) => s.refer(reference, type, value, event) }),
    present ? text({ key: `${reference}-name`, label: t('Call it'), value: present.get(code) ?? '', set: (value) => s.set(code === 'name' ? { name: value } : { [code]: value, name: value }, present) })
      : newRoot(t('New'), (value) => s.refer(reference, type, value, event)));
}

function newRoot(label: string, make: (name: string) => void): HTMLElement {
  const input = h('input', { class: 'form-control', 'aria-label': label, placeholder: t('Name') }) as HTMLInputElement;
  return h('div', { class: 'modeler-add' }, input, button(label, () => {
    if (input.value.trim()) make(input.value.trim());
  }));
}

function message(s: Subject, holder: any, around: Surroundings): Part {
  const catching = !/Throw|End|SendTask/.test(s.object.$type);
  const lines = s.properties().filter((one) => one.name.startsWith('correlation:')).map((one) => ({ name: one.name.slice('correlation:'.length), value: one.value }));
  return group('message', t('Message'), true,
    rootField(s, holder, 'messageRef', 'bpmn:Message', t('Name of the message')),
    pairs({
      key: 'correlation', label: t('Found by these values'), add: t('Add'), lines, names: around.variables(),
      rename: (from, to) => s.renameProperty(`correlation:${from}`, `correlation:${to}`), set: (name, value) => s.setProperty(`correlation:${name}`, value === '=' ? `=${name}` : value),
      value: (line) => expression({ key: `correlation-${line.name}`, label: line.name, place: 'text', known: around.variables, value: line.value, set: (value) => s.setProperty(`correlation:${line.name}`, value || '=') }),
    }),
    catching ? property(s, 'client_action', t('Button on the client’s page'), t('Empty: the message comes from elsewhere')) : null,
    catching && s.property('client_action') ? formField(s, around, 'client_form', t('Form for the client'), () => s.property('client_form'), (value) => s.setProperty('client_form', value)) : null,
    catching && s.property('client_action') ? select({ key: 'client_text', label: t('Text beside the button'), value: s.property('client_text'), empty: t('none'), choices: around.texts().map((one) => ({ value: one, label: one })), set: (value) => s.setProperty('client_text', value) }) : null);
}

function loop(s: Subject, around: Surroundings): Part {
  const loops = s.get('loopCharacteristics');
  if (!loops) return null;
  const known = around.variables;
  if (is(loops, 'bpmn:StandardLoopCharacteristics')) {
    return group('loop', t('Repetition'), true,
      expression({ key: 'loopCondition', label: t('Again while'), place: 'condition', known, value: s.expression('loopCondition', loops), set: (value) => s.setExpression('loopCondition', value, loops) }),
      text({ key: 'loopMaximum', label: t('At most times'), value: String(loops.get('loopMaximum') ?? ''), set: (value) => s.set({ loopMaximum: value ? Number(value) : undefined }, loops) }, 'number'));
  }
  return group('loop', t('For each'), true,
    expression({ key: 'collection', label: t('List'), place: 'feel', known, value: loops.get('camunda:collection') ?? '', placeholder: '=approvers', set: (value) => s.set({ 'camunda:collection': value }, loops) }),
    text({ key: 'elementVariable', label: t('Each one is called'), value: loops.get('camunda:elementVariable') ?? '', set: (value) => s.set({ 'camunda:elementVariable': value }, loops) }),
    expression({ key: 'loopCardinality', label: t('Or how many times'), place: 'feel', known, value: s.expression('loopCardinality', loops), set: (value) => s.setExpression('loopCardinality', value, loops) }),
    expression({ key: 'completionCondition', label: t('Enough when'), place: 'condition', known, value: s.expression('completionCondition', loops), set: (value) => s.setExpression('completionCondition', value, loops) }),
    checkbox({ key: 'isSequential', label: t('One after another'), value: loops.get('isSequential') === true, set: (on) => s.set({ isSequential: on }, loops) }));
}

function retries(s: Subject): Part {
  return group('retries', t('When it fails'), false, text({ key: 'retries', label: t('Try again'), value: s.retries, hint: t('R3/PT1M: three times, a minute between; then an administrator is told'), placeholder: 'R3/PT1M', set: (value) => { s.retries = value; } }));
}

function others(s: Subject): Part {
  const lines = s.properties().filter((one) => !OURS.has(one.name) && !one.name.startsWith('correlation:'));
  return group('others', t('Other properties'), false, pairs({
    key: 'properties', label: 'camunda:property', add: t('Add'), initial: 'true', lines, rename: (from, to) => s.renameProperty(from, to), set: (name, value) => s.setProperty(name, value),
    value: (line) => text({ key: `other-${line.name}`, label: line.name, value: line.value, set: (value) => s.setProperty(line.name, value || ' ') }),
  }));
}
