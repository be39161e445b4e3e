import type { Service } from '../support/service.js';

/** The series of a process, by name and labels as they are written: `up{job="a"}`. */
export type Series = Map<string, number>;

/** Reads Prometheus' text format. @throws when a line has another form */
export function parseMetrics(text: string): Series {
  const series: Series = new Map();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (!name || !value) throw new Error(`No metric: ${line}`);
    // prom-client writes `Nan`, where nothing was measured since the last scrape.
    series.set(name, Number(value.replace('Inf', 'Infinity')));
  }
  return series;
}

export async function scrape(service: Service, headers: Record<string, string> = {}): Promise<Series> {
  const { status, text } = await service.request('/metrics', { headers });
  if (status !== 200) throw new Error(`/metrics answers ${status}: ${text}`);
  return parseMetrics(text);
}

/** Returns the sum of all series with this name whose labels contain all of these texts. */
export function sum(series: Series, name: string, ...labels: string[]): number {
  return [...series]
    .filter(([key]) => key.split('{')[0] === name && labels.every((label) => key.includes(label)))
    .reduce((total, [, value]) => total + value, 0);
}
