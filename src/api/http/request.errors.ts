import { DomainError } from '../../kernel/errors/domain-error.js';

/** A parameter or a body is not of its form. */
export class InvalidRequest extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_request';
}

/** The database cannot be reached, restarts, or takes no writes. */
export class DatabaseUnavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'database_unavailable';

  constructor() {
    super('The database is not available at the moment. Try again shortly.');
  }
}

/** The database has ended a query because it took too long. */
export class DatabaseTooSlow extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'database_too_slow';

  constructor() {
    super('The database took too long for this. Try again shortly, or ask for less.');
  }
}

/** A fault of ours; the log says more. */
export class UnexpectedError extends Error {
  constructor(requestId: string) {
    super(`Unexpected error. The log says more under the request id ${requestId}.`);
  }
}
