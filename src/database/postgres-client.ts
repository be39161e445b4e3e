import { once } from 'node:events';
import pg from 'pg';
import { requireChannelBinding } from './channel-binding.js';
import { ConnectionTarget, type Endpoint } from './connection-target.js';
import { pinIsolationLevel, PINNED_SETTINGS, requirePinnedSettings } from './pinned-settings.js';
import { type ServerState, unsuitable, watchServerState } from './server-state.js';
import type { SilenceLimit } from './silence-limit.js';
import { SilenceMonitor } from './silence-monitor.js';

/** Time before the kernel checks an idle connection. Linux closes it 10 s later if the other side is gone. */
const KEEP_ALIVE_AFTER_MS = 10_000;
/** Maximum time to open a connection. The host of an address may no longer exist. */
const CONNECT_TIMEOUT_MS = 5_000;

export interface PostgresClientConfig extends pg.ClientConfig {
  /** Maximum wait for a response; unlimited if undefined. */
  silence?: SilenceLimit;
}

/**
 * A connection to Postgres. All connections of the service use this class. It interprets the URL as libpq does
 * (docs/managed-postgres.md), and its settings do not depend on the defaults of the database.
 *
 * The class handles error events, because an unhandled one would end the process, and a connection can be lost before
 * its pool attaches a listener. Callers receive the error from their query.
 */
export class PostgresClient extends pg.Client {
  // Private names, because pools attach the client to errors, and logs must not contain the password.
  readonly #target: ConnectionTarget;
  readonly #state: ServerState;
  #endpoint: Endpoint;
  #isConnected = false;

  /** @param config a URL, or options of pg that contain a URL as connectionString */
  constructor(config: string | PostgresClientConfig = {}) {
    const {
      connectionString = '',
      silence,
      ...options
    }: PostgresClientConfig = typeof config === 'string' ? { connectionString: config } : config;
    const target = ConnectionTarget.of(connectionString);
    super({
      ...options,
      ...target.config,
      ...target.first,
      ssl: target.first.ssl,
      // Pools also apply this option to the wait for a free connection, so it can be longer.
      connectionTimeoutMillis: Math.min(
        options.connectionTimeoutMillis || CONNECT_TIMEOUT_MS,
        CONNECT_TIMEOUT_MS,
      ),
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    });
    pinIsolationLevel(this);
    requirePinnedSettings(this.connection);
    if (target.requiresChannelBinding) requireChannelBinding(this.connection);
    if (silence) new SilenceMonitor(this, silence);
    this.#target = target;
    this.#endpoint = target.first;
    this.#state = watchServerState(this.connection, () => this.#isConnected && this.closeIfUnsuitable());
    this.on('error', () => target.forget(this.#endpoint));
    if (target.role === 'read-write' || target.role === 'primary') this.closeWhenReadOnly();
  }

  override connect(): Promise<this>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: this) => void)): void;
  override connect(callback?: unknown): Promise<this> | void {
    const connected = this.connectToServer();
    if (!callback) return connected;
    const done = callback as (error: Error | null, client?: this) => void;
    connected.then(
      () => done(null, this),
      (error: Error) => done(error),
    );
  }

  /** Overrides a method of pg.Client that is missing in its types. Returns the parameters of the startup message. */
  protected getStartupConf(): Record<string, string> {
    const base = pg.Client.prototype as unknown as {
      getStartupConf(this: pg.Client): Record<string, string>;
    };
    return { ...base.getStartupConf.call(this), ...PINNED_SETTINGS };
  }

  private async connectToServer(): Promise<this> {
    this.#endpoint = await this.chooseEndpoint();
    // pg reads these fields in connect() (client.js, connection.js).
    Object.assign(this, this.#endpoint);
    Object.assign(this.connection, { ssl: this.#endpoint.ssl });
    try {
      await super.connect();
      const problem = unsuitable(this.#target.role, this.#state);
      if (problem) throw problem;
    } catch (error) {
      this.#target.forget(this.#endpoint);
      this.connection.stream.destroy();
      throw error;
    }
    this.#isConnected = true;
    return this;
  }

  /** @throws Error if the pool destroys the stream, as it does when its time limit is up */
  private async chooseEndpoint(): Promise<Endpoint> {
    const chosen = new AbortController();
    const closed = once(this.connection.stream, 'close', chosen).then(() => {
      throw new Error('Connection terminated while searching for a server');
    });
    closed.catch(() => {});
    try {
      return await Promise.race([this.#target.choose(), closed]);
    } finally {
      chosen.abort();
    }
  }

  /** Closes the connection when its server becomes read-only, so that the next one searches for the new primary. */
  private closeIfUnsuitable(): void {
    const problem = unsuitable(this.#target.role, this.#state);
    if (problem) this.connection.stream.destroy(problem);
  }

  /** Does the same behind poolers, which do not report that the server became read-only. */
  private closeWhenReadOnly(): void {
    this.connection.on('errorMessage', ({ code }: pg.DatabaseError) => {
      if (code === '25006') this.connection.stream.destroy(new Error('The server has become read-only'));
    });
  }
}
