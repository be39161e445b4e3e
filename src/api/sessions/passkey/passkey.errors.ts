import { DomainError } from '../../../kernel/errors/domain-error.js';

export class NoPasskey extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'no_passkey';

  /** @param reason sentence */
  constructor(reason = 'No account is being linked: see /session.') {
    super(`No passkey request is active. ${reason}`);
  }
}

export class WrongToken extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'token_invalid';

  constructor() {
    super('This token belongs to a passkey request that has ended. Use the token of GET /session/passkey.');
  }
}

/** Pages of other origins must prove that they have received the token. */
export class TokenRequired extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'token_required';

  constructor() {
    super(
      'Requests from other origins need the token of GET /session/passkey: send "Authorization: Bearer <token>".',
    );
  }
}

/** The assertion is not forwarded to WhatsApp. Another one can be created with the same options. */
export class InvalidAssertion extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_assertion';

  /** @param problem starts in lower case and ends with a period */
  constructor(problem: string) {
    super(`Invalid assertion: ${problem}`);
  }
}
