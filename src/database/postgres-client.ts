import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import pg from 'pg';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import type { SilenceLimit } from './silence-limit.js';

/** Time before the kernel checks an idle connection. Linux closes it 10 s later if the other side is gone. */
const KEEP_ALIVE_AFTER_MS = 10_000;
/** Maximum time to open a connection. An address may be that of a host that is gone. */
const CONNECT_TIMEOUT_MS = 5_000;
/** After one connection has exceeded its limit, the others that wait get this much more time. */
const SUSPECT_MS = 4_000;

/** State of pg.Client that its types omit. */
interface ClientState {
  readyForQuery?: boolean;
  _activeQuery?: unknown;
  _ending: boolean;
}

export interface PostgresClientConfig extends pg.ClientConfig {
  /** Maximum wait for a response; unlimited if undefined. */
  silence?: SilenceLimit;
}

/** The connection was dropped silently, or shares the fate of one that was. */
class ConnectionSilent extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Connections of this thread that have a limit. */
const open = new Set<PostgresClient>();
const failure = new FailureLog(new Log('PostgresClient'), 'Waiting for Postgres');

/**
 * A connection that does not end the process when it is lost. It may be lost before its pool returns it, when no error
 * listener is attached yet, and an unhandled error event would end the process. Users of the connection get the error
 * from their query.
 *
 * A connection that was dropped silently (dead host, failover, lost NAT state) is closed when it exceeds its limit.
 * Other connections probably share its fate: those that are idle are closed at once, the others soon.
 */
export class PostgresClient extends pg.Client {
  private readonly silence: SilenceLimit | null;
  private openedAtMs = 0;
  private limitMs = 0;

  constructor(config?: string | PostgresClientConfig) {
    const options = typeof config === 'string' ? { connectionString: config } : (config ?? {});
    // A pool uses its own limit for the wait for a free connection, too, which may be longer.
    const connectionTimeoutMillis = Math.min(
      options.connectionTimeoutMillis || CONNECT_TIMEOUT_MS,
      CONNECT_TIMEOUT_MS,
    );
    super({
      ...options,
      // Not enumerable in the options of a pool.
      password: options.password,
      connectionTimeoutMillis,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    });
    this.silence = options.silence ?? null;
    this.on('error', () => {});
    if (this.silence) this.on('connect', () => this.limit());
  }

  private get state(): ClientState {
    return this as unknown as ClientState;
  }

  private get socket(): Socket {
    return this.connection.stream as Socket;
  }

  /** Whether the server has to respond next. */
  private get isWaiting(): boolean {
    const { readyForQuery, _activeQuery: query, _ending } = this.state;
    if (readyForQuery) return _ending;
    // The rows of a COPY may wait for a slow reader.
    const rows = query instanceof Readable ? query.readableLength : 0;
    return rows === 0 && this.socket.readableLength === 0;
  }

  private limit(): void {
    this.openedAtMs = performance.now();
    this.limitMs = this.silence?.currentMs ?? 0;
    open.add(this);
    this.once('end', () => open.delete(this));
    // Node.js starts this timer again with each byte that is sent or received.
    this.socket.setTimeout(this.limitMs).on('timeout', () => {
      if (this.isWaiting) this.giveUp();
      else if (!this.state.readyForQuery) this.socket.setTimeout(this.limitMs);
    });
  }

  private giveUp(): void {
    this.silence?.exceeded(this.openedAtMs);
    const error = new ConnectionSilent(`Postgres did not respond within ${this.limitMs} ms`);
    failure.failed(error);
    this.socket.destroy(error);
    open.delete(this);
    for (const other of open) other.suspect();
  }

  /** Closing an idle connection affects nothing, because its pool opens another one. */
  private suspect(): void {
    const { bytesRead } = this.socket;
    if (this.state.readyForQuery) {
      const error = new ConnectionSilent('Another connection to Postgres was dropped silently');
      if (this.getTransactionStatus() === 'I') this.socket.destroy(error);
      return;
    }
    setTimeout(() => {
      if (this.isWaiting && this.socket.bytesRead === bytesRead) this.giveUp();
    }, SUSPECT_MS).unref();
  }
}
