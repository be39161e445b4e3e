import { STATUS_CODES } from 'node:http';

/** The body of every error. */
export class ErrorDto {
  /** The HTTP status once more. */
  statusCode: number;
  /** Its reason phrase. */
  error: string;
  /** For people: what was wrong, what is right. It may change at any time. */
  message: string;
  /** For programs: what went wrong. It stays the same when the message changes. */
  code: string;
}

/** What stands in the body of an error, in the order of its fields. */
export function errorBody(statusCode: number, code: string, message: string): ErrorDto {
  return { statusCode, error: STATUS_CODES[statusCode] ?? 'Error', message, code };
}
