import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Cluster } from './cluster.js';
import { toEmbeddedPostgresError } from './embedded-postgres-error.js';
import { acquireInstanceLock } from './instance-lock.js';
import {
  boundLog,
  findFreePort,
  findPostmaster,
  type Launch,
  launchPostmaster,
  stopPostmaster,
} from './postmaster.js';

/** Includes recovery after a power failure. */
const START_TIMEOUT_MS = 120_000;
/** Maximum wait for a previous server to exit, or for a port to become free. */
const CONFLICT_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
const RETRY_RESTART_MS = 5_000;
const BOUND_LOG_EVERY_MS = 3_600_000;

/** Output of a server that cannot start because another one uses its port or directory, or is still shutting down. */
const CONFLICT =
  /could not create any TCP\/IP sockets|"postmaster\.pid" (already exists|is empty)|shared memory block/;

/** Keeps the server of a cluster running between start() and stop(), as its only service. */
export class ServerMonitor {
  #lock: Client | null = null;
  #port: number | undefined;
  #launch: Launch | undefined;
  #restart: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(
    private readonly cluster: Cluster,
    private readonly log: (message: string) => void,
  ) {}

  /**
   * Finds or starts the server, and acquires the instance lock.
   * @returns the TCP port of the server
   * @throws EmbeddedPostgresError if another service uses it
   * @throws Error with the output of the server if it does not start
   */
  async start(): Promise<number> {
    this.#port = await this.#obtain();
    const timer = setInterval(() => void boundLog(this.cluster).catch(() => undefined), BOUND_LOG_EVERY_MS);
    timer.unref();
    this.#stopping.signal.addEventListener('abort', () => clearInterval(timer));
    return this.#port;
  }

  /** Shuts the server down, unless another service uses it. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #obtain(): Promise<number> {
    const begin = Date.now();
    this.#launch = undefined;
    for (;;) {
      const postmaster = await findPostmaster(this.cluster);
      if (postmaster?.ready && (await this.#lockInstance(postmaster.port))) return postmaster.port;
      if (!postmaster) await this.#launchUnlessStarting(Date.now() - begin);
      if (Date.now() - begin > START_TIMEOUT_MS) throw new Error('it does not respond');
      await delay(POLL_MS, undefined, { signal: this.#stopping.signal });
    }
  }

  async #launchUnlessStarting(elapsedMs: number): Promise<void> {
    if (this.#launch) {
      const { failure } = this.#launch;
      if (failure === null) return;
      if (!CONFLICT.test(failure) || elapsedMs > CONFLICT_TIMEOUT_MS) throw new Error(failure);
    }
    this.#launch = await launchPostmaster(this.cluster, this.#port ?? (await findFreePort()));
  }

  async #lockInstance(port: number): Promise<boolean> {
    const lock = await acquireInstanceLock(this.cluster, port);
    if (!lock) return false;
    this.#lock = lock;
    lock.once('end', () => {
      this.#lock = null;
      if (!this.#stopped) this.#restart = this.#restartServer();
    });
    return true;
  }

  /** Retries until the server runs or the service stops. Uses the same port, because the pools have its URL. */
  async #restartServer(): Promise<void> {
    this.log('Restarting the embedded Postgres, because its connection was lost');
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#obtain();
        this.log('Embedded Postgres restarted');
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.log(toEmbeddedPostgresError(error, this.cluster.dataDir).message);
        // Keeps the process alive: a migration may have no other timer or socket while the server restarts.
        await delay(RETRY_RESTART_MS, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#restart;
    const launched = this.#launch?.failure === null ? this.#launch.pid : undefined;
    // Without the lock, a running server may belong to another service, unless this process has just launched it.
    const pid = this.#lock ? (await findPostmaster(this.cluster))?.pid : launched;
    if (pid) await stopPostmaster(this.cluster, pid);
    await this.#lock?.end();
  }
}
