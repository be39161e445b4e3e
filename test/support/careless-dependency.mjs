/**
 * Preload: simulates a dependency that prints private keys in every thread, in all possible ways, as soon as the thread
 * has replaced its console. With THROW_IN_MAIN, the main thread then throws an error.
 */
import { isMainThread } from 'node:worker_threads';

const { log } = console;
const secret = {
  privKey: Buffer.from('11223344556677889900aabbccddeeff11223344556677889900aabbccddeeff', 'hex'),
};
const text = secret.privKey.toString('base64');

const waiting = setInterval(() => {
  if (console.log === log) return;
  clearInterval(waiting);
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'])
    console[method](secret, text);
  console.table([secret]);
  console.group(text);
  console.assert(false, secret);
  process.stdout.write(`${text}\n`);
  process.stderr.write(Buffer.from(text));
  process.emitWarning(`A key: ${text}`);
  if (isMainThread && process.env.THROW_IN_MAIN) throw new Error(`Key ${text}`);
}, 10);
