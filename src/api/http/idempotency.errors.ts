import { DomainError } from '../../kernel/errors/domain-error.js';

/** Longer than any of these requests takes. */
const RUNNING_SECONDS = 60;
const RETRY_AFTER_SECONDS = 1;

/** A request with the same key was sent before, with another body. */
export class IdempotencyKeyReused extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'idempotency_key_reused';

  constructor() {
    super(
      'This Idempotency-Key was used for a request with another body. Use a new key for each request, for example a ' +
        'UUID.',
    );
  }
}

/** An earlier request with the same key is running, or ended without a response that could be stored. */
export class RequestInProgress extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'request_in_progress';
  override readonly retryAfterSeconds: number | null;

  constructor(ageSeconds: number) {
    const isRunning = ageSeconds < RUNNING_SECONDS;
    super(
      isRunning
        ? 'An earlier request with this Idempotency-Key has not finished yet. Try again in a second.'
        : 'An earlier request with this Idempotency-Key did not finish, so it may have taken effect. List the ' +
            'resources to check, then use a new key.',
    );
    this.retryAfterSeconds = isRunning ? RETRY_AFTER_SECONDS : null;
  }
}

/** Stored responses take space until they expire. */
export class TooManyIdempotencyKeys extends DomainError {
  readonly kind = 'limited';
  readonly code = 'idempotency_limited';

  constructor(limit: number) {
    super(
      `You have used ${limit} values of Idempotency-Key in 24 hours, the limit per caller. Send the request without ` +
        'the header, or try again later.',
    );
  }
}
