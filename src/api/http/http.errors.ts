import { DomainError } from '../../kernel/errors/domain-error.js';

const RETRY_AFTER_SECONDS = 5;

/** One caller exceeds their share of concurrent requests. */
export class TooManyAtOnce extends DomainError {
  readonly kind = 'limited';
  readonly code = 'too_many_at_once';
  override readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(what: string, limit: number) {
    super(
      `You already have ${limit} requests for ${what} running, the limit per caller. Wait for one to finish, or try ` +
        'again in a few seconds.',
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
      `All callers together have ${limit} requests for ${what} running, the limit of this process. Try again in a ` +
        'few seconds.',
    );
  }
}

/** The methods of probes, metrics and static files. */
export const READ_METHODS = ['GET', 'HEAD'];

/** The path exists, but not with this method. */
export class MethodNotAllowed extends DomainError {
  readonly kind = 'wrong-method';
  readonly code = 'method_not_allowed';
  override readonly headers: Readonly<Record<'Allow', string>>;

  /** @param allowed methods of the path */
  constructor(method: string, allowed: readonly string[]) {
    super(`This path does not support ${method}. Use ${allowed.join(', ')}; /api-docs lists all routes.`);
    this.headers = { Allow: allowed.join(', ') };
  }
}
