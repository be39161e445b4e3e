import { readFileSync } from 'node:fs';

/** Exits with an explanation in Node.js versions that cannot load the rest of the service. */
function requireSupportedNode(): void {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string };
  };
  const required = engines.node.replace(/^>=/, '').split('.').map(Number);
  const present = process.versions.node.split('.').map(Number);
  const at = required.findIndex((part, i) => part !== present[i]);
  if (at < 0 || (present[at] ?? 0) > (required[at] ?? 0)) return;
  console.error(
    `Node.js ${process.versions.node} is too old: whatsapp-contacts requires ${required.join('.')} or later. ` +
      'Install the current LTS version from https://nodejs.org.',
  );
  process.exit(1);
}

/**
 * Aborted by SIGTERM and SIGINT. Handled before the rest of the service loads, because process 1 of a container ignores
 * signals without a handler.
 */
const stop = new AbortController();
const exit = () => process.exit(0);
stop.signal.addEventListener('abort', exit);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

requireSupportedNode();
const { Logger } = await import('@nestjs/common');
const { createLogger, DEFAULT_LEVELS } = await import('./kernel/logging/logger.js');
const { guardOutput } = await import('./kernel/logging/guard-output.js');
const { Log } = await import('./kernel/logging/log.js');
// Default levels until the configuration is read.
Logger.overrideLogger(createLogger(DEFAULT_LEVELS));
guardOutput();
process.on('uncaughtException', (err) => {
  new Log('Main').fatal({ err }, 'Uncaught exception');
  process.exit(1);
});
const { run } = await import('./service.js');
// From here on, there is something to stop.
stop.signal.removeEventListener('abort', exit);
await run(stop.signal);
