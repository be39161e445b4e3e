import { DomainError } from '../../errors/domain-error.js';

export class SessionExists extends DomainError {
  readonly kind = 'conflict';

  constructor(name: string) {
    super(`There is a session ${JSON.stringify(name)} already: GET /sessions/${name} says how it is.`);
  }
}

export class DefaultSessionStays extends DomainError {
  readonly kind = 'conflict';

  constructor() {
    super(
      'The session "default" always exists and cannot be deleted. DELETE /session unlinks its account; ' +
        'its contacts stay until another account is linked.',
    );
  }
}

export class NoQr extends DomainError {
  readonly kind = 'not-found';

  constructor(why: string) {
    super(`There is no QR code to scan: ${why}`);
  }
}

export class NoPairingCode extends DomainError {
  readonly kind = 'not-found';

  constructor() {
    super(
      'There is no pairing code to enter. Ask for one: POST /session/pairing-code {"phone": "491701234567"}.',
    );
  }
}

export class SessionNotAnswering extends DomainError {
  readonly kind = 'unavailable';

  constructor() {
    super('The WhatsApp session does not answer at the moment. See /session, and try again shortly.');
  }
}
