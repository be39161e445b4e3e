/** Code of an IQ's error for having asked too much (`rate-overlimit`). */
export const TOO_MANY_REQUESTS = 429;

/**
 * The code of the error with which WhatsApp has refused an IQ; null when the error is of another kind, for example
 * that the connection was closed. Baileys' `assertNodeErrorFree` puts the code into the error's `data`.
 */
export function iqErrorCode(error: unknown): number | null {
  const code = (error as { data?: unknown } | null)?.data;
  return typeof code === 'number' && Number.isInteger(code) ? code : null;
}
