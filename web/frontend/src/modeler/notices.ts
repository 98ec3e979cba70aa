// What is said above the canvas: whether everything is saved, who else is here, what could not be read.
import { config, language } from './config';
import type { Opening } from './diagram';
import { h } from './dom';
import { button } from './fields';
import type { Store } from './store';
import { t } from './words';

export interface Notices { state(): void; rescued(): void; opening(path: string, opening: Opening, layout: () => void): void; unreadable(path: string, why: string): void; refusedFile(name: string): void }

export function notices(host: HTMLElement, state: HTMLElement, others: HTMLElement, store: Store, reopen: (path: string) => void): Notices {
  const shown = new Map<string, HTMLElement>();
  const put = (key: string, tone: string, ...content: (Node | string)[]): void => {
    shown.get(key)?.remove();
    const note = h('div', { class: `note ${tone}`, role: tone === 'is-late' ? 'alert' : 'status', 'data-notice': key }, h('div', null, ...content));
    shown.set(key, note);
    host.append(note);
  };
  const drop = (key: string): void => {
    shown.get(key)?.remove();
    shown.delete(key);
  };
  const time = (moment: Date): string => moment.toLocaleTimeString(language === 'ru' ? 'ru-RU' : 'en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  let said = '';

  function conflict(): void {
    const found = store.conflict;
    if (!found) return drop('conflict');
    if (shown.has('conflict')) return;
    put('conflict', 'is-soon',
      h('p', null, h('b', null, t('{name} changed this file too, at {time}.', { name: found.by || t('Somebody'), time: time(new Date(found.at)) }))),
      h('p', null, t('Both are kept: theirs in the history of the draft, yours in this browser until you decide.')),
      h('div', { class: 'inline mt-1' },
        button(t('Keep mine, theirs stays in the history'), () => void store.flush(found.path)),
        button(t('Take theirs, mine is put aside in this browser'), () => void store.yieldTo(found.path).then(() => reopen(found.path)))));
  }

  return {
    state() {
      const words = {
        saved: t('Saved at {time}', { time: time(store.savedAt) }), typing: t('Not saved yet'), saving: t('Saving…'),
        offline: t('No connection: kept in this browser'), 'signed-out': t('Signed out: kept in this browser'), conflict: t('Not saved: changed by somebody else'),
        refused: store.refusal === 413 ? t('Not saved: the file is too large') : t('Not saved: the server refused it'),
      };
      const text = words[store.state];
      if (text !== said) {
        state.textContent = text;
        said = text;
        state.dataset.state = store.state;
        state.classList.toggle('is-late', ['offline', 'signed-out', 'conflict', 'refused'].includes(store.state));
        state.classList.toggle('state', state.classList.contains('is-late'));
      }
      if (store.state === 'signed-out') {
        if (!shown.has('signed-out')) put('signed-out', 'is-soon', h('p', null, t('You were signed out. What you draw stays in this browser and is sent when you are back.'), ' ', h('a', { href: config.signIn, target: '_blank' }, t('Sign in in another tab'))));
      } else drop('signed-out');
      conflict();
      others.textContent = store.others.length ? t('Also open: {names}', { names: store.others.map((one) => (one.me ? t('you, in another tab') : one.name)).join(', ') }) : '';
      for (const held of store.files.values()) {
        const key = `foreign ${held.path}`;
        if (held.foreign && !shown.has(key)) {
          put(key, 'is-info', h('p', null, t('{path} was changed by somebody else.', { path: held.path })), button(t('Show the new one'), () => void store.reread(held.path).then(() => {
            drop(key);
            reopen(held.path);
          })));
        } else if (!held.foreign) drop(key);
      }
    },
    rescued() {
      if (store.rescued.length) put('rescued', 'is-ok', h('p', null, t('Taken up from this browser, not yet sent before: {paths}', { paths: store.rescued.join(', ') })), button(t('Close'), () => drop('rescued')));
    },
    opening(path, opening, layout) {
      drop('opening');
      drop('unreadable');
      if (!opening.hasDrawing) put('opening', 'is-info', h('p', null, t('The diagram has no places for its elements.')), button(t('Lay it out'), layout));
      else if (opening.warnings.length) {
        put('opening', 'is-soon', h('p', null, h('b', null, t('Not everything in {path} was understood. What is listed would be lost by a change here; the original stays in the history.', { path }))),
          h('ul', null, ...opening.warnings.slice(0, 8).map((one) => h('li', null, one)), opening.warnings.length > 8 ? h('li', null, `… ${opening.warnings.length}`) : ''), button(t('Close'), () => drop('opening')));
      }
    },
    unreadable(path, why) {
      drop('opening');
      put('unreadable', 'is-late', h('p', null, t('{path} cannot be drawn; here is its text.', { path })), h('p', null, why), button(t('Close'), () => drop('unreadable')));
    },
    refusedFile(name) {
      put(`file ${name}`, 'is-late', h('p', null, t('{name} was not added: it is too large or not a text.', { name })), button(t('Close'), () => drop(`file ${name}`)));
    },
  };
}
