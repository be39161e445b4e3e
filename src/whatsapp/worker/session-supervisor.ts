import type { Worker } from 'node:worker_threads';
import pTimeout from 'p-timeout';
import type { MetricObject } from 'prom-client';
import { pauseAfterMs } from '../../kernel/async/back-off.js';
import { pause } from '../../kernel/async/pause.js';
import { describeFatalError } from '../../kernel/errors/fatal-error.js';
import { Log } from '../../kernel/logging/log.js';
import { SecretsError } from '../../secrets/secrets.errors.js';
import { startSessionThread, type ThreadEnd, watchThread } from './session-thread.js';
import { METRICS, type MetricsMessage, type SessionWorkerData, STOP } from './worker-protocol.js';

const STOP_TIMEOUT_MS = 4_000;
const RESTART = { firstMs: 500, maxMs: 10_000 };
/** A thread that has run this long no longer counts as failing. */
const STABLE_MS = 60_000;
/** After this time without a running thread, the process exits, so that its process manager restarts it as a whole. */
const GIVE_UP_AFTER_MS = 60_000;

/** The session thread cannot be restarted. */
export class SessionThreadError extends Error {
  override readonly name = 'SessionThreadError';
}

/** Runs the WhatsApp sessions in a separate thread, and restarts it with exponential backoff when it ends. */
export class SessionSupervisor {
  private readonly log = new Log(SessionSupervisor.name);
  private readonly stopping = new AbortController();
  /** Whether the thread has ever run its sessions, which requires a migrated database. */
  hasStarted = false;
  /** Rejects when restarting the thread does not help: with SecretsError or SessionThreadError. */
  readonly failure: Promise<never>;
  private fail: (error: Error) => void = () => {};
  private worker: Worker | null = null;
  /** Whether the current thread runs sessions, which it has to end. */
  private isRunning = false;
  private ended: Promise<void> | null = null;

  constructor(private readonly data: SessionWorkerData) {
    this.failure = new Promise((_, reject) => (this.fail = reject));
    this.failure.catch(() => {});
  }

  start(): void {
    this.ended = this.keepAlive();
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Returns the metrics of the thread; never resolves if there is none, or if it is unresponsive. */
  async metrics(): Promise<MetricObject[]> {
    const { worker } = this;
    return new Promise((resolve) => {
      const listen = (message: string | MetricsMessage) => {
        if (typeof message === 'string') return;
        worker?.off('message', listen);
        resolve(message.metrics);
      };
      worker?.on('message', listen);
      worker?.postMessage(METRICS);
    });
  }

  /** Ends the sessions gracefully; terminates the thread if it does not end in time, or has not started yet. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.isRunning) this.worker?.postMessage(STOP);
    else await this.worker?.terminate();
    const terminate = async () => {
      this.log.warn({}, 'Stopping session thread timed out');
      await this.worker?.terminate();
    };
    await pTimeout(this.ended ?? Promise.resolve(), { milliseconds: STOP_TIMEOUT_MS, fallback: terminate });
  }

  private async keepAlive(): Promise<void> {
    const { signal } = this.stopping;
    let downSinceMs = performance.now();
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startedAtMs = performance.now();
      const end = await this.runOnce();
      if (signal.aborted) return;
      if (end.error?.name === SecretsError.name) return this.giveUp(end.error);
      const nowMs = performance.now();
      if (nowMs - startedAtMs >= STABLE_MS) failures = 0;
      if (end.wasHealthy) downSinceMs = nowMs;
      if (nowMs - downSinceMs >= GIVE_UP_AFTER_MS) return this.giveUp(cannotRestart());
      const delayMs = pauseAfterMs(failures, RESTART);
      this.log.error({ restartDelayMs: delayMs }, 'Session thread exited');
      await pause(delayMs, signal);
    }
  }

  private async runOnce(): Promise<ThreadEnd> {
    const worker = startSessionThread(this.data);
    this.worker = worker;
    let stuck: NodeJS.Timeout | undefined;
    const end = await watchThread(worker, {
      started: () => (this.hasStarted = this.isRunning = true),
      hangs: () => {
        this.log.error({}, 'Terminating unresponsive session thread');
        stuck = setTimeout(() => this.killProcess(), GIVE_UP_AFTER_MS);
        void worker.terminate();
      },
    });
    clearTimeout(stuck);
    this.isRunning = false;
    this.worker = null;
    if (end.error && end.error.name !== SecretsError.name)
      this.log.error({ reason: describeFatalError(end.error) }, 'Session thread failed');
    return end;
  }

  private giveUp(error: Error): void {
    this.stopping.abort();
    this.fail(error);
  }

  /** `process.exit()` waits for threads, including one that is stuck in native code. */
  private killProcess(): void {
    this.log.fatal({}, 'Terminating session thread failed, killing the process');
    process.kill(process.pid, 'SIGKILL');
  }
}

function cannotRestart(): SessionThreadError {
  return new SessionThreadError(
    `The session thread could not be restarted within ${GIVE_UP_AFTER_MS / 1_000} s. See the log entries above for ` +
      'the reason. The process exits so that it is restarted as a whole.',
  );
}
