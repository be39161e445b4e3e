/** Builds the service and its page in dist/, unless they are built from the current sources. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isBuilt, noteBuild, STATE_FILE } from './build-state.mjs';

/** Codes of errors in a folder that this user cannot write. */
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS']);

async function build() {
  // Not loaded if there is nothing to build, because this takes two seconds.
  const [{ compile }, { copySwaggerUi }, { build: buildPage }] = await Promise.all([
    import('./compile.mjs'),
    import('./copy-swagger-ui.mjs'),
    import('vite'),
  ]);
  await mkdir(dirname(STATE_FILE), { recursive: true });
  // An interrupted build does not count.
  await rm(STATE_FILE, { force: true });
  compile();
  await copySwaggerUi();
  const root = join(import.meta.dirname, '../web');
  await buildPage({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  await noteBuild();
}

if (!(await isBuilt())) {
  try {
    await build();
  } catch (error) {
    if (!NOT_WRITABLE.has(error.code)) throw error;
    console.error(
      `The service has to be built, but ${error.path} cannot be written. Run \`npm run build\` as the user who owns ` +
        'this folder.',
    );
    process.exit(1);
  }
}
