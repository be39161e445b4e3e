import type { LinkFailure } from '../linking/link-failure.js';
import { type Ending, endingOf } from './disconnect-reasons.js';
import type { ClosedConnection } from './whatsapp-socket.js';

/** Baileys' code for a connection that the other side has closed in good order. */
const CONNECTION_CLOSED = 428;
/** Baileys' code for a device that has unlinked itself. */
const LOGGED_OUT = 401;

/** What a connection was for: the linked device, a device to be linked, or one that must not be linked. */
export type Purpose = 'linked' | 'linking' | 'unlinking';

/** How a connection of a session has ended. */
export interface Closed extends ClosedConnection {
  purpose: Purpose;
  /** Why an attempt to link came to nothing; null when there was none. */
  failure: LinkFailure | null;
  /** Whether WhatsApp had let the device wait to be linked, and nobody has linked it. */
  wasWaiting: boolean;
}

/** Baileys ends the connection itself once it has told WhatsApp that the device is unlinked. */
export function isOwnLogout({ by, code }: Closed): boolean {
  return by === 'client' && code === LOGGED_OUT;
}

/** Next step after an attempt to link; null if the way the connection ended determines it. */
export function afterAttempt(closed: Closed): Ending | null {
  const { failure, wasWaiting, by, code } = closed;
  if (endingOf(closed).action === 'update') return null;
  if (failure) {
    const { code: reasonCode, message: reason, advice, isSomebodyThere } = failure;
    return { action: isSomebodyThere ? 'link-again' : 'offer', code: reasonCode, reason, advice };
  }
  // WhatsApp closes the connection of a device that nobody links (whatsmeow pair-code.go); that is no fault.
  const isPatienceOver = wasWaiting && by === 'client' && code === CONNECTION_CLOSED;
  return isPatienceOver
    ? { action: 'offer', code: 'link_not_begun', reason: 'Nobody scanned the QR code in time.', advice: null }
    : null;
}
