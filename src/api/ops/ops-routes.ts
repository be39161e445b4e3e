import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricsAccess } from '../access/metrics-access.js';
import type { DatabaseHealth } from '../../database/database.health.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { RETRY_UNAVAILABLE_AFTER_SECONDS, STATUS_OF } from '../http/error-status.js';
import { errorBody } from '../http/error.dto.js';
import { DatabaseUnavailable } from '../http/request.errors.js';
import type { Metrics } from './metrics.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** A process, as far as its probes go. */
export interface ProbedProcess {
  /** Whether it is ready for the other probes. */
  readonly hasStarted: boolean;
  /** Whether it is about to stop, so that callers should go to another. */
  readonly isStopping: boolean;
}

interface OpsParts {
  process: ProbedProcess;
  database: DatabaseHealth;
  metrics: Metrics;
  access: MetricsAccess;
}

interface Problem {
  code: string;
  message: string;
}

/**
 * `/livez`, `/startupz`, `/readyz` and `/metrics`, the same in every role. WhatsApp being away or unlinked is no reason to restart a
 * process, or to send readers elsewhere.
 */
export class OpsRoutes {
  private readonly routes: Record<
    string,
    (request: IncomingMessage, response: ServerResponse) => Promise<void>
  > = {
    '/livez': async (_, response) => sendProbe(response, null),
    '/startupz': async (_, response) =>
      sendProbe(response, this.parts.process.hasStarted ? null : await this.problem()),
    '/readyz': async (_, response) => sendProbe(response, await this.problem()),
    '/metrics': (request, response) => this.sendMetrics(request, response),
  };

  constructor(private readonly parts: OpsParts) {}

  /** @returns whether the request is for one of these routes, and is being answered */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '', method } = request;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const [path = ''] = url.split('?');
    const answer = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    if (!answer) return false;
    response.setHeader('Cache-Control', 'no-store');
    answer(request, response).catch(() => response.destroy());
    return true;
  }

  private async problem(): Promise<Problem | null> {
    const { database, process } = this.parts;
    if (process.isStopping) return { code: 'stopping', message: 'This process is stopping. Ask another.' };
    const message = await database.problem();
    return message ? { code: 'database_unavailable', message } : this.startProblem();
  }

  private startProblem(): Problem | null {
    if (this.parts.process.hasStarted) return null;
    const message = 'The sessions have not started yet. The log says more if this lasts.';
    return { code: 'not_started', message };
  }

  private async sendMetrics({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { access, metrics } = this.parts;
    try {
      await access.require(headers);
    } catch (error) {
      return sendRefusal(response, error);
    }
    const text = await metrics.text();
    response.setHeader('Content-Type', metrics.contentType);
    response.end(text);
  }
}

function sendProbe(response: ServerResponse, problem: Problem | null): void {
  if (problem) return sendError(response, 503, problem);
  response.setHeader('Content-Type', JSON_TYPE);
  response.end('{"status":"ok"}');
}

/** Without the database, no key but the one in API_KEY can be checked. */
function sendRefusal(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof DomainError ? error : new DatabaseUnavailable();
  for (const [name, value] of Object.entries(refusal.headers ?? {})) response.setHeader(name, value);
  sendError(response, STATUS_OF[refusal.kind], refusal);
}

export function sendError(response: ServerResponse, statusCode: number, { code, message }: Problem): void {
  response.statusCode = statusCode;
  response.setHeader('Content-Type', JSON_TYPE);
  if (statusCode === 503) response.setHeader('Retry-After', String(RETRY_UNAVAILABLE_AFTER_SECONDS));
  response.end(JSON.stringify(errorBody(statusCode, code, message)));
}
