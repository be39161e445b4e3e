import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedConnection } from './whatsapp-socket.js';

/** A goodbye that takes longer would hold up the successor. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A connection of any kind, as far as its end goes. */
export interface Closable {
  readonly closed: Promise<ClosedConnection>;
  /** Says goodbye and closes. */
  close(): Promise<void>;
  /** Cuts it without a word. */
  cut(): void;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Resolves somewhat later than a goodbye takes, once over is aborted. */
export async function graceAfter(over: AbortSignal): Promise<void> {
  await aborted(over);
  await sleep(CLOSE_TIMEOUT_MS + 200);
}

/**
 * Resolves when the connection has ended, or, after over is aborted, when its goodbye was not answered in time.
 * @param lost the session is another's: no goodbye
 */
export async function closedOrLeft(
  connection: Closable,
  over: AbortSignal,
  lost: AbortSignal,
): Promise<ClosedConnection> {
  return new Promise((resolve) => {
    const leave = () => {
      if (lost.aborted) connection.cut();
      else void connection.close();
      const left = { by: 'client', code: 428, detail: null, message: 'closed by us', openMs: 0 } as const;
      setTimeout(() => resolve(left), CLOSE_TIMEOUT_MS);
    };
    over.addEventListener('abort', leave, { once: true });
    if (over.aborted) leave();
    void connection.closed.then((closed) => {
      over.removeEventListener('abort', leave);
      resolve(closed);
    });
  });
}
