import { type IncomingMessage, METHODS, type Server, type ServerResponse } from 'node:http';
import type { Request } from 'express';
import { Histogram } from 'prom-client';
import { assignRequestId } from './request-id.js';

const METHOD_NAMES = new Set(METHODS);

const durations = new Histogram({
  name: 'whatsapp_contacts_http_request_duration_seconds',
  help: 'Time from the request headers to the last byte of the response, by route; lists take as long as their reader',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

/** Assigns an ID to each request and measures the duration. Runs outside of Nest, so that it covers every response. */
export function observeRequests(server: Server): void {
  server.prependListener('request', (request, response) => {
    assignRequestId(request, response);
    const startedMs = performance.now();
    response.once('close', () =>
      durations.observe(labelsOf(request, response), (performance.now() - startedMs) / 1_000),
    );
  });
}

function labelsOf(request: IncomingMessage, { statusCode }: ServerResponse) {
  const { method = '' } = request;
  const { path } = ((request as Request).route ?? {}) as { path?: unknown };
  return {
    method: METHOD_NAMES.has(method) ? method : 'other',
    route: templateOf(path),
    status: String(statusCode),
  };
}

/** Returns a path template such as `/sessions/{session}/getcontact`; `none` if no route was reached. */
function templateOf(path: unknown): string {
  return typeof path === 'string' && !path.includes('*') ? path.replace(/:(\w+)/g, '{$1}') : 'none';
}
