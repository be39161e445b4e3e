import { DomainError } from '../kernel/errors/domain-error.js';
import { LINK_A_DEVICE } from './link-offer.js';

export class SessionNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'session_not_found';

  constructor(name: string) {
    super(
      `Session ${JSON.stringify(name)} does not exist. GET /sessions lists all sessions; POST /sessions ` +
        '{"name": "sales"} creates one.',
    );
  }
}

export class NoAccountLinked extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'no_account_linked';
  /** Only a user can link an account. */
  override readonly retryAfterSeconds = null;

  constructor() {
    super(
      'No WhatsApp account is linked yet. Open /session/qr in a browser and scan the QR code with the phone: ' +
        `${LINK_A_DEVICE}.`,
    );
  }
}

/** The account is linked through another session. Two links of one account would replace each other's connection. */
export class AccountLinkedElsewhere extends Error {
  constructor(
    readonly jid: string,
    readonly session: string,
  ) {
    super(`Account ${jid} is already linked through the session "${session}"`);
  }
}
