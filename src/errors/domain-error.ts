/** What went wrong, in the words of this service; the filter knows the HTTP status of each kind. */
export type DomainErrorKind =
  | 'invalid'
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'unsupported'
  | 'limited'
  | 'unavailable';

/** An error whose message is meant for the caller: what was wrong, what is right. */
export abstract class DomainError extends Error {
  abstract readonly kind: DomainErrorKind;

  /** After how many seconds the same request may succeed; undefined when nobody can tell. */
  readonly retryAfterSeconds?: number;

  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}
