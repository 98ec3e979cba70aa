// A form is sent once: a second click while the answer is on its way does nothing and shows why.
export function watchOnce(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    const button = (event as SubmitEvent).submitter;
    button?.setAttribute('aria-busy', 'true');
    if (form.hasAttribute('data-download')) setTimeout(() => release(form), 3000);
  });
  addEventListener('pageshow', () => document.querySelectorAll<HTMLFormElement>('form[data-sent]').forEach(release));
}

function release(form: HTMLFormElement): void {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-busy]').forEach((button) => button.removeAttribute('aria-busy'));
}
