/** What went wrong, in the words of this service. */
export type DomainErrorKind =
  | 'invalid'
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'not-acceptable'
  | 'conflict'
  | 'gone'
  | 'unsupported'
  | 'limited'
  | 'unavailable';

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

/** An error whose message is meant for the caller: what was wrong, what is right. */
export abstract class DomainError extends Error {
  abstract readonly kind: DomainErrorKind;

  /** For programs: stays the same when the message changes. */
  abstract readonly code: string;

  /** After how many seconds the same request may succeed; undefined when nobody can tell. */
  readonly retryAfterSeconds?: number;

  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}
