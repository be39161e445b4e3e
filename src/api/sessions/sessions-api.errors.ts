import { DomainError } from '../../kernel/errors/domain-error.js';

export class SessionExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'session_exists';

  constructor(name: string) {
    super(`There is a session ${JSON.stringify(name)} already: GET /sessions/${name} says how it is.`);
  }
}

export class DefaultSessionStays extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'default_session_stays';

  constructor() {
    super(
      'The session "default" always exists and cannot be deleted. DELETE /session unlinks its account; ' +
        'its contacts stay until another account is linked.',
    );
  }
}

export class NoQr extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'no_qr';

  constructor(why: string) {
    super(`There is no QR code to scan: ${why}`);
  }
}

export class QrTypeNotAcceptable extends DomainError {
  readonly kind = 'not-acceptable';
  readonly code = 'not_acceptable';

  constructor() {
    super('Accept must allow image/png, image/svg+xml or text/plain.');
  }
}

export class NoPairingCode extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'no_pairing_code';

  constructor() {
    super(
      'There is no pairing code to enter. Ask for one: POST /session/pairing-code {"phone": "491701234567"}.',
    );
  }
}

export class SessionNotAnswering extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'session_not_answering';

  constructor() {
    super('The WhatsApp session does not answer at the moment. See /session, and try again shortly.');
  }
}
