import type { Request } from 'express';
import { type IncomingMessage, METHODS, type Server, type ServerResponse } from 'node:http';
import { Histogram } from 'prom-client';
import { assignRequestId } from './request-id.js';

const METHOD_NAMES = new Set(METHODS);

const durations = new Histogram({
  name: 'whatsapp_contacts_http_request_duration_seconds',
  help: 'From the head of a request to the last byte of its answer, by route; lists and exports take as long as their reader',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

type Series = ReturnType<typeof durations.labels>;

/** Of each route as the router has it, by method and status: to look a series up by its labels takes longer than all the rest. */
const seriesOf = new Map<unknown, Map<string, Series>>();

/** Gives each request an id, and measures how long its answer takes. Beside the framework, where it costs next to nothing. */
export function observeRequests(server: Server): void {
  server.prependListener('request', (request, response) => {
    assignRequestId(request, response);
    const startedMs = performance.now();
    response.once('close', () =>
      measured(request, response).observe((performance.now() - startedMs) / 1_000),
    );
  });
}

function measured(request: IncomingMessage, { statusCode }: ServerResponse): Series {
  const { path } = ((request as Request).route ?? {}) as { path?: unknown };
  let series = seriesOf.get(path);
  if (!series) seriesOf.set(path, (series = new Map<string, Series>()));
  const { method = '' } = request;
  const key = method + statusCode;
  let one = series.get(key);
  if (!one) {
    const known = METHOD_NAMES.has(method) ? method : 'other';
    series.set(
      key,
      (one = durations.labels({ method: known, route: nameOf(path), status: String(statusCode) })),
    );
  }
  return one;
}

/** `/sessions/{session}/getcontact`: what a request is about is in no label. `none` where no route was reached. */
function nameOf(path: unknown): string {
  return typeof path === 'string' && !path.includes('*') ? path.replace(/:(\w+)/g, '{$1}') : 'none';
}
