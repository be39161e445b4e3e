import type { MetricObject } from 'prom-client';
import type { Config } from '../../kernel/config/config.js';

/** Arguments of the session thread. */
export interface SessionWorkerData {
  config: Config;
  databaseUrl: string;
  /** Whether the log goes to a terminal. */
  isTerminal: boolean;
}

/** Sent to the thread to end it gracefully. */
export const STOP = 'stop';

/** Sent to the thread to request its metrics. */
export const METRICS = 'metrics';

/** Sent by the thread in response to METRICS. */
export interface MetricsMessage {
  metrics: MetricObject[];
}

/** Sent by the thread when the database is migrated and the sessions run. */
export const STARTED = 'started';

/** Interval of the thread's heartbeats. Other messages count as heartbeats, too. */
export const HEARTBEAT_EVERY_MS = 1_000;
