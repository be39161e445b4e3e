import { DomainError } from '../errors/domain-error.js';

export class NoQr extends DomainError {
  readonly kind = 'not-found';

  constructor(why: string) {
    super(`There is no QR to scan: ${why}`);
  }
}

/** The session role could not do what was asked, for a reason that it gave. */
export class CommandRefused extends DomainError {
  readonly kind = 'conflict';
}

export class SessionNotAnswering extends DomainError {
  readonly kind = 'unavailable';

  constructor() {
    super('The WhatsApp session does not answer at the moment. See /session, and try again shortly.');
  }
}
