import { CommandRefused } from '../../sessions/command-refused.js';
import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';

/** Returns WhatsApp's code and text for a refused query, or why there was no response, as part of a sentence. */
export function reasonOf(error: unknown): string {
  const code = iqErrorCode(error);
  const { message } = error as Error;
  return code === null ? message : `error ${code} (${message})`;
}

/**
 * Returns the error for the caller when a request for a pairing code has failed. WhatsApp returns a code without a
 * reason; the meaning of each code is from public reports (Baileys #2560 and #2769, OpenWA #1666).
 */
export function codeRefusal(error: unknown, displayName: string): CommandRefused {
  const code = iqErrorCode(error);
  const refused = `WhatsApp refused the pairing code with ${reasonOf(error)}`;
  switch (code) {
    case null:
      return new CommandRefused(
        'unavailable',
        'whatsapp_not_answering',
        `WhatsApp did not respond to the request for a pairing code: ${reasonOf(error)}. Try again in a few seconds.`,
      );
    case TOO_MANY_REQUESTS:
      return new CommandRefused(
        'limited',
        'whatsapp_limited',
        `${refused}: too many codes were requested. Wait for an hour, or scan the QR code at /session/qr.`,
      );
    case 400:
      return new CommandRefused(
        'invalid',
        'pairing_refused',
        `${refused}. Check that "phone" is the number of a WhatsApp account with country code, for example ` +
          `"491701234567", and that WhatsApp accepts the client name: DEVICE_NAME is "${displayName}", the default ` +
          'is "Chrome (Mac OS)". The QR code at /session/qr requires neither.',
      );
    default:
      return new CommandRefused(
        'conflict',
        'pairing_refused',
        `${refused}. Check that the number has WhatsApp, or scan the QR code at /session/qr.`,
      );
  }
}
