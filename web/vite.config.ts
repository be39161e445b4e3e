import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT_DIR = join(import.meta.dirname, '../dist/web');
const COMPRESSORS = { br: promisify(brotliCompress), gz: promisify(gzip) };
/** Smaller files are not compressed. */
const MIN_BYTES = 1_024;

/** Writes a compressed copy next to each text file, so that requests need no compression. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async closeBundle() {
      const entries = await readdir(OUT_DIR, { recursive: true });
      await Promise.all(entries.filter((name) => /\.(js|css|html|svg)$/.test(name)).map(compress));
    },
  };
}

async function compress(name: string): Promise<void> {
  const path = join(OUT_DIR, name);
  const bytes = await readFile(path);
  if (bytes.length < MIN_BYTES) return;
  for (const [extension, toCompressed] of Object.entries(COMPRESSORS))
    await writeFile(`${path}.${extension}`, await toCompressed(bytes));
}

/** `npm run web` serves the page as it is written, with the API of a service on port 8888. */
export default defineConfig({
  root: import.meta.dirname,
  // A proxy can serve the page below any path.
  base: './',
  plugins: [precompress()],
  build: {
    outDir: OUT_DIR,
    emptyOutDir: true,
    target: 'baseline-widely-available',
    // Nothing is inlined, because the page's policy forbids `data:` URLs in files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Lists the content of each file for scripts/check-page.mjs.
    manifest: true,
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '^/(access|changes|contacts|keys|sessions?)\\b': 'http://localhost:8888' } },
});
