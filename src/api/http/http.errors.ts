import { DomainError } from '../../kernel/errors/domain-error.js';

const RETRY_AFTER_SECONDS = 5;

/** One caller asks for more at once than their share. */
export class TooManyAtOnce extends DomainError {
  readonly kind = 'limited';
  readonly code = 'too_many_at_once';
  override readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(what: string, limit: number) {
    super(`You are reading ${limit} ${what} already. Read them to their end first, or try again shortly.`);
  }
}

/** All callers together ask for more at once than the database is given to do. */
export class TooBusy extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'too_busy';
  override readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(what: string, limit: number) {
    super(
      `Others are reading ${limit} ${what} at the moment, as many as this process serves at once. Try again shortly.`,
    );
  }
}
