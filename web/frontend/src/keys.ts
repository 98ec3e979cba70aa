// The keyboard: g then a letter goes, j and k move, Enter opens, c claims, e completes, / searches, ? explains.
export function watchKeys(): void {
  let prefix = -Infinity;
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      const form = target.closest<HTMLFormElement>('form');
      const button = form?.querySelector<HTMLButtonElement>('.btn-primary[type=submit], .btn-primary:not([type])');
      if (form && button) {
        event.preventDefault();
        form.requestSubmit(button);
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (target.closest('input, textarea, select, [contenteditable]')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    const key = event.key;
    if (performance.now() - prefix < 1200) {
      prefix = -Infinity;
      const link = document.querySelector<HTMLAnchorElement>(`a[data-go="${CSS.escape(key)}"]`);
      if (link) {
        event.preventDefault();
        location.assign(link.href);
      }
      return;
    }
    const act = actions[key];
    if (key === 'g') prefix = performance.now();
    else if (act?.()) event.preventDefault();
  });
}

const actions: Record<string, () => boolean> = {
  '/': () => focus('.search input'),
  '?': () => {
    document.querySelector<HTMLDialogElement>('#keys')?.showModal();
    return true;
  },
  j: () => move(1),
  k: () => move(-1),
  c: () => press('[data-key="c"]'),
  e: () => press('[data-key="e"]') || focusFirst(),
  Escape: () => press('a.back:not([hidden])', true),
};

function focus(selector: string): boolean {
  const field = [...document.querySelectorAll<HTMLInputElement>(selector)].find((one) => one.offsetParent);
  field?.focus();
  field?.select();
  return Boolean(field);
}

function press(selector: string, visibleOnly = false): boolean {
  const one = document.querySelector<HTMLElement>(selector);
  if (!one || (visibleOnly && !one.offsetParent)) return false;
  one.click();
  return true;
}

function focusFirst(): boolean {
  const button = document.querySelector<HTMLElement>('.actions .btn-primary');
  button?.focus();
  return Boolean(button);
}

function move(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLAnchorElement>('.worklist li > a, .rows a[data-row]')];
  if (!rows.length) return false;
  let at = rows.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) at = rows.findIndex((row) => row.hasAttribute('aria-current'));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return true;
}
