import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that the build reads, apart from the packages that package-lock.json names. */
const FOLDERS = ['src', 'migrations', 'web', 'scripts'];
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const ROOT = join(import.meta.dirname, '..');
/** Contains the hash of the inputs of the last complete build. */
export const STATE_FILE = join(ROOT, 'dist/.built-from');

/** Returns whether dist/ was built from the current sources. Contents count, because times differ between checkouts. */
export async function isBuilt() {
  const [built, current] = await Promise.all([readFile(STATE_FILE, 'utf8').catch(() => ''), hashOfInputs()]);
  return built === current;
}

export async function noteBuild() {
  await writeFile(STATE_FILE, await hashOfInputs());
}

async function hashOfInputs() {
  const names = [...FILES, ...(await Promise.all(FOLDERS.map(filesIn))).flat()].sort();
  const contents = await Promise.all(names.map((name) => readFile(join(ROOT, name))));
  const hash = createHash('sha256');
  names.forEach((name, at) => hash.update(`${name}\0${contents[at].length}\0`).update(contents[at]));
  return hash.digest('hex');
}

async function filesIn(folder) {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1));
}
