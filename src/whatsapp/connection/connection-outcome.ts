import type { LinkFailure } from '../linking/link-failure.js';
import { type DisconnectReason, disconnectReasonOf } from './disconnect-reasons.js';
import type { ClosedConnection } from './whatsapp-socket.js';

/** Baileys' code for a connection that the server has closed normally. */
const CONNECTION_CLOSED = 428;
/** Baileys' code for a device that has unlinked itself. */
const LOGGED_OUT = 401;

/** Purpose of a connection: use the linked device, link a device, or unlink a device that must not be linked. */
export type Purpose = 'linked' | 'linking' | 'unlinking';

/** How a connection of a session ended. */
export interface ConnectionOutcome extends ClosedConnection {
  purpose: Purpose;
  /** Why an attempt to link failed; null if there was none. */
  failure: LinkFailure | null;
  /** Whether WhatsApp was ready to link the device, and no user has linked it. */
  wasWaiting: boolean;
}

/** Returns whether the device has unlinked itself; Baileys then closes the connection. */
export function isOwnLogout({ by, code }: ConnectionOutcome): boolean {
  return by === 'client' && code === LOGGED_OUT;
}

/** Returns the disconnect reason of an attempt to link; null if only the end of the connection determines it. */
export function linkingReasonOf(outcome: ConnectionOutcome): DisconnectReason | null {
  const { failure, wasWaiting, by, code } = outcome;
  if (disconnectReasonOf(outcome).action === 'update') return null;
  if (failure) {
    const { code: reasonCode, message: reason, advice, isUserPresent } = failure;
    return { action: isUserPresent ? 'link-again' : 'offer', code: reasonCode, reason, advice };
  }
  // WhatsApp closes the connection of a device that is not linked for a while (whatsmeow pair-code.go).
  const isTimeout = wasWaiting && by === 'client' && code === CONNECTION_CLOSED;
  return isTimeout
    ? {
        action: 'offer',
        code: 'link_not_begun',
        reason: 'The QR code was not scanned in time.',
        advice: null,
      }
    : null;
}
