import { setTimeout as sleep } from 'node:timers/promises';

/** A media host that has not given a whole file by then counts as failing; fetch itself waits for 5 minutes. */
export const DOWNLOAD_TIMEOUT_MS = 60_000;

/** @throws Error when the work takes longer; what it was doing is left to itself */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const timeout = sleep(timeoutMs, undefined, { signal: timer.signal, ref: false }).then(
    () => {
      throw new Error(`No end within ${timeoutMs / 1_000} s`);
    },
    () => work,
  );
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer.abort();
    timeout.catch(() => {});
  }
}
