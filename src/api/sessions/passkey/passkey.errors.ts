import { DomainError } from '../../../kernel/errors/domain-error.js';

export class NoPasskey extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'no_passkey';

  constructor(why: string) {
    super(`No passkey is asked for: ${why}`);
  }
}

export class WrongToken extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'token_invalid';

  constructor() {
    super('This token is of a passkey ceremony that has ended. GET /session/passkey gives the current one.');
  }
}

/** A page of another origin has to show that it was given the token. */
export class TokenRequired extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'token_required';

  constructor() {
    super('From another origin the token is needed: Authorization: Bearer <token of GET /session/passkey>.');
  }
}
