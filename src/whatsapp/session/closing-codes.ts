/** What to do after a connection has ended. */
export interface Ending {
  /**
   * - `restart`: connect again at once
   * - `retry`: connect again after a pause that grows
   * - `hold`: connect again after a long pause; something else wants this session
   * - `relink`: the link is gone; offer a new QR
   * - `stop`: do not connect again until the service is restarted or somebody asks
   */
  action: 'restart' | 'retry' | 'hold' | 'relink' | 'stop';
  /** Why the session is not open, one sentence for people. */
  reason: string;
  /** What the operator can do; null when it heals by itself. */
  advice: string | null;
}

const UPDATE = 'Update this service: WhatsApp no longer accepts the version of the client.';
const WAIT = null;

/**
 * What each closing code of a connection means: WhatsApp's stream errors, login failures and Baileys' own codes for
 * lost lines (`DisconnectReason`, `getCodeFromWSError`).
 */
const ENDINGS: Record<number, Ending> = {
  401: ending('relink', 'The phone has unlinked this device.', 'Scan the QR at /session/qr to link it again.'),
  403: ending('stop', 'WhatsApp has banned or locked the account.', 'Open WhatsApp on the phone and follow what it says.'),
  405: ending('hold', 'WhatsApp refuses this version of the client.', UPDATE),
  408: ending('retry', 'The connection to WhatsApp was lost or timed out.', WAIT),
  409: ending('retry', 'WhatsApp reports a conflict.', WAIT),
  411: ending('relink', 'The account does not use multi-device yet.', 'Update WhatsApp on the phone, then link again.'),
  428: ending('retry', 'The connection to WhatsApp was closed.', WAIT),
  440: ending(
    'hold',
    'Another program is connected with the same link and has replaced this one.',
    'Stop the other program, or unlink this device on the phone and link it again.',
  ),
  500: ending('retry', 'WhatsApp reports an internal error.', WAIT),
  503: ending('retry', 'WhatsApp is not available at the moment.', WAIT),
  515: ending('restart', 'WhatsApp asks for a new connection.', WAIT),
};

function ending(action: Ending['action'], reason: string, advice: string | null): Ending {
  return { action, reason, advice };
}

/** @param code of the connection's end; codes that nobody knows are taken for passing faults */
export function endingOf(code: number): Ending {
  return ENDINGS[code] ?? ending('retry', `The connection to WhatsApp ended with the unknown code ${code}.`, WAIT);
}
