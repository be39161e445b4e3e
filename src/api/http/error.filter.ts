import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { logContext } from '../../kernel/logging/log-context.js';
import { isDatabaseUnavailable, isTooSlow } from '../../database/database-errors.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { RETRY_UNAVAILABLE_AFTER_SECONDS, STATUS_OF } from './error-status.js';
import { errorBody } from './error.dto.js';
import { LastingFailure } from '../../kernel/errors/lasting-failure.js';
import { prefixOf, withPathPrefix } from './paths-in-text.js';
import { DatabaseTooSlow, DatabaseUnavailable, UnexpectedError } from './request.errors.js';
import { requestIdOf } from './request-id.js';

/** Codes of errors that are raised by Nest, the router and the body parser, by their status. */
const CODES: Record<number, string> = {
  400: 'invalid_request',
  404: 'route_not_found',
  406: 'not_acceptable',
  413: 'body_too_large',
  415: 'body_not_json',
};

interface Explained {
  statusCode: number;
  code: string;
  message: string;
}

/**
 * Every error as an ErrorDto. What is unexpected shows nothing but the id of the request, which stands in the log.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);
  private readonly asking = new LastingFailure(this.logger, 'Asking the database');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { path, params } = host.switchToHttp().getRequest<Request<{ session?: string }>>();
    const { session = 'default' } = params;
    const requestId = requestIdOf(response);
    const explained = logContext.run({ session, requestId }, () => this.explain(error, requestId));
    const { statusCode, code } = explained;
    const message = withPathPrefix(explained.message, prefixOf(path));
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const told = error instanceof DomainError ? error.retryAfterSeconds : undefined;
    const retryAfter = told ?? (statusCode === 503 ? RETRY_UNAVAILABLE_AFTER_SECONDS : undefined);
    response.removeHeader('ETag');
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    if (error instanceof DomainError && error.headers) response.set(error.headers);
    response.status(statusCode).json(errorBody(statusCode, code, message));
  }

  private explain(error: unknown, requestId: string): Explained {
    if (error instanceof DomainError) return ofDomain(error);
    if (error instanceof HttpException) return withCode(error.getStatus(), textOf(error));
    const statusCode = httpStatusOf(error);
    if (statusCode) return withCode(statusCode, (error as Error).message);
    if (isDatabaseUnavailable(error)) {
      this.asking.failed(error);
      return ofDomain(new DatabaseUnavailable());
    }
    if (isTooSlow(error)) return ofDomain(new DatabaseTooSlow());
    this.logger.error('Unexpected error', (error as Error).stack);
    return { statusCode: 500, code: 'unexpected_error', message: new UnexpectedError(requestId).message };
  }
}

function ofDomain({ kind, code, message }: DomainError): Explained {
  return { statusCode: STATUS_OF[kind], code, message };
}

function withCode(statusCode: number, message: string): Explained {
  return { statusCode, code: CODES[statusCode] ?? 'invalid_request', message };
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
