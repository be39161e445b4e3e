/** IQ error code for too many requests (`rate-overlimit`). */
export const TOO_MANY_REQUESTS = 429;

/**
 * Returns the code of an error that WhatsApp returned for an IQ; null for other errors, for example a closed
 * connection. Baileys' `assertNodeErrorFree` stores the code in `data`.
 */
export function iqErrorCode(error: unknown): number | null {
  const code = (error as { data?: unknown } | null)?.data;
  return typeof code === 'number' && Number.isInteger(code) ? code : null;
}
