import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import pTimeout from 'p-timeout';
import type { MetricObject } from 'prom-client';
import { explain } from '../../errors/explain.js';
import { SecretsError } from '../../secrets/secrets.errors.js';
import { pauseAfterMs } from '../timing/back-off.js';
import {
  HEARTBEAT_EVERY_MS,
  METRICS,
  type MetricsMessage,
  STARTED,
  STOP,
  type SessionWorkerData,
} from './worker-protocol.js';

/** Memory of the session thread, and for each session that it may hold; beyond it the thread dies and is started again. */
const MAX_HEAP_MB = 384;
const MAX_HEAP_MB_PER_SESSION = 2;
/** New objects are collected this often; the default of 48 MB mostly holds garbage. */
const MAX_YOUNG_HEAP_MB = 12;
/**
 * A thread that misses this many signs of life hangs. It is ended, and with it its connection to WhatsApp, before its lease
 * runs out (LEASE_MS in lease-holder.ts) and another process opens a line of its own.
 */
const HANGS_AFTER_BEATS = 10;
/** Until its first sign of life a thread loads its code, which on a busy machine takes a while. */
const STARTS_WITHIN_BEATS = 60;
const STOP_TIMEOUT_MS = 4_000;
const RESTART = { firstMs: 500, maxMs: 60_000 };
/** A thread that lived this long is no longer counted as failing. */
const STABLE_MS = 60_000;

/** Runs the WhatsApp sessions in a thread of their own, and starts it again, with growing pauses, whenever it dies. */
export class SessionSupervisor {
  private readonly logger = new Logger(SessionSupervisor.name);
  private readonly stopping = new AbortController();
  /** Whether the session has ever run: the database can be used, and is migrated. */
  hasStarted = false;
  /** Rejects when no restart would help: only the operator can. */
  readonly failure: Promise<never>;
  private fail: (error: Error) => void = () => {};
  private worker: Worker | null = null;
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

  /** What the thread measures; never resolves when there is none, or it hangs. */
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

  /** Ends the session cleanly; after a while without mercy. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.worker?.postMessage(STOP);
    const terminate = async () => {
      this.logger.warn('Session thread did not stop in time');
      await this.worker?.terminate();
    };
    await pTimeout(this.ended ?? Promise.resolve(), { milliseconds: STOP_TIMEOUT_MS, fallback: terminate });
  }

  private async keepAlive(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startedAtMs = performance.now();
      await this.runOnce();
      if (signal.aborted) return;
      if (performance.now() - startedAtMs >= STABLE_MS) failures = 0;
      const delayMs = pauseAfterMs(failures, RESTART);
      this.logger.error(`Session thread exited; restarting it in ${delayMs} ms`);
      await sleep(delayMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves when the thread has ended, however. */
  private async runOnce(): Promise<void> {
    const worker = new Worker(new URL('./session-worker.js', import.meta.url), {
      workerData: this.data,
      resourceLimits: {
        maxOldGenerationSizeMb: MAX_HEAP_MB + MAX_HEAP_MB_PER_SESSION * this.data.config.SESSIONS_PER_PROCESS,
        maxYoungGenerationSizeMb: MAX_YOUNG_HEAP_MB,
      },
    });
    this.worker = worker;
    const stopWatching = this.watch(worker);
    worker.on('error', (error: Error) => {
      if (error.name !== SecretsError.name) return this.logger.error(`The session failed: ${explain(error)}`);
      this.stopping.abort();
      this.fail(error);
    });
    await once(worker, 'exit').catch(() => once(worker, 'exit'));
    stopWatching();
    this.worker = null;
  }

  /** Counts beats instead of time, so that a process that was asleep as a whole does not take its thread for hung. */
  private watch(worker: Worker): () => void {
    let beatsLeft = STARTS_WITHIN_BEATS;
    worker.on('message', (message) => {
      beatsLeft = HANGS_AFTER_BEATS;
      this.hasStarted ||= message === STARTED;
    });
    const watchdog = setInterval(() => {
      beatsLeft -= 1;
      if (beatsLeft > 0) return;
      this.logger.error('Session thread unresponsive; terminating it');
      void worker.terminate();
    }, HEARTBEAT_EVERY_MS);
    return () => clearInterval(watchdog);
  }
}
