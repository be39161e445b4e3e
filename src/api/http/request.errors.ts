import { DomainError } from '../../kernel/errors/domain-error.js';

/** A parameter or a body is malformed. */
export class InvalidRequest extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_request';
}

/** The database cannot be reached, restarts, or is read-only. */
export class DatabaseUnavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'database_unavailable';

  constructor(message = 'The database is not available. Try again in a few seconds.') {
    super(message);
  }
}

/** The database canceled a query because it took too long. */
export class DatabaseTooSlow extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'database_too_slow';

  constructor() {
    super('The database query took too long. Try again later, or request less data.');
  }
}
