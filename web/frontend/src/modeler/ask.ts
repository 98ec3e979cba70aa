// Questions to the server. What comes back is JSON; who is signed out or cut off gets a Trouble that says so.
import { config } from './config';

export class Trouble extends Error {
  constructor(readonly kind: 'offline' | 'signed-out' | 'conflict' | 'refused', readonly status = 0, readonly said: Record<string, any> = {}) {
    super(kind);
  }
}

let token = config.csrf;
export function renewToken(fresh: string): void {
  token = fresh;
}

export async function send(address: string, options: RequestInit = {}): Promise<Response> {
  const headers = { Accept: 'application/json', 'X-CSRFToken': token, ...(options.headers as Record<string, string>) };
  let answer: Response;
  try {
    answer = await fetch(address, { ...options, headers, redirect: 'manual' });
  } catch {
    throw new Trouble('offline');
  }
  if (answer.ok) return answer;
  if (answer.type === 'opaqueredirect' || answer.status === 401) throw new Trouble('signed-out', 401);
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 400 && said.code === undefined) throw new Trouble('signed-out', 400, said); // the token died with its session
  if (answer.status === 409) throw new Trouble('conflict', 409, said);
  if (answer.status >= 502) throw new Trouble('offline', answer.status);
  throw new Trouble('refused', answer.status, said);
}

export async function ask<T = any>(address: string, body: unknown): Promise<T> {
  const answer = await send(address, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  return answer.json();
}

export const drafts = config.root.replace(/\/[^/]+$/, '');
