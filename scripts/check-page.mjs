/**
 * Checks the gzip size of the scripts that the web page loads first: the first file, its imports, and the texts of one
 * language. Fails if it exceeds the budget. Also prints the size of scripts that are loaded later (phone numbers, QR codes).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 100_000;
const PAGE = join(import.meta.dirname, '../dist/web');
const LANGUAGE = /^i18n\/(pt-br|es)\.ts$/;

const chunks = JSON.parse(readFileSync(join(PAGE, '.vite/manifest.json'), 'utf8'));
const sizeOf = (name) => gzipSync(readFileSync(join(PAGE, chunks[name].file))).length;
const withImports = (name) => [name, ...(chunks[name].imports ?? []).flatMap(withImports)];
const sum = (names) => [...new Set(names)].reduce((bytes, name) => bytes + sizeOf(name), 0);
const kb = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;

const first = withImports('index.html');
const later = (chunks['index.html'].dynamicImports ?? []).filter((name) => !LANGUAGE.test(name));
const languages = Object.keys(chunks).filter((name) => LANGUAGE.test(name));
const language = Math.max(...languages.map(sizeOf));
const total = sum(first) + language;

console.log(`first load: ${kb(sum(first))}, and ${kb(language)} for another language than English`);
for (const name of later) console.log(`later: ${kb(sizeOf(name))} ${name}`);
if (total > BUDGET_BYTES) {
  console.error(`The page loads ${kb(total)} of script at first; its budget is ${kb(BUDGET_BYTES)}.`);
  process.exit(1);
}
