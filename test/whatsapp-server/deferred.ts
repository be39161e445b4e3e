import { patient } from '../support/patience.js';

/** A promise that other code settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/**
 * Creates a promise that other code settles. An unhandled rejection is not fatal, because callers can ignore the
 * outcome of a delivery to an offline companion.
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

/** Waits for a promise, or rejects after the time limit, which is longer on a busy machine. */
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
