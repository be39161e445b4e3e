import { patient } from '../support/patience.js';

/** A promise with its handles outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/**
 * Makes a promise that someone else settles. A rejection that nobody waits for is not fatal: callers may send
 * something to a companion that is away and never come back for the outcome.
 */
export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** The promise, or an error that says what was waited for once the time is over. A busy machine has more time. */
export async function within<T>(promise: Promise<T>, limit: { ms: number; what: string }): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const startedAtMs = performance.now();
    const check = (): void => {
      const leftMs = patient(limit.ms) - (performance.now() - startedAtMs);
      if (leftMs > 0) timer = setTimeout(check, Math.min(leftMs, limit.ms));
      else reject(new Error(`gave up after ${limit.ms} ms: ${limit.what}`));
    };
    timer = setTimeout(check, limit.ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
