import { DomainError } from '../../kernel/errors/domain-error.js';

export class SessionExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'session_exists';

  constructor(name: string) {
    super(`Session ${JSON.stringify(name)} already exists. GET /sessions/${name} returns its status.`);
  }
}

export class DefaultSessionStays extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'default_session_stays';

  constructor() {
    super(
      'Session "default" cannot be deleted. Use DELETE /session to unlink its account; ' +
        'the contacts stay until another account is linked.',
    );
  }
}

export class NoQr extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'no_qr';

  /** @param reason sentence */
  constructor(reason: string) {
    super(`No QR code is available. ${reason}`);
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
      'No pairing code is active. Request one, for example with POST /session/pairing-code {"phone": "491701234567"}.',
    );
  }
}

export class SessionNotAnswering extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'session_not_answering';

  constructor() {
    super('The WhatsApp session does not respond. Check /session, and try again in a few seconds.');
  }
}
