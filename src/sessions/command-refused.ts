import { DomainError, type DomainErrorKind } from '../errors/domain-error.js';

/** The session role could not do what the API asked of it; the message says why, and what to do. */
export class CommandRefused extends DomainError {
  constructor(
    readonly kind: DomainErrorKind,
    message: string,
  ) {
    super(message);
  }
}
