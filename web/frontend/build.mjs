// Builds the browser side into web/static/dist: one sheet, one script, the icon sprite, fonts for documents.
// Names carry a hash of the content; manifest.json maps plain names to them. Beside every text lies a .gz.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'node_modules');
const target = process.env.MARSHRUT_DIST ?? join(here, '..', 'static', 'dist');
const work = `${target}.${process.pid}`;
const manifest = {};

rmSync(work, { recursive: true, force: true });
mkdirSync(join(work, 'fonts'), { recursive: true });

function store(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const hashed = name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
  writeFileSync(join(work, hashed), bytes);
  writeFileSync(join(work, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
  manifest[name] = hashed;
}

// Bootstrap knows light and dark. The theme «auto» repeats every dark rule inside a media query, so that it
// needs no script.
function withAutoTheme(css) {
  const dark = '[data-bs-theme=dark]';
  const result = [];
  const rule = /([^{}]+)\{([^{}]*)\}/g;
  for (const [, selectors, body] of css.matchAll(rule)) {
    if (selectors.includes(dark)) result.push(`${selectors.replaceAll(dark, '[data-bs-theme=auto]')}{${body}}`);
  }
  return `${css}\n@media (prefers-color-scheme:dark){${result.join('')}}`;
}

// The order matters: the auto copies of Bootstrap's rules must stand before our own sheet's.
const plain = { bundle: true, minify: true, write: false, legalComments: 'inline', target: ['es2022', 'chrome109', 'firefox115', 'safari16'] };
const sheet = await build({ ...plain, entryPoints: [join(here, 'src', 'app.css')], external: ['*.svg'] });
const [vendor, own] = splitSheet(sheet.outputFiles[0].text);
store('app.css', withAutoTheme(vendor) + withAutoTheme(own));

function splitSheet(css) {
  const marker = css.indexOf('#marshrut-begins');
  if (marker < 0) throw new Error('src/css/tokens.css lost its marker rule');
  const end = css.indexOf('}', marker) + 1;
  return [css.slice(0, marker), css.slice(end)];
}

const script = await build({ ...plain, entryPoints: [join(here, 'src', 'app.ts')], format: 'esm' });
store('app.js', script.outputFiles[0].text);

// Islands: bundles that only their own pages load. The drawing library's font is a file beside its sheet.
const islands = { modeler: 'main.ts', decisions: 'decisions.ts', layout: 'layout.ts' };
const used = new Set();
for (const [name, entry] of Object.entries(islands)) {
  const island = await build({
    ...plain, entryPoints: { [name]: join(here, 'src', 'modeler', entry) }, format: 'esm', outdir: work, entryNames: '[name]', assetNames: '[name]-[hash]', metafile: true,
    loader: { '.woff2': 'file', '.woff': 'empty', '.ttf': 'empty', '.eot': 'empty', '.svg': 'empty' },
  });
  for (const file of island.outputFiles) {
    const plainName = file.path.slice(work.length + 1);
    if (plainName.endsWith('.woff2')) writeFileSync(join(work, plainName), file.contents);
    else store(plainName, file.contents);
  }
  for (const input of Object.keys(island.metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input.slice(input.lastIndexOf('node_modules/')));
    if (found) used.add(found[1]);
  }
}

// Icons: only those that a template or a Python module names, as icon("name").
const names = new Set(readFileSync(join(here, 'src', 'icons.txt'), 'utf8').split(/\s+/).filter(Boolean));
const symbols = [...names].sort().map((name) => {
  const file = join(modules, 'bootstrap-icons', 'icons', `${name}.svg`);
  if (!existsSync(file)) throw new Error(`bootstrap-icons has no icon ${name}`);
  const svg = readFileSync(file, 'utf8');
  const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace('</svg>', '').replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`;
});
store('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`);
store('favicon.svg', readFileSync(join(here, 'src', 'favicon.svg')));

for (const family of ['pt-sans', 'pt-serif']) {
  const folder = join(modules, '@expo-google-fonts', family);
  for (const style of readdirSync(folder).filter((name) => /^\d{3}/.test(name))) {
    for (const font of readdirSync(join(folder, style)).filter((name) => name.endsWith('.ttf'))) {
      cpSync(join(folder, style, font), join(work, 'fonts', font));
    }
  }
  cpSync(join(folder, 'LICENSE_FONT'), join(work, 'fonts', `${family}-LICENSE.txt`));
}

// What is inside, with its licences: of every package that a bundle took something from.
const notices = [...new Set(['bootstrap', 'bootstrap-icons', 'htmx.org', ...[...used].sort()])].map((name) => {
  const folder = join(modules, name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license ?? 'see below'})\n\n${file ? readFileSync(join(folder, file), 'utf8') : ''}`;
});
writeFileSync(join(work, 'THIRD-PARTY-NOTICES.txt'), notices.join('\n----\n\n'));
writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest, null, 1));
writeFileSync(join(work, 'icons.json'), JSON.stringify([...names].sort()));

const old = `${target}.old.${process.pid}`;
if (existsSync(target)) renameSync(target, old);
mkdirSync(dirname(target), { recursive: true });
renameSync(work, target);
rmSync(old, { recursive: true, force: true });
for (const [name, hashed] of Object.entries(manifest)) {
  const { length } = readFileSync(join(target, `${hashed}.gz`));
  console.log(`${name.padEnd(12)} ${(length / 1000).toFixed(1).padStart(6)} KB gzip`);
}
