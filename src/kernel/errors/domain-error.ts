/** Categories of errors, independent of HTTP. */
export type DomainErrorKind =
  | 'invalid'
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'wrong-method'
  | 'not-acceptable'
  | 'conflict'
  | 'unprocessable'
  | 'gone'
  | 'moved'
  | 'unsupported'
  | 'limited'
  | 'unavailable';

/** An error whose message is shown to the caller: what is wrong, and how to fix it. */
export abstract class DomainError extends Error {
  abstract readonly kind: DomainErrorKind;

  /** Stable identifier for programs. */
  abstract readonly code: string;

  /** Seconds after which the same request may succeed; undefined if unknown, null if waiting does not help. */
  readonly retryAfterSeconds?: number | null;

  /** Headers of the HTTP response. */
  readonly headers?: Readonly<Record<string, string>>;
}
