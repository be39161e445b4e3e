import type { ErrorCode } from './types.js';

/** Codes for which the page has texts. For other codes, it shows the message of the service. */
export const KNOWN_CODES = [
  'unreachable',
  'key_missing',
  'key_invalid',
  'scope_missing',
  'session_not_allowed',
  'key_limited',
  'database_unavailable',
  'database_too_slow',
  'too_busy',
  'too_many_at_once',
  'no_account_linked',
  'account_linked',
  'contact_not_found',
  'session_not_found',
  'session_exists',
  'host_not_allowed',
  'session_not_answering',
  'pairing_limited',
  'pairing_refused',
  'whatsapp_limited',
  'whatsapp_not_answering',
  'whatsapp_not_ready',
  'no_passkey',
  'wrong_step',
  'token_invalid',
  'invalid_assertion',
  'assertion_refused',
  'passkey_ended',
  'refresh_limited',
  'unexpected_error',
] as const satisfies readonly (ErrorCode | 'unreachable')[];

export type KnownCode = (typeof KNOWN_CODES)[number];

/** An error response of the service, or `unreachable`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

const OUTAGE_CODES: readonly string[] = [
  'unreachable',
  'database_unavailable',
  'database_too_slow',
] satisfies KnownCode[];

/** Whether the service or its database does not respond. Requests during one outage can fail with different codes. */
export function isOutage({ code }: ApiError): boolean {
  return OUTAGE_CODES.includes(code);
}

export function isKnown(code: string): code is KnownCode {
  return (KNOWN_CODES as readonly string[]).includes(code);
}
