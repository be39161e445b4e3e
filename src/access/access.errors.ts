import { DomainError } from '../kernel/errors/domain-error.js';
import type { Scope } from './scopes.js';

const CHALLENGE = 'Bearer realm="whatsapp-contacts"';

export class KeyMissing extends DomainError {
  readonly kind = 'unauthorised';
  readonly code = 'key_missing';
  override readonly headers = { 'WWW-Authenticate': CHALLENGE };

  constructor() {
    super('This needs an API key: send "Authorization: Bearer <key>" or "X-API-Key: <key>".');
  }
}

export class KeyInvalid extends DomainError {
  readonly kind = 'unauthorised';
  readonly code = 'key_invalid';
  override readonly headers = { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` };

  constructor() {
    super('The API key is not valid: it is mistyped, expired or deleted.');
  }
}

export class ScopeMissing extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'scope_missing';

  constructor(scope: Scope) {
    super(`This needs the scope ${scope}, which the API key does not have.`);
  }
}

export class SessionNotAllowed extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'session_not_allowed';

  constructor(session: string, allowed: readonly string[]) {
    super(
      `The API key is not for the session "${session}", but for ${allowed.join(', ')} only, as in /sessions/${allowed[0]}/….`,
    );
  }
}

export class TooManyRequests extends DomainError {
  readonly kind = 'limited';

  constructor(
    readonly code: 'key_limited' | 'pairing_limited',
    message: string,
    override readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}

export class KeyNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'key_not_found';

  constructor(id: string) {
    super(`There is no API key with the id ${JSON.stringify(id)}. GET /keys lists those that exist.`);
  }
}

export class KeyRequestInvalid extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_request';
}

export class KeysNotInUse extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'keys_not_in_use';

  constructor() {
    super(
      'No keys are in use, so that everybody may do everything. Start the service with API_KEY set to a secret of ' +
        'your own; with that key you can create others.',
    );
  }
}

/** The request was sent to a name that is not known to be this service's. */
export class ForeignHost extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'host_not_allowed';

  constructor(host: string) {
    super(
      `The host ${JSON.stringify(host)} is not known to be this service's, and no API keys are in use. Name it in ` +
        'ALLOWED_HOSTS, or set API_KEY.',
    );
  }
}

export class ForeignPage extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'page_not_allowed';

  constructor() {
    super(
      'Pages of other sites may not change anything here while no API keys are in use. Set API_KEY, and send it.',
    );
  }
}

export class BodyNotJson extends DomainError {
  readonly kind = 'unsupported';
  readonly code = 'body_not_json';

  constructor(given: string | undefined) {
    super(
      `The body is ${given ? JSON.stringify(given) : 'of no type'}; it must be JSON: Content-Type: application/json.`,
    );
  }
}
