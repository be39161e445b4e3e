import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { cancelStatement } from './cancel-request.js';
import type { SilenceLimit } from './silence-limit.js';

/** After one connection has exceeded its limit, the others that wait get this much more time. */
const SUSPECT_MS = 4_000;

/** State of pg.Client that its types omit. */
interface ClientState {
  readyForQuery?: boolean;
  _activeQuery?: unknown;
  _ending: boolean;
}

/** The connection exceeded its limit, or was closed because another one did. */
class ConnectionSilent extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Connections of this thread that have a limit. */
const open = new Set<SilenceMonitor>();
const failure = new FailureLog(new Log('PostgresClient'), 'Waiting for Postgres');

/**
 * Closes a connection that was dropped silently (dead host, failover, lost NAT state) when it exceeds its limit. Other
 * connections have probably been dropped as well: idle ones are closed immediately, waiting ones after a short time
 * without data.
 */
export class SilenceMonitor {
  private openedAtMs = 0;
  private respondedAtMs = 0;
  private limitMs = 0;

  /** Starts to watch when the client is connected. */
  constructor(
    private readonly client: pg.Client,
    private readonly silence: SilenceLimit,
  ) {
    client.on('connect', () => this.start());
  }

  private get state(): ClientState {
    return this.client as unknown as ClientState;
  }

  private get socket(): Socket {
    return this.client.connection.stream as Socket;
  }

  /** Whether the server has to respond next. */
  private get isWaiting(): boolean {
    const { readyForQuery, _activeQuery: query, _ending } = this.state;
    if (readyForQuery) return _ending;
    // The rows of a COPY may wait for a slow reader.
    const rows = query instanceof Readable ? query.readableLength : 0;
    return rows === 0 && this.socket.readableLength === 0;
  }

  private start(): void {
    this.openedAtMs = performance.now();
    this.client.connection.on('readyForQuery', () => (this.respondedAtMs = performance.now()));
    this.limitMs = this.silence.currentMs;
    open.add(this);
    this.client.once('end', () => open.delete(this));
    // Node.js starts this timer again with each byte that is sent or received.
    this.socket.setTimeout(this.limitMs).on('timeout', () => {
      if (this.isWaiting) this.giveUpUnlessRead(this.limitMs);
      else if (!this.state.readyForQuery) this.socket.setTimeout(this.limitMs);
    });
  }

  /** After a pause of the event loop, timers run before the responses that have arrived meanwhile are read. */
  private giveUpUnlessRead(silentMs: number, bytesRead = this.socket.bytesRead): void {
    setImmediate(() => {
      if (this.isWaiting && this.socket.bytesRead === bytesRead) this.giveUp(silentMs);
    });
  }

  private giveUp(silentMs: number): void {
    const sinceMs = performance.now() - silentMs;
    this.silence.exceeded(this.openedAtMs);
    const error = new ConnectionSilent(`Postgres did not respond within ${silentMs} ms`);
    failure.failed(error);
    open.delete(this);
    this.socket.destroy(error);
    cancelStatement(this.client);
    // If another connection of that time received a response, only this statement is slow.
    const others = [...open];
    if (others.some((other) => other.openedAtMs < sinceMs && other.respondedAtMs > sinceMs)) return;
    for (const other of others) other.suspect();
  }

  /** Closing an idle connection affects nothing, because its pool opens another one. */
  private suspect(): void {
    const { bytesRead } = this.socket;
    if (this.state.readyForQuery) {
      const error = new ConnectionSilent('Another connection to Postgres was dropped silently');
      if (this.client.getTransactionStatus() === 'I') this.socket.destroy(error);
      return;
    }
    setTimeout(() => this.giveUpUnlessRead(SUSPECT_MS, bytesRead), SUSPECT_MS).unref();
  }
}
