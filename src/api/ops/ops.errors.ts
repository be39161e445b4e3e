import { DomainError } from '../../kernel/errors/domain-error.js';

/** The session thread of this process has not started yet. */
export class NotStarted extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'not_started';

  constructor() {
    super('The sessions have not started yet. If this lasts, check the log.');
  }
}

/** This process is shutting down. */
export class ProcessStopping extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'stopping';

  constructor() {
    super('This process is shutting down. Send the request to another process.');
  }
}
