import { setTimeout as sleep } from 'node:timers/promises';
import { AggregatorRegistry, Gauge, type MetricObject, register } from 'prom-client';
import type { Config } from '../../kernel/config/config.js';
import { VERSION } from '../../kernel/config/version.js';
import { measureThread } from '../../kernel/thread-metrics.js';
import type { Health } from './route-health.js';

/** The metrics of a thread that responds later than this are omitted. */
const THREAD_WITHIN_MS = 1_000;

/** A thread of this process that collects its own metrics. */
export interface MeasuredThread {
  metrics(): Promise<MetricObject[]>;
}

/** Exports the metrics of this process to Prometheus, including those of the session thread. */
export class Metrics {
  readonly contentType = register.contentType;

  constructor(
    { ROLE }: Pick<Config, 'ROLE'>,
    database: Health,
    private readonly thread: MeasuredThread | null,
  ) {
    measureThread('main');
    new Gauge({
      name: 'whatsapp_contacts_build_info',
      help: 'Always 1; versions of the service and of Node.js, and the role of the process',
      labelNames: ['version', 'node', 'role'],
    }).set({ version: VERSION, node: process.version, role: ROLE }, 1);
    new Gauge({
      name: 'whatsapp_contacts_database_up',
      help: 'Whether this process can use Postgres (1) or not (0)',
      async collect() {
        this.set((await database.problem()) === null ? 1 : 0);
      },
    });
  }

  /** Returns the metrics in the text format of Prometheus. */
  async text(): Promise<string> {
    const [main, session] = await Promise.all([register.getMetricsAsJSON(), this.sessionThread()]);
    return AggregatorRegistry.aggregate(session ? [main, session] : [main]).metrics();
  }

  private async sessionThread(): Promise<MetricObject[] | null> {
    if (!this.thread) return null;
    return Promise.race([this.thread.metrics(), sleep(THREAD_WITHIN_MS, null, { ref: false })]);
  }
}
