import type { Request, RequestHandler } from 'express';
import { METHODS } from 'node:http';
import { Histogram } from 'prom-client';

const METHOD_NAMES = new Set(METHODS);

const durations = new Histogram({
  name: 'whatsapp_contacts_http_request_duration_seconds',
  help: 'From the head of a request to the last byte of its answer, by route; lists and exports take as long as their reader',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

/** Measures how long requests take, by their route as the document has it: what it is about is in no label. */
export function measureRequests(): RequestHandler {
  // The lookup of a series by its labels takes longer than all the rest.
  const series = new Map<string, { observe(seconds: number): void }>();
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('close', () => {
      const labels = {
        method: METHOD_NAMES.has(request.method) ? request.method : 'other',
        route: routeOf(request),
        status: String(response.statusCode),
      };
      const key = `${labels.method} ${labels.route} ${labels.status}`;
      let one = series.get(key);
      if (!one) series.set(key, (one = durations.labels(labels)));
      one.observe((performance.now() - startedMs) / 1_000);
    });
    next();
  };
}

/** `/sessions/{session}/getcontact`; `none` where no route was reached. */
function routeOf({ route }: Request): string {
  const { path } = (route ?? {}) as { path?: unknown };
  return typeof path === 'string' && !path.includes('*') ? path.replace(/:(\w+)/g, '{$1}') : 'none';
}
