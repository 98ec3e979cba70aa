// Elements in one line, so that the panel reads like what it shows.
type Child = Node | string | number | null | undefined | false | Child[];
type Properties = Record<string, unknown>;

export function h(tag: string, properties: Properties | null = null, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === 'class') element.className = String(value);
    else if (name === 'value') (element as HTMLInputElement).value = String(value);
    else if (name === 'checked') (element as HTMLInputElement).checked = Boolean(value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
}

export function debounce<A extends unknown[]>(wait: number, call: (...values: A) => void): ((...values: A) => void) & { flush(): void } {
  let timer = 0;
  let pending: A | null = null;
  const run = (): void => {
    clearTimeout(timer);
    if (!pending) return;
    const values = pending;
    pending = null;
    call(...values);
  };
  const later = (...values: A): void => {
    pending = values;
    clearTimeout(timer);
    timer = window.setTimeout(run, wait);
  };
  return Object.assign(later, { flush: run });
}

let made = 0;
export function newId(prefix: string): string {
  made += 1;
  return `${prefix}-${made}`;
}

export function download(name: string, content: Blob): void {
  const link = h('a', { href: URL.createObjectURL(content), download: name }) as HTMLAnchorElement;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
