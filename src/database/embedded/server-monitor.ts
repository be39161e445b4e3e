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

/** Recovery after a power cut can take its time. */
const START_TIMEOUT_MS = 120_000;
/** How long an earlier server may take to end, or a port may stay taken. */
const CONFLICT_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
const RETRY_RESTART_MS = 5_000;
const BOUND_LOG_EVERY_MS = 3_600_000;

/** What a server says when another one is in its way: on its port, on its folder, or not quite dead. */
const CONFLICT =
  /could not create any TCP\/IP sockets|"postmaster\.pid" (already exists|is empty)|shared memory block/;

/** Keeps the server of one cluster running, from start() to stop(), as its only service. */
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
   * Finds or starts the server and becomes its one user.
   * @returns the TCP port that it answers on
   * @throws EmbeddedPostgresError when another service has it; Error with the server's words when it does not start
   */
  async start(): Promise<number> {
    this.#port = await this.#obtain();
    const timer = setInterval(() => void boundLog(this.cluster).catch(() => undefined), BOUND_LOG_EVERY_MS);
    timer.unref();
    this.#stopping.signal.addEventListener('abort', () => clearInterval(timer));
    return this.#port;
  }

  /** Ends the server, unless another service has it by now. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #obtain(): Promise<number> {
    const begin = Date.now();
    this.#launch = undefined;
    for (;;) {
      const postmaster = await findPostmaster(this.cluster);
      if (postmaster?.ready && (await this.#hold(postmaster.port))) return postmaster.port;
      if (!postmaster) await this.#launchUnlessUnderWay(Date.now() - begin);
      if (Date.now() - begin > START_TIMEOUT_MS) throw new Error('it does not answer');
      await delay(POLL_MS, undefined, { signal: this.#stopping.signal });
    }
  }

  async #launchUnlessUnderWay(elapsedMs: number): Promise<void> {
    if (this.#launch) {
      const { failure } = this.#launch;
      if (failure === null) return;
      if (!CONFLICT.test(failure) || elapsedMs > CONFLICT_TIMEOUT_MS) throw new Error(failure);
    }
    this.#launch = await launchPostmaster(this.cluster, this.#port ?? (await findFreePort()));
  }

  async #hold(port: number): Promise<boolean> {
    const lock = await acquireInstanceLock(this.cluster, port);
    if (!lock) return false;
    this.#lock = lock;
    lock.once('end', () => {
      this.#lock = null;
      if (!this.#stopped) this.#restart = this.#startAgain();
    });
    return true;
  }

  /** On the same port, because the service knows no other; until it works or the service stops. */
  async #startAgain(): Promise<void> {
    this.log('The connection to the embedded Postgres broke, bringing it back');
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#obtain();
        this.log('The embedded Postgres is back');
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.log(toEmbeddedPostgresError(error, this.cluster.dataDir).message);
        await delay(RETRY_RESTART_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#restart;
    const launched = this.#launch?.failure === null ? this.#launch.pid : undefined;
    // Without the lock a server that runs may be another service's, unless we launched it a moment ago.
    const pid = this.#lock ? (await findPostmaster(this.cluster))?.pid : launched;
    if (pid) await stopPostmaster(this.cluster, pid);
    await this.#lock?.end();
  }
}
