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
