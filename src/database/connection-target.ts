import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { parseDatabaseUrl } from '../kernel/config/database-url.js';
import { applicationName } from './application-name.js';
import { requireChannelBinding } from './channel-binding.js';
import { type ServerRole, type ServerState, unsuitable, watchServerState } from './server-state.js';
import { type Tls, tlsOptions } from './tls-options.js';

/** Maximum time to connect to a server of several. A server that takes longer is skipped. */
const SEARCH_TIMEOUT_MS = 3_000;

/** After a server has responded, time for the servers that are listed before it to respond. */
const PRECEDENCE_MS = 300;

/** Where and how to connect. */
export interface Endpoint {
  host: string;
  port: number;
  ssl: Tls;
}

interface Found {
  endpoint: Endpoint;
  state: ServerState;
}

/** None of several servers can be used. `errors` contains one error for each server, in the order of the URL. */
export class NoServerError extends AggregateError {
  constructor(
    /** Names of the servers, in the order of the URL. */
    readonly servers: string[],
    errors: unknown[],
  ) {
    super(errors, `None of the servers ${servers.join(', ')} can be used`);
  }
}

/** Parameters that are passed to pg as they are. */
const SESSION = [
  'application_name',
  'options',
  'sslnegotiation',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
];

/**
 * The servers of a Postgres URL. If there are several, or if TLS is optional, the first connection searches for one
 * with the role of target_session_attrs, and the others use it until it is lost.
 */
export class ConnectionTarget {
  private static readonly all = new Map<string, ConnectionTarget>();

  /** Options of pg, without the endpoint. */
  readonly config: pg.ClientConfig;
  readonly role: ServerRole;
  readonly requiresChannelBinding: boolean;
  /** Endpoints of each server in the order in which to try them. */
  private readonly servers: [Endpoint, ...Endpoint[]][];
  private current: Endpoint | null;
  private search: Promise<Endpoint> | null = null;

  /**
   * Returns the target of a URL, which all connections of this thread share.
   * @throws DatabaseUrlError, and DatabaseError for files that cannot be used
   */
  static of(url: string): ConnectionTarget {
    const target = ConnectionTarget.all.get(url) ?? new ConnectionTarget(url);
    ConnectionTarget.all.set(url, target);
    return target;
  }

  private constructor(url: string) {
    const { servers, user, password, database, parameters } = parseDatabaseUrl(url);
    const tls = tlsOptions(parameters);
    // As in libpq, Unix sockets do not use TLS.
    this.servers = servers.map(
      (server) =>
        (server.host.startsWith('/') ? [false as const] : tls).map((ssl) => ({ ...server, ssl })) as [
          Endpoint,
        ],
    );
    this.role = (parameters.target_session_attrs ?? 'any') as ServerRole;
    this.requiresChannelBinding = parameters.channel_binding === 'require';
    this.current = this.endpoints.length === 1 ? this.first : null;
    this.config = {
      ...Object.fromEntries(
        SESSION.filter((name) => parameters[name]).map((name) => [name, parameters[name]]),
      ),
      ...{ user, password, database },
      ...(this.requiresChannelBinding && { enableChannelBinding: true }),
    };
  }

  /** An endpoint for messages, and for options that pg requires before the endpoint is chosen. */
  get first(): Endpoint {
    return (this.servers[0] as [Endpoint])[0];
  }

  /** Whether connections may use TLS. */
  get usesTls(): boolean {
    return this.endpoints.some(({ ssl }) => ssl);
  }

  /** Servers without user and password, as in the URL. */
  get names(): string[] {
    return this.servers.map(([endpoint]) => nameOf(endpoint));
  }

  private get endpoints(): Endpoint[] {
    return this.servers.flat();
  }

  /**
   * Returns the endpoint for the next connection.
   * @throws NoServerError, or the error of the only server
   */
  async choose(): Promise<Endpoint> {
    if (this.current) return this.current;
    this.search ??= this.find().finally(() => (this.search = null));
    return this.search;
  }

  /** Searches again before the next connection, because the endpoint has failed. */
  forget(endpoint: Endpoint): void {
    if (this.current === endpoint && this.endpoints.length > 1) this.current = null;
  }

  private async find(): Promise<Endpoint> {
    const attempts = this.servers.map((endpoints) => this.tryServer(endpoints));
    const { endpoint } = await this.pick(attempts).catch(async (error: unknown) => {
      if (attempts.length === 1) throw error;
      const results = await Promise.allSettled(attempts);
      throw new NoServerError(
        this.names,
        results.map((result) => (result as PromiseRejectedResult).reason as unknown),
      );
    });
    this.current = endpoint;
    return endpoint;
  }

  private async pick(attempts: Promise<Found>[]): Promise<Found> {
    if (this.role !== 'prefer-standby') return firstInOrder(attempts);
    const standbys = attempts.map(async (attempt) => {
      const found = await attempt;
      const problem = unsuitable('standby', found.state);
      if (problem) throw problem;
      return found;
    });
    return firstInOrder(standbys).catch(() => firstInOrder(attempts));
  }

  /** Connects with and without TLS, in the order of sslmode. */
  private async tryServer(endpoints: Endpoint[]): Promise<Found> {
    const errors: unknown[] = [];
    for (const endpoint of endpoints) {
      try {
        return await this.tryEndpoint(endpoint);
      } catch (error) {
        errors.push(error);
      }
    }
    // An error of Postgres, such as a wrong password, is more useful than a failed TLS handshake.
    throw errors.find(isFromPostgres) ?? errors.at(-1);
  }

  private async tryEndpoint(endpoint: Endpoint): Promise<Found> {
    const client = new pg.Client({
      application_name: applicationName('any', 'search'),
      ...this.config,
      ...endpoint,
      ssl: endpoint.ssl,
      connectionTimeoutMillis: SEARCH_TIMEOUT_MS,
    });
    client.on('error', () => {});
    if (this.requiresChannelBinding) requireChannelBinding(client.connection);
    const state = watchServerState(client.connection);
    try {
      await client.connect();
      const problem = unsuitable(this.role, state);
      if (problem) throw problem;
      return { endpoint, state };
    } finally {
      client.end().catch(() => {});
    }
  }
}

export function nameOf({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  if (host.startsWith('/')) return host;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Returns the first result that succeeds, in the order of the list. Does not wait for servers that do not respond while
 * another does.
 * @throws the last error
 */
async function firstInOrder<Result>(attempts: Promise<Result>[]): Promise<Result> {
  const fastest = Promise.any(attempts).then((result) => delay(PRECEDENCE_MS, result, { ref: false }));
  let last: unknown;
  // Handles the errors of promises that are not awaited because an earlier one succeeds.
  for (const promise of [...attempts, fastest]) promise.catch(() => {});
  for (const attempt of attempts) {
    try {
      return await Promise.race([attempt, fastest]);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Returns whether Postgres sent the error. 28000 may depend on whether the connection uses TLS. */
function isFromPostgres(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== '28000';
}
