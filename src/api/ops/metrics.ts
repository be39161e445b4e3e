import { AggregatorRegistry, Gauge, type MetricObject, register } from 'prom-client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../kernel/config/config.js';
import type { DatabaseHealth } from '../../database/database.health.js';
import { measureThread } from '../../kernel/thread-metrics.js';
import { VERSION } from '../../kernel/config/version.js';

/** A thread that does not answer within this is left out. */
const THREAD_WITHIN_MS = 1_000;

/** A thread of this process that keeps metrics of its own. */
export interface MeasuredThread {
  metrics(): Promise<MetricObject[]>;
}

/** What this process tells Prometheus: its own metrics, and those of the thread that runs the sessions. */
export class Metrics {
  readonly contentType = register.contentType;

  constructor(
    { ROLE }: Pick<Config, 'ROLE'>,
    database: DatabaseHealth,
    private readonly thread: MeasuredThread | null,
  ) {
    measureThread('main');
    new Gauge({
      name: 'whatsapp_contacts_build_info',
      help: 'Always 1; version of the service and of Node.js, and the role of the process',
      labelNames: ['version', 'node', 'role'],
    }).set({ version: VERSION, node: process.version, role: ROLE }, 1);
    new Gauge({
      name: 'whatsapp_contacts_database_up',
      help: 'Whether Postgres answers this process and can be used (1) or not (0)',
      async collect() {
        this.set((await database.problem()) === null ? 1 : 0);
      },
    });
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    const [own, thread] = await Promise.all([register.getMetricsAsJSON(), this.ofThread()]);
    return AggregatorRegistry.aggregate(thread ? [own, thread] : [own]).metrics();
  }

  private async ofThread(): Promise<MetricObject[] | null> {
    if (!this.thread) return null;
    return Promise.race([this.thread.metrics(), sleep(THREAD_WITHIN_MS, null, { ref: false })]);
  }
}
