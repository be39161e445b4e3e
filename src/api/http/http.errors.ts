import { DomainError } from '../../kernel/errors/domain-error.js';

const RETRY_AFTER_SECONDS = 5;

/** One caller exceeds their share of concurrent requests. */
export class TooManyAtOnce extends DomainError {
  readonly kind = 'limited';
  readonly code = 'too_many_at_once';
  override readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(what: string, limit: number) {
    super(
      `You are already reading ${limit} ${what}, the limit per caller. Finish one, or try again in a few seconds.`,
    );
  }
}

/** All callers together exceed the number of concurrent requests that the database can serve. */
export class TooBusy extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'too_busy';
  override readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(what: string, limit: number) {
    super(
      `Other callers are reading ${limit} ${what}, the limit of this process. Try again in a few seconds.`,
    );
  }
}
