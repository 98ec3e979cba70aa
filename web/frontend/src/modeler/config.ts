// What the server told the page when it opened it.
export interface Words { ru: string; en: string }
export interface Parameter { name: string; type: string; choices: unknown[]; required: boolean; default: unknown; description: Words }
export interface Handler { name: string; title: Words; description: Words; transactional: boolean; parameters: Parameter[]; results: { name: string; description: Words }[] }
export interface FileLine { path: string; tag: string; kind: string; size: number }
export interface Named { key: string; name: string }
export interface Config {
  draft: string; name: string; key: string; person: string; language: 'ru' | 'en'; root: string; csrf: string; limit: number; signIn: string;
  files: FileLine[];
  lists: { handlers: Handler[]; groups: Named[]; people: { email: string; name: string }[]; processes: Named[] };
  scripts: { layout: string; decisions: string };
  styles: { decisions: string };
}

export const place = document.querySelector<HTMLElement>('[data-modeler]')!;
export const config: Config = JSON.parse(place.dataset.modeler!);
export const language = config.language;
