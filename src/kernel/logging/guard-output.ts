import { Log } from './log.js';
import { BAILEYS } from './logger.js';

/**
 * Prefixes of the messages that libsignal 6.0.0 writes (session_record.js, session_builder.js, session_cipher.js,
 * curve.js, queue_job.js). They are followed by sessions with their private keys, or by errors.
 */
const LIBSIGNAL = [
  'Closing open session in favor of incoming prekey bundle',
  'Closing session',
  'Decrypted message with closed session',
  'Failed to decrypt message with any known session',
  'Migrating session to',
  'Opening session',
  'Removing old closed session',
  'Session already closed',
  'Session already open',
  'Session error',
  'Unhandled bucket type',
  'V1 session storage migration error',
  'WARNING: Expected pubkey of length 33',
];

/** Methods that format their arguments. All others write to the streams, which are guarded as well. */
const METHODS = ['debug', 'dir', 'error', 'info', 'log', 'trace', 'warn'] as const;

const output = new Log('Output');
const baileys = new Log(BAILEYS);

/**
 * Makes the log the only output of this thread: the console, both streams and warnings of Node.js become log entries
 * without the written values, because dependencies write objects with private keys. Call it in each thread after
 * Logger.overrideLogger() and before dependencies load.
 */
export function guardOutput(): void {
  for (const method of METHODS) console[method] = (...values: unknown[]) => report(method, values);
  for (const stream of ['stdout', 'stderr'] as const) guardStream(stream);
  process.removeAllListeners('warning');
  process.on('warning', (err) => output.warn({ err }, 'Node.js emitted a warning'));
}

function report(method: string, values: unknown[]): void {
  const [first] = values;
  const known = typeof first === 'string' && LIBSIGNAL.find((text) => first.startsWith(text));
  if (known) return baileys.debug({ event: known }, 'Output of libsignal dropped');
  output.warn({ from: callingPackage(), method, values: values.length }, 'Console output dropped');
}

function guardStream(stream: 'stdout' | 'stderr'): void {
  process[stream].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ) => {
    output.warn({ from: callingPackage(), stream, length: chunk.length }, 'Stream output dropped');
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) queueMicrotask(() => done(null));
    return true;
  };
}

/** Returns the npm package that called, from the stack trace. */
function callingPackage(): string {
  const frame = new Error().stack?.split('\n').find((line) => line.includes('/node_modules/'));
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(frame ?? '')?.[1] ?? 'the service';
}
