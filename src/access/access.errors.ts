import { DomainError } from '../kernel/errors/domain-error.js';
import { type KeyBudget, rateLimitHeaders } from './key-budget.js';
import type { Scope } from './scopes.js';

const CHALLENGE = 'Bearer realm="whatsapp-contacts"';

export class KeyMissing extends DomainError {
  readonly kind = 'unauthorised';
  readonly code = 'key_missing';
  override readonly headers: Readonly<Record<string, string>>;

  /** @param parameters more parameters of the challenge, each after a comma */
  constructor(parameters = '') {
    super('This request requires an API key. Send "Authorization: Bearer <key>" or "X-API-Key: <key>".');
    this.headers = { 'WWW-Authenticate': `${CHALLENGE}${parameters}` };
  }
}

export class KeyInvalid extends DomainError {
  readonly kind = 'unauthorised';
  readonly code = 'key_invalid';
  override readonly headers: Readonly<Record<string, string>>;

  /** @param parameters more parameters of the challenge, each after a comma */
  constructor(parameters = '') {
    super(
      'Invalid API key or access token. It is mistyped, expired or deleted. Check it, or ask an administrator for a ' +
        'new one.',
    );
    this.headers = { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"${parameters}` };
  }
}

/** Tickets are valid for this time. */
export const TICKET_SECONDS = 60;

export class TicketInvalid extends DomainError {
  readonly kind = 'unauthorised';
  readonly code = 'ticket_invalid';
  override readonly headers = { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` };

  constructor() {
    super(
      `Invalid ticket. A ticket is valid for one request within ${TICKET_SECONDS} seconds, and only for its session. ` +
        'Create another one with POST /changes/stream-ticket.',
    );
  }
}

/** Tickets that are not used yet take space until they expire. */
export class TooManyTickets extends DomainError {
  readonly kind = 'limited';
  readonly code = 'tickets_limited';
  override readonly retryAfterSeconds = TICKET_SECONDS;

  constructor(limit: number) {
    super(
      `This API key has ${limit} unused tickets, the limit per key. Use them, or wait ${TICKET_SECONDS} seconds ` +
        'until they expire.',
    );
  }
}

export class ScopeMissing extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'scope_missing';
  override readonly headers: Readonly<Record<string, string>> | undefined;

  /** @param parameters more parameters of the challenge, each after a comma; without them, there is no challenge */
  constructor(scope: Scope, parameters = '') {
    super(
      `Missing scope ${scope}. Use an API key or access token that has this scope, or ask an administrator for one.`,
    );
    const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scope}"${parameters}`;
    this.headers = parameters ? { 'WWW-Authenticate': challenge } : undefined;
  }
}

export class AuthorizationServerUnavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'authorization_server_unavailable';

  constructor() {
    super('The keys of the authorization server cannot be read. Try again in a few seconds.');
  }
}

export class SessionNotAllowed extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'session_not_allowed';

  constructor(session: string, allowed: readonly string[]) {
    super(
      `This API key cannot access the session "${session}", only ${allowed.join(', ')}. Use a path such as ` +
        `/sessions/${allowed[0]}/…, or another key.`,
    );
  }
}

export class TooManyRequests extends DomainError {
  readonly kind = 'limited';

  constructor(
    readonly code: 'key_limited' | 'pairing_limited',
    message: string,
    override readonly retryAfterSeconds: number,
    override readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export function keyLimited(budget: KeyBudget): TooManyRequests {
  const { limit, resetSeconds } = budget;
  const message = `This API key is limited to ${limit} requests per minute. Retry after the seconds in Retry-After.`;
  return new TooManyRequests('key_limited', message, resetSeconds, rateLimitHeaders(budget));
}

export class KeyNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'key_not_found';

  constructor(id: string) {
    super(`API key ${JSON.stringify(id)} does not exist. GET /keys lists all keys.`);
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
      'No API keys are in use, so every client has all permissions. To create keys, start the service with API_KEY ' +
        'set, for example to the output of "openssl rand -hex 32", and use this key.',
    );
  }
}

/** The request was sent to a host name that is not configured. */
export class ForeignHost extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'host_not_allowed';

  constructor(host: string) {
    super(
      `Unknown host ${JSON.stringify(host)}. While no API keys are in use, only configured hosts are accepted: add ` +
        'it to ALLOWED_HOSTS, or set API_KEY.',
    );
  }
}

export class ForeignPage extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'page_not_allowed';

  constructor() {
    super('Pages of other sites cannot make changes while no API keys are in use. Set API_KEY, and send it.');
  }
}

export class BodyNotJson extends DomainError {
  readonly kind = 'unsupported';
  readonly code = 'body_not_json';

  constructor(contentType: string | undefined) {
    const problem = contentType
      ? `Unsupported Content-Type ${JSON.stringify(contentType)}`
      : 'Content-Type is missing';
    super(`${problem}. Send the body as JSON, with Content-Type: application/json.`);
  }
}
