// Lists beside a detail: the opened row is marked and stays in sight.
export function watchLists(): void {
  const mark = () => {
    const pane = document.querySelector('#pane'); // absent where the server alone decides what is open
    if (pane) document.querySelector('.split')?.classList.toggle('open', Boolean(pane.querySelector('article')));
    const rows = [...document.querySelectorAll<HTMLAnchorElement>('.worklist li > a')];
    const here = rows.find((row) => row.pathname === location.pathname);
    if (here) rows.forEach((row) => (row === here ? row.setAttribute('aria-current', 'true') : row.removeAttribute('aria-current')));
    document.querySelector('.worklist [aria-current]')?.scrollIntoView({ block: 'nearest' });
  };
  mark();
  document.addEventListener('htmx:after:swap', mark);
  addEventListener('popstate', () => setTimeout(mark));
  // A closed <details> menu should not stay open behind the next click.
  document.addEventListener('click', (event) => {
    document.querySelectorAll<HTMLDetailsElement>('details.menu[open]').forEach((menu) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    });
  });
}
