import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT_DIR = join(import.meta.dirname, '../dist/web');
const COMPRESSORS = { br: promisify(brotliCompress), gz: promisify(gzip) };
/** What is smaller is sent as it is. */
const MIN_BYTES = 1_024;

/** Writes a compressed copy beside each text, so that nothing is compressed for each request. */
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
  // The service may stand below any path of a proxy.
  base: './',
  plugins: [precompress()],
  build: {
    outDir: OUT_DIR,
    emptyOutDir: true,
    target: 'baseline-widely-available',
    // Everything is a file of its own: the page's policy allows no `data:` but what it makes itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Which file holds what: scripts/check-page.mjs weighs them.
    manifest: true,
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '^/(access|changes|contacts|keys|sessions?)\\b': 'http://localhost:8888' } },
});
