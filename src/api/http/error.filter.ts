import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isDatabaseUnavailable, isTooSlow } from '../../database/database-errors.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import { logContext } from '../../kernel/logging/log-context.js';
import { basePathOf } from './base-path.js';
import type { ErrorDto } from './error.dto.js';
import { bodyOf, errorBody, headersOf, unexpectedErrorBody } from './error-response.js';
import { prefixOf, withBasePath, withPathPrefix } from './paths-in-text.js';
import { prefersProblem, PROBLEM_TYPE, toProblem } from './problem.js';
import { DatabaseTooSlow, DatabaseUnavailable } from './request.errors.js';
import { requestIdOf } from './request-id.js';

/** Codes of errors from Nest, the router and the body parser, by status. */
export const ROUTER_CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  404: 'route_not_found',
  406: 'not_acceptable',
  413: 'body_too_large',
  415: 'body_not_json',
};

/**
 * Returns every error as an ErrorDto or a ProblemDto. Unexpected errors are logged; callers get only the request ID.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly log = new Log(ErrorFilter.name);
  private readonly database = new FailureLog(this.log, 'Querying database');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const request = host.switchToHttp().getRequest<Request<{ session?: string }>>();
    const { session = 'default' } = request.params;
    const requestId = requestIdOf(response);
    const error = logContext.run({ session, requestId }, () => this.read(thrown, requestId));
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.removeHeader('ETag');
    if (error instanceof DomainError) response.set(headersOf(error));
    const body = error instanceof DomainError ? bodyOf(error) : error;
    const message = withBasePath(withPathPrefix(body.message, prefixOf(request.path)), basePathOf(request));
    const isProblem = prefersProblem(request);
    const sent = isProblem ? toProblem({ ...body, message }) : { ...body, message };
    response.vary('Accept').status(body.statusCode);
    response.type(isProblem ? PROBLEM_TYPE : 'application/json').json(sent);
  }

  private read(thrown: unknown, requestId: string): DomainError | ErrorDto {
    if (thrown instanceof DomainError) return thrown;
    if (thrown instanceof HttpException) return withCode(thrown.getStatus(), messageOf(thrown));
    const statusCode = httpStatusOf(thrown);
    if (statusCode) return withCode(statusCode, (thrown as Error).message);
    if (isDatabaseUnavailable(thrown)) {
      this.database.failed(thrown);
      return new DatabaseUnavailable();
    }
    if (isTooSlow(thrown)) return new DatabaseTooSlow();
    this.log.error({ err: thrown }, 'Handling request failed');
    return unexpectedErrorBody(requestId);
  }
}

function withCode(statusCode: number, message: string): ErrorDto {
  return errorBody(statusCode, ROUTER_CODES[statusCode] ?? 'invalid_request', message);
}

/** Returns the status that Express' body parser and router attach to errors of the caller; null for other errors. */
function httpStatusOf(error: unknown): number | null {
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  return expose === true && typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function messageOf(error: HttpException): string {
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (Array.isArray(message)) return message.join('; ');
  return typeof message === 'string' ? message : error.message;
}
