import type { Request } from 'express';
import type { ErrorDto } from './error.dto.js';
import type { ProblemDto } from './problem.dto.js';

export const PROBLEM_TYPE = 'application/problem+json';
const URN = 'urn:whatsapp-contacts:error:';

/** Returns whether the client prefers problem details (RFC 9457) to the usual form of errors. */
export function prefersProblem(request: Request): boolean {
  return request.accepts(['application/json', PROBLEM_TYPE]) === PROBLEM_TYPE;
}

export function toProblem({ statusCode: status, error: title, message: detail, code }: ErrorDto): ProblemDto {
  return { type: `${URN}${code}`, title, status, detail, code };
}
