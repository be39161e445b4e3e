/**
 * Runs before `npm start`. If the service has to be built, checks the settings first, so that a mistyped one is reported
 * before a build of 20 seconds.
 */
import { join } from 'node:path';
import { isBuilt } from './build-state.mjs';

const ROOT = join(import.meta.dirname, '..');

async function checkSettings() {
  const { tsImport } = await import('tsx/esm/api');
  const options = { parentURL: import.meta.url, tsconfig: join(ROOT, 'tsconfig.json') };
  const { loadConfigFromProcess } = await tsImport('../src/kernel/config/process-config.ts', options);
  const { describeFatalError } = await tsImport('../src/kernel/errors/fatal-error.ts', options);
  try {
    loadConfigFromProcess();
  } catch (error) {
    console.error(describeFatalError(error));
    process.exit(1);
  }
}

if (!(await isBuilt())) {
  console.log(
    'Building the service, which takes about 20 seconds. Later starts skip this if nothing has changed.',
  );
  await checkSettings();
  await import('./build.mjs');
}
