import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';

/** WhatsApp asks for fewer requests. */
export class RateLimited extends Error {
  constructor() {
    super('WhatsApp says that it was asked too much (429)');
  }
}

/** The same error, or what its code means. */
export function asRateLimited(error: unknown): unknown {
  return iqErrorCode(error) === TOO_MANY_REQUESTS ? new RateLimited() : error;
}
