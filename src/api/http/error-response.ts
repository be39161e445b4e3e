import { STATUS_CODES } from 'node:http';
import type { DomainError, DomainErrorKind } from '../../kernel/errors/domain-error.js';
import type { ErrorDto } from './error.dto.js';

const STATUS_OF: Record<DomainErrorKind, number> = {
  moved: 308,
  invalid: 400,
  unauthorised: 401,
  forbidden: 403,
  'not-found': 404,
  'wrong-method': 405,
  'not-acceptable': 406,
  conflict: 409,
  gone: 410,
  unsupported: 415,
  unprocessable: 422,
  limited: 429,
  unavailable: 503,
};

/** Unavailable databases and sessions usually recover within seconds. */
const RETRY_UNAVAILABLE_AFTER_SECONDS = 5;

/** Returns the body of an error response. */
export function errorBody(statusCode: number, code: string, message: string): ErrorDto {
  return { statusCode, error: STATUS_CODES[statusCode] ?? 'Error', message, code };
}

export function bodyOf({ kind, code, message }: DomainError): ErrorDto {
  return errorBody(STATUS_OF[kind], code, message);
}

/** Returns the body for a bug or an unknown failure. The log contains the error under this request ID. */
export function unexpectedErrorBody(requestId: string): ErrorDto {
  return errorBody(
    500,
    'unexpected_error',
    `Unexpected error. The log describes it under request ID ${requestId}.`,
  );
}

/** Returns the response headers of an error, except `Content-Type`. */
export function headersOf({ kind, headers, retryAfterSeconds }: DomainError): Record<string, string> {
  const usual = kind === 'unavailable' ? RETRY_UNAVAILABLE_AFTER_SECONDS : null;
  const seconds = retryAfterSeconds === undefined ? usual : retryAfterSeconds;
  return { ...headers, ...(seconds !== null && { 'Retry-After': String(seconds) }) };
}
