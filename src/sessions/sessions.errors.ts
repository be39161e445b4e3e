import { DomainError } from '../kernel/errors/domain-error.js';

export class SessionNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'session_not_found';

  constructor(name: string) {
    super(
      `There is no session ${JSON.stringify(name)}. GET /sessions lists those that exist; ` +
        'POST /sessions {"name": "sales"} creates one.',
    );
  }
}

/** The account is linked through another session; of two links each would throw the other out of its place. */
export class AccountLinkedElsewhere extends Error {
  constructor(
    readonly jid: string,
    readonly session: string,
  ) {
    super(`The account ${jid} is linked through the session "${session}" already`);
  }
}
