import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PairingCodeDto } from '../../src/api/sessions/link.dto.js';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { noteDifferences } from '../openapi/response-check.js';
import { freePort } from './free-port.js';
import { patient } from './patience.js';

const ROOT = join(import.meta.dirname, '../..');
/** Arguments of node in `npm start`. */
const [, ...START_ARGUMENTS] = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start.split(' ');
/** The proxies of this machine do not apply to tests. */
const NO_PROXIES = Object.fromEntries(
  ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
    [name, ''],
    [name.toLowerCase(), ''],
  ]),
);
/**
 * Polling gets less frequent over time, because it uses CPU time that the service needs: 8 ms for each GET /session,
 * which at 50 ms and with several suites at once is a quarter of the CPU time of all tests.
 */
const MIN_POLL_MS = 25;
const MAX_POLL_MS = 200;
/** For things that would never happen. */
const HANGING_MS = 180_000;
/** Generous: several suites may start services at once. */
const START_TIMEOUT_MS = 180_000;

export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON. */
  body: Body;
}

export interface RequestOptions extends RequestInit {
  /** Sent as a JSON body. */
  json?: unknown;
  /** API key, sent as a bearer token. */
  key?: string | null;
}

/** A log entry. */
export interface LogEntry {
  level: string;
  timestamp: string;
  context: string;
  message: string;
  stack?: string;
  /** Status of the session, in entries of SessionReporter. */
  status?: string;
  session?: string;
  account?: number;
  requestId?: string;
  /** Values of the entry. */
  [name: string]: unknown;
}

/**
 * Polls until look() returns a truthy value. The timeout is extended on a busy machine.
 *
 * @param maxPollMs lower it if look() records intermediate values
 * @throws Error that contains `what`
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  timeoutMs = HANGING_MS,
  maxPollMs = MAX_POLL_MS,
): Promise<T> {
  const startedAtMs = performance.now();
  for (;;) {
    const found = await look();
    if (found) return found;
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > timeoutMs && waitedMs > patient(timeoutMs)) {
      throw new Error(`Waited ${Math.round(waitedMs)} ms in vain until ${what}`);
    }
    await sleep(Math.min(maxPollMs, Math.max(MIN_POLL_MS, waitedMs / 10)));
  }
}

/** Codes of a connection that the service closed. */
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET']);

/**
 * Repeats a GET once if its connection was closed, as RFC 9112 (9.3.1) permits: on a busy machine, a client uses an idle
 * connection before it notices that the service has closed it.
 */
async function fetchAgain(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init).catch((error: Error) => {
    const { code } = (error.cause ?? {}) as { code?: string };
    if ((init.method ?? 'GET') !== 'GET' || !CLOSED.has(code ?? '')) throw error;
    return fetch(url, init);
  });
}

/** A process of the built service, with the arguments of `npm start`. */
export class Service {
  /** Output so far, of both streams. */
  output = '';
  private readonly ended: Promise<number | null>;

  private constructor(
    readonly process: ChildProcess,
    readonly port: number,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.ended = once(process, 'exit').then(([code]) => code as number | null);
  }

  /**
   * @param environment added to the environment of this process; the default PORT is a free one
   * @param cwd built checkout to run
   * @param node path of the Node.js binary
   */
  static async spawn(
    environment: Record<string, string>,
    cwd = ROOT,
    node = process.execPath,
  ): Promise<Service> {
    const port = Number(environment.PORT ?? (await freePort()));
    // One suite requests more pairing codes than the default limit allows.
    const defaults = { LOG_LEVEL: 'debug', PAIRING_CODES_PER_10_MINUTES: '1000' };
    // As a service that npm has started, it stops when its parent process ends, also without `npm test`.
    const npm = { npm_lifecycle_event: 'test' };
    const env = { ...process.env, ...NO_PROXIES, ...npm, ...defaults, ...environment, PORT: String(port) };
    const child = spawn(node, START_ARGUMENTS, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Service(child, port);
  }

  /** Like spawn(), and waits until it is ready. */
  static async start(environment: Record<string, string>, cwd?: string, node?: string): Promise<Service> {
    const service = await Service.spawn(environment, cwd, node);
    const look = async () => {
      if (service.process.exitCode !== null) {
        // Another process has taken the port in the meantime.
        if (!environment.PORT && service.output.includes('EADDRINUSE')) return true;
        throw new Error(`The service ended:\n${service.output}`);
      }
      return service.get('/readyz').then(
        ({ status }) => status === 200,
        () => false,
      );
    };
    await eventually('the service is ready', look, START_TIMEOUT_MS).catch((error: unknown) => {
      service.process.kill('SIGKILL');
      throw new Error(`${(error as Error).message}:\n${service.output}`);
    });
    return service.process.exitCode === null ? service : Service.start(environment, cwd, node);
  }

  /** Log entries so far, of both streams. @throws SyntaxError if a line is not a log entry */
  get entries(): LogEntry[] {
    const lines = this.output.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as LogEntry);
  }

  async request<Body = unknown>(
    path: string,
    { json, key, ...init }: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const requestHeaders = new Headers(init.headers);
    if (key) requestHeaders.set('authorization', `Bearer ${key}`);
    if (json !== undefined) {
      init.body = JSON.stringify(json);
      requestHeaders.set('content-type', 'application/json');
    }
    const url = `http://127.0.0.1:${this.port}${path}`;
    const response = await fetchAgain(url, { ...init, headers: requestHeaders });
    const text = await response.text();
    const { status, headers } = response;
    if (!path.startsWith('/api-docs'))
      noteDifferences({ method: init.method ?? 'GET', path, status, headers, text });
    const isJson = /[/+]json\b/.test(headers.get('content-type') ?? '');
    return {
      status,
      headers,
      text,
      body: (isJson ? JSON.parse(text) : text) as Body,
    };
  }

  get<Body = unknown>(path: string): Promise<Answer<Body>> {
    return this.request<Body>(path);
  }

  post<Body = unknown>(path: string, json: unknown, key?: string | null): Promise<Answer<Body>> {
    return this.request<Body>(path, { method: 'POST', json, key });
  }

  delete<Body = unknown>(path: string, key?: string | null): Promise<Answer<Body>> {
    return this.request<Body>(path, { method: 'DELETE', key });
  }

  /** Requests a pairing code. */
  pairingCode(phone: string): Promise<Answer<PairingCodeDto & { message: string }>> {
    return this.post('/session/pairing-code', { phone });
  }

  /** @param path of the session, `/session` or `/sessions/{name}` */
  async session(path = '/session'): Promise<SessionDto> {
    return (await this.get<SessionDto>(path)).body;
  }

  /** Waits for a state of the session. The error contains the last state. */
  async sessionThat(
    picks: (session: SessionDto) => boolean,
    timeoutMs?: number,
    path?: string,
  ): Promise<SessionDto> {
    let last: SessionDto | undefined;
    const look = async () => {
      last = await this.session(path).catch(() => undefined);
      return last && picks(last) ? last : null;
    };
    try {
      return await eventually('the session is as expected', look, timeoutMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(last)}\n${this.output.slice(-2000)}`);
    }
  }

  /** Waits for a QR code. */
  async qr(timeoutMs?: number): Promise<string> {
    return (await this.sessionThat(({ qr }) => qr !== null, timeoutMs)).qr as string;
  }

  /** Waits until the first sync is complete. */
  async synced(timeoutMs?: number): Promise<SessionDto> {
    return this.sessionThat(
      ({ status, contacts }) => status === 'open' && contacts.sync === 'complete',
      timeoutMs,
    );
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Resolves to the exit code. */
  async exit(): Promise<number | null> {
    return this.ended;
  }

  /** @returns the exit code; null if a signal ended the process */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.process.kill(signal);
    return this.ended;
  }
}
