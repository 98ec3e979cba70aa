// The theme button: changes at once, tells the server behind the scenes.
export function watchTheme(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches('form[data-theme-switch]')) return;
    const button = (event as SubmitEvent).submitter as HTMLButtonElement;
    event.preventDefault();
    const data = new FormData(form, button);
    document.documentElement.dataset.bsTheme = String(data.get('theme'));
    void fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
    form.querySelectorAll<HTMLButtonElement>('button').forEach((one) => one.setAttribute('aria-pressed', String(one === button)));
    form.closest('details')?.removeAttribute('open');
  }, true);
}
