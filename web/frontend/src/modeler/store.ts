// The files of the draft: what is typed is kept in the browser at once and sent to the server within two seconds. A lost
// connection or an expired sign-in leaves it in the browser; it is sent when that is over, also after the tab was killed.
import { renewToken, send, Trouble } from './ask';
import { config, type FileLine } from './config';
import { decode, kindOf } from './kinds';

const PAUSE_MS = 500;
const LONGEST_MS = 1400;
const STATE_MS = 12_000;
const PREFIX = `marshrut.draft.${config.draft}.`;

export interface Held { path: string; kind: string; tag: string | null; text: string | null; dirty: boolean; removed: boolean; foreign: boolean }
export type State = 'saved' | 'typing' | 'saving' | 'offline' | 'signed-out' | 'conflict' | 'refused';
export interface Conflict { path: string; by: string; at: string; tag: string | null }

type Listener = () => void;

export class Store {
  readonly files = new Map<string, Held>();
  readonly tab = crypto.randomUUID?.() ?? String(Math.random());
  state: State = 'saved';
  savedAt = new Date();
  refusal = 0;
  conflict: Conflict | null = null;
  others: { name: string; me: boolean }[] = [];
  rescued: string[] = [];
  private listeners: Listener[] = [];
  private timer = 0;
  private since = 0;
  private busy = false;

  constructor() {
    for (const line of config.files) this.add(line);
    this.rescue();
    addEventListener('online', () => void this.flush());
    addEventListener('pagehide', () => this.goodbye());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) void this.flush();
    });
    void this.look();
    setInterval(() => void this.look(), STATE_MS);
    if (this.dirty.length) void this.flush();
  }

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  get dirty(): Held[] {
    return [...this.files.values()].filter((held) => held.dirty);
  }

  get present(): Held[] {
    return [...this.files.values()].filter((held) => !held.removed).sort((a, b) => a.path.localeCompare(b.path));
  }

  async text(path: string): Promise<string> {
    const held = this.files.get(path);
    if (!held) throw new Trouble('refused', 404);
    if (held.text === null) {
      const answer = await send(`${config.root}/files/${encodePath(path)}`);
      const text = decode(await answer.arrayBuffer());
      held.text ??= text;
      if (!held.dirty) held.tag = tagOf(answer) ?? held.tag;
    }
    return held.text;
  }

  change(path: string, text: string): void {
    let held = this.files.get(path);
    if (!held) {
      held = { path, kind: kindOf(path), tag: null, text: '', dirty: false, removed: false, foreign: false };
      this.files.set(path, held);
    }
    if (held.text === text && !held.removed) return;
    Object.assign(held, { text, dirty: true, removed: false });
    this.keep(held);
    this.soon();
  }

  remove(path: string): void {
    const held = this.files.get(path);
    if (!held) return;
    if (held.tag === null && !this.busy) this.files.delete(path);
    else Object.assign(held, { dirty: true, removed: true, text: '' });
    this.keep(held);
    this.soon();
  }

  // Texts that the server does not have yet, for questions about the draft as it stands here.
  unsaved(): Record<string, string | null> {
    return Object.fromEntries(this.dirty.map((held) => [held.path, held.removed ? null : held.text]));
  }

  async flush(overwrite = ''): Promise<void> {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.busy || (this.conflict && !overwrite)) return;
    this.busy = true;
    this.since = 0;
    try {
      for (const held of this.dirty) {
        this.set('saving');
        await this.put(held, held.path === overwrite);
      }
      this.conflict = null;
      this.set(this.dirty.length ? 'typing' : 'saved');
    } catch (error) {
      this.failed(error);
    } finally {
      this.busy = false;
    }
    if (this.state === 'typing') this.soon();
  }

  // Another's version was chosen: what is here is kept aside and theirs is read.
  async yieldTo(path: string): Promise<void> {
    const held = this.files.get(path)!;
    localStorage.setItem(`${PREFIX}aside.${Date.now()}.${path}`, held.text ?? '');
    Object.assign(held, { text: null, dirty: false, removed: false });
    localStorage.removeItem(PREFIX + path);
    this.conflict = null;
    await this.text(path);
    await this.flush();
  }

  private async put(held: Held, overwrite: boolean): Promise<void> {
    const { text, removed } = held;
    const tag: Record<string, string> = held.tag === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${held.tag}"` };
    const address = `${config.root}/files/${encodePath(held.path)}${overwrite ? '?overwrite=1' : ''}`;
    const body = removed ? undefined : new Blob([text ?? '']);
    try {
      const answer = await send(address, { method: removed ? 'DELETE' : 'PUT', body, headers: { 'Content-Type': 'application/octet-stream', ...tag } });
      const said = await answer.json();
      held.tag = said.tag || null;
      this.savedAt = new Date();
    } catch (error) {
      if (error instanceof Trouble && error.kind === 'conflict') {
        this.conflict = { path: held.path, by: error.said.by, at: error.said.at, tag: error.said.tag };
      }
      throw error;
    }
    if (held.text === text && held.removed === removed) {
      held.dirty = false;
      if (removed) this.files.delete(held.path);
    }
    this.keep(held);
  }

  private failed(error: unknown): void {
    if (!(error instanceof Trouble)) throw error;
    this.refusal = error.status;
    this.set(error.kind);
    if (error.kind === 'offline' || error.kind === 'signed-out') {
      this.timer = window.setTimeout(() => void this.look().then(() => this.flush()), 4000);
    }
  }

  private soon(): void {
    const now = performance.now();
    this.since ||= now;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), Math.max(0, Math.min(PAUSE_MS, this.since + LONGEST_MS - now)));
    if (this.state === 'saved') this.set('typing');
    else this.tell();
  }

  private async look(): Promise<void> {
    try {
      const answer = await send(`${config.root}/state?tab=${encodeURIComponent(this.tab)}`);
      const { files, others, csrf } = await answer.json();
      renewToken(csrf);
      this.others = others;
      this.compare(files);
      if (this.state === 'offline' || this.state === 'signed-out') {
        this.set(this.dirty.length ? 'typing' : 'saved');
        if (this.dirty.length) this.soon();
      } else this.tell();
    } catch (error) {
      if (error instanceof Trouble && this.state !== 'conflict') this.set(error.kind);
    }
  }

  // What others saved meanwhile: files that are not open here are simply read anew, an open one is said.
  private compare(lines: FileLine[]): void {
    if (this.busy) return;
    for (const line of lines) {
      const held = this.files.get(line.path);
      if (!held) this.add(line);
      else if (held.tag !== line.tag && !held.dirty) {
        if (held.text === null) held.tag = line.tag;
        else held.foreign = true;
      }
    }
  }

  async reread(path: string): Promise<void> {
    const held = this.files.get(path)!;
    Object.assign(held, { text: null, foreign: false });
    await this.text(path);
    this.tell();
  }

  private add(line: FileLine): void {
    this.files.set(line.path, { path: line.path, kind: line.kind, tag: line.tag, text: null, dirty: false, removed: false, foreign: false });
  }

  private keep(held: Held): void {
    try {
      if (held.dirty) localStorage.setItem(PREFIX + held.path, JSON.stringify({ tag: held.tag, text: held.text, removed: held.removed }));
      else localStorage.removeItem(PREFIX + held.path);
    } catch {
      // the browser gives no room: the server has it within two seconds
    }
  }

  // What a killed tab or an expired sign-in left behind is taken up and sent.
  private rescue(): void {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX) || key.startsWith(`${PREFIX}aside.`)) continue;
      const path = key.slice(PREFIX.length);
      const { tag, text, removed } = JSON.parse(localStorage.getItem(key)!);
      this.files.set(path, { path, kind: kindOf(path), tag, text, dirty: true, removed, foreign: false });
      this.rescued.push(path);
    }
  }

  private goodbye(): void {
    for (const held of this.dirty) {
      const tag: Record<string, string> = held.tag === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${held.tag}"` };
      const body = new Blob([held.text ?? '']);
      if (held.removed || body.size > 60_000) continue;
      void send(`${config.root}/files/${encodePath(held.path)}`, { method: 'PUT', body, keepalive: true, headers: { 'Content-Type': 'application/octet-stream', ...tag } }).catch(() => undefined);
    }
    const left = new FormData();
    left.set('tab', this.tab);
    void send(`${config.root}/leave`, { method: 'POST', body: left, keepalive: true }).catch(() => undefined);
  }

  private set(state: State): void {
    this.state = state;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function tagOf(answer: Response): string | null {
  return answer.headers.get('ETag')?.replace(/^W\//, '').replaceAll('"', '') ?? null;
}
