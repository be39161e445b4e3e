import type { MetricObject } from 'prom-client';
import type { Config } from '../../kernel/config/config.js';

/** What the session's thread is started with. */
export interface SessionWorkerData {
  config: Config;
  databaseUrl: string;
  /** Whether the log goes to a terminal. */
  isTerminal: boolean;
}

/** Sent to the thread: end cleanly. */
export const STOP = 'stop';

/** Sent to the thread: tell your metrics. */
export const METRICS = 'metrics';

/** Sent by the thread: its metrics. */
export interface MetricsMessage {
  metrics: MetricObject[];
}

/** Sent by the thread: the database is migrated, and the session runs. */
export const STARTED = 'started';

/** How often the thread says that it is alive, by any message. */
export const HEARTBEAT_EVERY_MS = 1_000;
