import { Worker } from 'node:worker_threads';
import { isDatabaseUnavailable } from '../../database/database-errors.js';
import { HEARTBEAT_EVERY_MS, type SessionWorkerData, STARTED } from './worker-protocol.js';

/** Heap limit of the session thread, in total and per session. A thread that exceeds it ends and is restarted. */
const MAX_HEAP_MB = 384;
const MAX_HEAP_MB_PER_SESSION = 2;
/**
 * Share of the memory limit of the container. The rest is for the main thread, memory outside of the heap, and reader
 * processes. Without this limit, the kernel would kill the whole process before the thread reaches its own limit.
 */
const MAX_HEAP_OF_CONTAINER = 0.6;
const MIN_HEAP_MB = 128;
/** Size of the young generation; the default of 48 MB mostly contains garbage. */
const MAX_YOUNG_HEAP_MB = 12;
/**
 * A thread that misses this many heartbeats is considered hung. It is terminated, which closes its connections to
 * WhatsApp, before its lease expires (LEASE_MS in lease-holder.ts) and another process connects.
 */
const HANGS_AFTER_BEATS = 10;
/** A thread loads its code before its first heartbeat, which takes longer on a busy machine. */
const STARTS_WITHIN_BEATS = 60;

/** How a thread ended. */
export interface ThreadEnd {
  /** The uncaught error that ended it; null if there was none. */
  error: Error | null;
  /** Whether it ran the sessions, or only failed because the database was unavailable. */
  wasHealthy: boolean;
}

/**
 * Resolves when a thread has ended, with the uncaught error that ended it, or null.
 *
 * Attach it right after the thread is created: while the main thread is busy, Node.js queues `error` and `exit` and
 * then emits both in one turn of the event loop, so that a listener for `exit` that is added on `error` is too late.
 */
export function endOfThread(worker: Worker): Promise<Error | null> {
  return new Promise((resolve) => {
    let failure: Error | null = null;
    worker.on('error', (error: Error) => (failure = error));
    worker.once('exit', () => resolve(failure));
  });
}

/** @param containerBytes memory limit of the container; 0 or undefined if there is none */
export function maxHeapMb(sessions: number, containerBytes: number | undefined): number {
  const wantedMb = MAX_HEAP_MB + MAX_HEAP_MB_PER_SESSION * sessions;
  if (!containerBytes) return wantedMb;
  const availableMb = Math.floor((containerBytes / 2 ** 20) * MAX_HEAP_OF_CONTAINER);
  return Math.max(MIN_HEAP_MB, Math.min(wantedMb, availableMb));
}

/** Starts the session thread. */
export function startSessionThread(data: SessionWorkerData): Worker {
  return new Worker(new URL('../../session-worker.js', import.meta.url), {
    workerData: data,
    resourceLimits: {
      maxOldGenerationSizeMb: maxHeapMb(data.config.SESSIONS_PER_PROCESS, process.constrainedMemory()),
      maxYoungGenerationSizeMb: MAX_YOUNG_HEAP_MB,
    },
  });
}

/** Handlers for the supervisor: the thread runs its sessions, or is hung. */
interface ThreadEvents {
  started(): void;
  hangs(): void;
}

/**
 * Waits for the end of a thread, and reports once if it hangs before that. Counts heartbeats instead of time, so that a
 * thread is not reported after the whole process was suspended.
 */
export async function watchThread(worker: Worker, events: ThreadEvents): Promise<ThreadEnd> {
  const end = endOfThread(worker);
  let hasStarted = false;
  let beatsLeft = STARTS_WITHIN_BEATS;
  worker.on('message', (message) => {
    beatsLeft = HANGS_AFTER_BEATS;
    if (message !== STARTED) return;
    hasStarted = true;
    events.started();
  });
  const watchdog = setInterval(() => {
    beatsLeft -= 1;
    if (beatsLeft > 0) return;
    clearInterval(watchdog);
    events.hangs();
  }, HEARTBEAT_EVERY_MS);
  const error = await end;
  clearInterval(watchdog);
  return { error, wasHealthy: hasStarted || (error !== null && waitsForDatabase(error)) };
}

/** The thread exits and is restarted until the database is available (migrate() in session-worker.ts). */
function waitsForDatabase(error: Error): boolean {
  return error.name === 'DatabaseError' || isDatabaseUnavailable(error);
}
