import { collectDefaultMetrics, register } from 'prom-client';

/** Event loop, heap and garbage collection of this thread; what is of the whole process, its main thread tells. */
export function measureThread(thread: 'main' | 'session'): void {
  collectDefaultMetrics({ labels: { thread } });
  if (thread === 'main') return;
  for (const { name } of register.getMetricsAsArray()) {
    if (name.startsWith('process_') || name === 'nodejs_version_info') register.removeSingleMetric(name);
  }
}
