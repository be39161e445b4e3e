import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../kernel/errors/domain-error.js';
import type { MetricsAccess } from '../access/metrics-access.js';
import type { ErrorDto } from '../http/error.dto.js';
import { bodyOf, headersOf } from '../http/error-response.js';
import { MethodNotAllowed, READ_METHODS } from '../http/http.errors.js';
import { DatabaseUnavailable } from '../http/request.errors.js';
import type { Metrics } from './metrics.js';
import { NotStarted, ProcessStopping } from './ops.errors.js';
import type { Health } from './route-health.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The state of a process that its probes report. */
export interface ProbedProcess {
  /** Whether its session thread, if it has one, has started. */
  readonly hasStarted: boolean;
  /** Whether it is shutting down, so that callers should use another process. */
  readonly isStopping: boolean;
}

interface OpsParts {
  process: ProbedProcess;
  database: Health;
  metrics: Metrics;
  access: MetricsAccess;
}

interface Content {
  type: string;
  text: string;
}

const OK: Content = { type: JSON_TYPE, text: '{"status":"ok"}' };

/**
 * Serves `/livez`, `/startupz`, `/readyz` and `/metrics` in every role, without Nest. The state of WhatsApp does not
 * affect the probes: it is not a reason to restart a process or to send readers to another one.
 */
export class OpsRoutes {
  private readonly routes: Record<string, (headers: IncomingHttpHeaders) => Promise<Content>> = {
    '/livez': async () => OK,
    '/startupz': async () => (this.parts.process.hasStarted ? OK : this.ready()),
    '/readyz': () => this.ready(),
    '/metrics': (headers) => this.metrics(headers),
  };

  constructor(private readonly parts: OpsParts) {}

  /** Responds to a request for one of these routes. Returns false for other requests. */
  handle({ url = '', method = '', headers }: IncomingMessage, response: ServerResponse): boolean {
    const [path = ''] = url.split('?');
    const route = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    if (!route) return false;
    response.setHeader('Cache-Control', 'no-store');
    if (method !== 'GET' && method !== 'HEAD') {
      sendError(response, new MethodNotAllowed(method, READ_METHODS));
      return true;
    }
    route(headers)
      .then(
        ({ type, text }) => void response.setHeader('Content-Type', type).end(text),
        (error: unknown) => (error instanceof DomainError ? sendError(response, error) : response.destroy()),
      )
      .catch(() => response.destroy());
    return true;
  }

  /** @throws ProcessStopping, DatabaseUnavailable, NotStarted */
  private async ready(): Promise<Content> {
    const { database, process } = this.parts;
    if (process.isStopping) throw new ProcessStopping();
    const problem = await database.problem();
    if (problem) throw new DatabaseUnavailable(problem.message);
    if (!process.hasStarted) throw new NotStarted();
    return OK;
  }

  private async metrics(headers: IncomingHttpHeaders): Promise<Content> {
    const { access, metrics } = this.parts;
    await access.require(headers).catch((error: unknown) => {
      throw error instanceof DomainError ? error : new DatabaseUnavailable();
    });
    return { type: metrics.contentType, text: await metrics.text() };
  }
}

function sendError(response: ServerResponse, error: DomainError): void {
  for (const [name, value] of Object.entries(headersOf(error))) response.setHeader(name, value);
  sendBody(response, bodyOf(error));
}

export function sendBody(response: ServerResponse, body: ErrorDto): void {
  response.statusCode = body.statusCode;
  response.setHeader('Content-Type', JSON_TYPE).end(JSON.stringify(body));
}
