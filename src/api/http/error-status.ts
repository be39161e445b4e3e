import type { DomainErrorKind } from '../../kernel/errors/domain-error.js';

/** The HTTP status of each kind. */
export const STATUS_OF: Record<DomainErrorKind, number> = {
  invalid: 400,
  unauthorised: 401,
  forbidden: 403,
  'not-found': 404,
  'not-acceptable': 406,
  conflict: 409,
  gone: 410,
  unsupported: 415,
  limited: 429,
  unavailable: 503,
};

/** Databases and sessions that are away are back within seconds as a rule. */
export const RETRY_UNAVAILABLE_AFTER_SECONDS = 5;
