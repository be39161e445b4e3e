import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';

/** WhatsApp limits the rate of requests. */
export class RateLimited extends Error {
  constructor() {
    super('WhatsApp has limited the rate of requests (429)');
  }
}

/** Returns RateLimited if the error has this meaning, otherwise the error itself. */
export function asRateLimited(error: unknown): unknown {
  return iqErrorCode(error) === TOO_MANY_REQUESTS ? new RateLimited() : error;
}
