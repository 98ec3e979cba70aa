// A form with data-draft saves what is typed to that address shortly after one stops typing, and when the page goes away.
// Its [data-draft-state] says when. A form with data-guard and no draft warns before typed text is lost.
const PAUSE_MS = 1200;

export function watchDrafts(): void {
  const waiting = new Map<HTMLFormElement, number>();
  const typed = new Set<HTMLFormElement>();

  document.addEventListener('input', (event) => {
    const form = (event.target as HTMLElement).closest<HTMLFormElement>('form[data-draft], form[data-guard]');
    if (!form) return;
    typed.add(form);
    if (!form.dataset.draft) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, window.setTimeout(() => save(form), PAUSE_MS));
  });
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    const form = event.target as HTMLFormElement;
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    typed.delete(form);
  });
  addEventListener('pagehide', () => {
    for (const form of waiting.keys()) {
      if (form.isConnected) navigator.sendBeacon(form.dataset.draft!, texts(form));
    }
  });
  addEventListener('beforeunload', (event) => {
    if ([...typed].some((form) => form.isConnected && !form.dataset.draft)) event.preventDefault();
  });

  async function save(form: HTMLFormElement): Promise<void> {
    waiting.delete(form);
    const place = document.querySelector<HTMLElement>('[data-draft-state]');
    try {
      const answer = await fetch(form.dataset.draft!, { method: 'POST', body: texts(form), headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved } = await answer.json();
      typed.delete(form);
      if (place) {
        place.textContent = saved;
        place.classList.remove('is-late');
      }
    } catch {
      if (place) {
        place.textContent = place.dataset.failed ?? '';
        place.classList.add('is-late');
      }
    }
  }
}

function texts(form: HTMLFormElement): FormData {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}
