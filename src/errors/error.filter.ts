import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { logContext } from '../config/log-context.js';
import { isDatabaseUnavailable, isTooSlow } from '../database/database-errors.js';
import { DomainError, type DomainErrorKind } from './domain-error.js';
import { LastingFailure } from './lasting-failure.js';
import { prefixOf, withPathPrefix } from './paths-in-text.js';

const STATUS: Record<DomainErrorKind, number> = {
  invalid: 400,
  unauthorised: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  unsupported: 415,
  limited: 429,
  unavailable: 503,
};

const RETRY_UNAVAILABLE_AFTER_SECONDS = 5;

/**
 * Every error as `{"statusCode", "error", "message"}`, as Nest writes its own. What is unexpected shows nothing but
 * an id that stands in the log.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);
  private readonly asking = new LastingFailure(this.logger, 'Asking the database');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { path, params } = host.switchToHttp().getRequest<Request<{ session?: string }>>();
    const { session = 'default' } = params;
    const { statusCode, message: text } = logContext.run({ session }, () => this.explain(error));
    const message = withPathPrefix(text, prefixOf(path));
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const told = error instanceof DomainError ? error.retryAfterSeconds : undefined;
    const retryAfter = told ?? (statusCode === 503 ? RETRY_UNAVAILABLE_AFTER_SECONDS : undefined);
    response.removeHeader('ETag');
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    if (error instanceof DomainError && error.headers) response.set(error.headers);
    response.status(statusCode).json({ statusCode, error: STATUS_CODES[statusCode], message });
  }

  private explain(error: unknown): { statusCode: number; message: string } {
    if (error instanceof DomainError) return { statusCode: STATUS[error.kind], message: error.message };
    if (error instanceof HttpException) return { statusCode: error.getStatus(), message: textOf(error) };
    const statusCode = httpStatusOf(error);
    if (statusCode) return { statusCode, message: (error as Error).message };
    if (isDatabaseUnavailable(error)) {
      this.asking.failed(error);
      return { statusCode: 503, message: 'The database is not available at the moment. Try again shortly.' };
    }
    if (isTooSlow(error))
      return {
        statusCode: 503,
        message: 'The database took too long for this. Try again shortly, or ask for less.',
      };
    const id = randomUUID();
    this.logger.error(`Unexpected error ${id}`, (error as Error).stack);
    return { statusCode: 500, message: `Unexpected error. The log says more under the id ${id}.` };
  }
}

/** Body parser and router of Express mark errors of the caller with a status. */
function httpStatusOf(error: unknown): number | null {
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  return expose === true && typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function textOf(error: HttpException): string {
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (Array.isArray(message)) return message.join('; ');
  return typeof message === 'string' ? message : error.message;
}
