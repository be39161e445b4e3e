import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedConnection } from './whatsapp-socket.js';

/** A close that takes longer would delay the process that takes over the session. */
const CLOSE_TIMEOUT_MS = 1_000;
const UNLINK_TIMEOUT_MS = 5_000;

/** A connection of any purpose. */
export interface Closable {
  readonly closed: Promise<ClosedConnection>;
  /** Sends the end of the stream, and closes. */
  close(): Promise<void>;
  /** Closes without sending anything, as required when another process has the lease. */
  cut(): void;
}

/** Resolves after `stop` is aborted and a graceful close has timed out. */
export async function closeTimeoutAfter(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await once(stop, 'abort');
  await sleep(CLOSE_TIMEOUT_MS + 200);
}

/**
 * Waits for the end of a connection, and closes it when `stop` is aborted.
 *
 * @param lost aborted when another process has the lease; the connection is then cut
 */
export async function closedOrStopped(
  connection: Closable,
  stop: AbortSignal,
  lost: AbortSignal,
): Promise<ClosedConnection> {
  return new Promise((resolve) => {
    const close = () => {
      if (lost.aborted) connection.cut();
      else void connection.close();
      const stopped = { by: 'client', code: 428, detail: null, message: 'closed by us', openMs: 0 } as const;
      setTimeout(() => resolve(stopped), CLOSE_TIMEOUT_MS);
    };
    stop.addEventListener('abort', close, { once: true });
    if (stop.aborted) close();
    void connection.closed.then((closed) => {
      stop.removeEventListener('abort', close);
      resolve(closed);
    });
  });
}

/**
 * Unlinks the device, and waits until WhatsApp closes the connection in response.
 * @returns false if that fails or takes too long, for example because the connection is dead
 */
export async function unlinkGracefully(
  connection: Pick<Closable, 'closed'> & { unlink(): Promise<void> },
): Promise<boolean> {
  const confirmed = connection
    .unlink()
    .then(() => connection.closed)
    .then(() => true);
  return Promise.race([confirmed, sleep(UNLINK_TIMEOUT_MS, false)]).catch(() => false);
}
