// A form or button with data-confirm asks first, in a <dialog> of the page (#confirm); Esc and the quiet button keep everything.
export function watchConfirmations(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    const asked = button?.dataset.confirm ?? form.dataset.confirm;
    if (!asked || form.dataset.confirmed === 'yes') {
      delete form.dataset.confirmed;
      return;
    }
    const dialog = document.querySelector<HTMLDialogElement>('#confirm');
    if (!dialog) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const source = button?.dataset.confirm ? button.dataset : form.dataset;
    dialog.querySelector('[data-text]')!.textContent = asked;
    const yes = dialog.querySelector<HTMLButtonElement>('[value=yes]')!;
    yes.textContent = source.confirmAction ?? button?.textContent?.trim().replace(/…$/, '') ?? yes.textContent;
    yes.className = source.confirmKind === 'danger' ? 'btn btn-danger' : 'btn btn-primary';
    dialog.returnValue = '';
    dialog.addEventListener('close', () => {
      if (dialog.returnValue !== 'yes') return button?.focus();
      form.dataset.confirmed = 'yes';
      form.requestSubmit(button ?? undefined);
    }, { once: true });
    dialog.showModal();
  }, true);
}
