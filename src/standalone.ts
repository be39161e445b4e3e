import { isatty } from 'node:tty';
import { useFirstApiKeyOfProcess } from './kernel/config/first-api-key.js';

/**
 * Entry point of the standalone image. In a container the service has to listen on all addresses, so it creates an API
 * key at the first start. Only a terminal shows the key.
 */
try {
  const created = useFirstApiKeyOfProcess();
  if (created) {
    console.log(`Created an API key in ${created.file}.`);
    if (isatty(1)) console.log(`The key is: ${created.key}`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
await import('./main.js');
