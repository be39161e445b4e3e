import { readFileSync } from 'node:fs';

/** An older Node cannot even load the rest, and would not say why. */
function requireNode(): void {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string };
  };
  const wanted = engines.node.replace(/^>=/, '').split('.').map(Number);
  const present = process.versions.node.split('.').map(Number);
  const at = wanted.findIndex((part, i) => part !== present[i]);
  if (at < 0 || (present[at] ?? 0) > (wanted[at] ?? 0)) return;
  console.error(
    `This is Node ${process.versions.node}; whatsapp-contacts needs ${wanted.join('.')} or later. Install the current LTS of https://nodejs.org.`,
  );
  process.exit(1);
}

requireNode();
const { Logger } = await import('@nestjs/common');
const { createLogger, DEFAULT_LEVELS } = await import('./kernel/logging/logger.js');
const { guardOutput } = await import('./kernel/logging/guard-output.js');
const { describeFatalError } = await import('./kernel/errors/fatal-error.js');
// Default levels until the configuration is read.
Logger.overrideLogger(createLogger(DEFAULT_LEVELS));
guardOutput();
process.on('uncaughtException', (error) => {
  new Logger('Main').fatal(`Uncaught ${describeFatalError(error)}`);
  process.exit(1);
});
await import('./service.js');
