/**
 * Checks the gzip size of the scripts that the web page loads first: the first file, its imports, and the texts of one
 * language. Fails if it exceeds the budget in any language. Also prints the size of scripts that are loaded later (phone
 * numbers, QR codes).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 60_000;
const PAGE = join(import.meta.dirname, '../dist/web');
const FIRST = 'index.html';
const LANGUAGE = /^i18n\/([a-z-]+)\.ts$/;

const chunks = JSON.parse(readFileSync(join(PAGE, '.vite/manifest.json'), 'utf8'));
const sizeOf = (name) => gzipSync(readFileSync(join(PAGE, chunks[name].file))).length;
const withImports = (name) => [name, ...(chunks[name].imports ?? []).flatMap(withImports)];
const sum = (names) => [...new Set(names)].reduce((bytes, name) => bytes + sizeOf(name), 0);
const kb = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;

const first = withImports(FIRST);
const dynamicImports = (names) => [...new Set(names.flatMap((name) => chunks[name].dynamicImports ?? []))];
const dynamic = dynamicImports(first);
const languages = dynamic.filter((name) => LANGUAGE.test(name));
const totals = languages.map((name) => ({
  language: LANGUAGE.exec(name)?.[1],
  bytes: sum([...first, ...withImports(name)]),
}));
const tooLarge = totals.filter(({ bytes }) => bytes > BUDGET_BYTES);

for (const { language, bytes } of totals) console.log(`first load: ${kb(bytes)} in language ${language}`);
const views = dynamic.filter((name) => !languages.includes(name));
const later = [...new Set([...views, ...dynamicImports(views)])].filter((name) => !LANGUAGE.test(name));
for (const name of later) {
  const more = withImports(name).filter((each) => !first.includes(each));
  console.log(`later: ${kb(sum(more))} ${name}`);
}
for (const { language, bytes } of tooLarge)
  console.error(
    `In language ${language}, the page loads ${kb(bytes)} of script at first; its budget is ${kb(BUDGET_BYTES)}.`,
  );
if (languages.length === 0) console.error('The page has no separate file for each language.');
if (tooLarge.length > 0 || languages.length === 0) process.exit(1);
