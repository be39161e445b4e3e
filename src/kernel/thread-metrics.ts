import { collectDefaultMetrics, register } from 'prom-client';

/** Exports metrics of this thread (event loop, heap, garbage collection); those of the process only in `main`. */
export function measureThread(thread: 'main' | 'session'): void {
  collectDefaultMetrics({ labels: { thread } });
  if (thread === 'main') return;
  for (const { name } of register.getMetricsAsArray()) {
    if (name.startsWith('process_') || name === 'nodejs_version_info') register.removeSingleMetric(name);
  }
}
