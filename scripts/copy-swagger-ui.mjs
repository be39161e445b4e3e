/**
 * Copies the files of Swagger UI that /api-docs needs to dist/api-docs/<version>/, with compressed copies next to them, so that
 * requests need no compression. Replaces other versions. Does nothing if the files of this version exist.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
const OUT_DIR = join(import.meta.dirname, '../dist/api-docs');
const COMPRESSORS = { br: promisify(brotliCompress), gz: promisify(gzip) };

export async function copySwaggerUi() {
  const packageFile = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
  const { version } = JSON.parse(await readFile(packageFile, 'utf8'));
  const folder = join(OUT_DIR, version);
  if (existsSync(folder)) return;
  for (const other of await readdir(OUT_DIR).catch(() => []))
    await rm(join(OUT_DIR, other), { recursive: true });
  // An interrupted build leaves no folder of this version behind.
  const temporary = `${OUT_DIR}.new`;
  await mkdir(temporary, { recursive: true });
  for (const name of FILES) {
    const source = join(dirname(packageFile), name);
    const target = join(temporary, name);
    await copyFile(source, target);
    if (name.endsWith('.png')) continue;
    for (const [extension, compress] of Object.entries(COMPRESSORS))
      await writeFile(`${target}.${extension}`, await compress(await readFile(source)));
  }
  await mkdir(OUT_DIR, { recursive: true });
  await rename(temporary, folder);
}
