import type { ReasonCode } from '../../sessions/reason-code.js';
import type { ConnectionEnd, EndedBy } from './connection-end.js';

/** What to do after a connection has ended. */
export interface Ending {
  /**
   * - `restart`: connect again at once
   * - `retry`: connect again after a pause that grows
   * - `hold`: connect again after a pause of minutes that grows; another program uses this session, or WhatsApp asks for it
   * - `update`: connect again as the newest version of the client, when there is one; otherwise as `stop`
   * - `offer`: nobody has scanned; show new QRs
   * - `link-again`: an attempt to link has failed; offer another one soon
   * - `relink`: the link is gone; forget it and offer a new QR
   * - `stop`: only a person can help; look again a few times a day
   */
  action: 'restart' | 'retry' | 'hold' | 'update' | 'offer' | 'link-again' | 'relink' | 'stop';
  code: ReasonCode;
  /** Why the session is not open, one sentence for people. */
  reason: string;
  /** What the operator can do; null when it heals by itself. */
  advice: string | null;
}

/** Who ended it, the code, and, where it matters, the detail (see ConnectionEnd); without a code: any other. */
type Key = EndedBy | `${EndedBy} ${string}`;

const SCAN = 'Scan the QR at /session/qr to link it again.';
const PHONE = 'Open WhatsApp on the phone and follow what it says; then restart this service.';
const UPDATE = 'Update this service if it does not connect by itself within a few hours.';
const NETWORK = 'Check that this machine may reach web.whatsapp.com on port 443.';
const CLOCK = 'Check the clock of this machine, and whether a proxy or firewall opens TLS connections.';

const UNLINKED = row('relink', 'unlinked_by_phone', 'The phone has unlinked this device.', SCAN);
// whatsmeow forgets such a device, too (`ConnectFailureMainDeviceGone`).
const GONE = row(
  'relink',
  'phone_replaced',
  'The phone to which this device was linked is gone from the account.',
  SCAN,
);
const BANNED = row('stop', 'account_banned', 'WhatsApp has banned the account.', PHONE);
const BANNED_FOR_NOW = row(
  'stop',
  'account_banned_for_now',
  'WhatsApp has banned the account for some time.',
  PHONE,
);
const LIMITED = row(
  'hold',
  'rate_limited',
  'WhatsApp has closed the connection because of too many requests.',
  null,
);
const OUTDATED = row('update', 'client_outdated', 'WhatsApp refuses this version of the client.', UPDATE);
const NO_MULTI_DEVICE = row(
  'relink',
  'devices_not_supported',
  'The account cannot link devices.',
  'Update WhatsApp on the phone, then link again.',
);
const REFUSED = row('retry', 'connection_refused', 'WhatsApp has refused the connection.', null);
const INTERNAL = row('retry', 'whatsapp_error', 'WhatsApp reports an internal error.', null);
const UNAVAILABLE = row('retry', 'whatsapp_unavailable', 'WhatsApp is not available at the moment.', null);
const LOST = row('retry', 'connection_lost', 'The connection to WhatsApp was lost.', null);
const NO_NAME = row(
  'retry',
  'dns_failed',
  'The name of the WhatsApp server cannot be resolved.',
  'Check the DNS of this machine.',
);
const UNREACHABLE = row(
  'retry',
  'network_unreachable',
  'WhatsApp cannot be reached over the network.',
  NETWORK,
);
const BAD_CERTIFICATE = row(
  'retry',
  'certificate_untrusted',
  'The WhatsApp server shows a certificate that cannot be trusted.',
  CLOCK,
);

const INTERCEPTED = 'Something between this machine and WhatsApp intercepts TLS connections.';
const NO_INSPECTION =
  'Exclude web.whatsapp.com from TLS inspection in the proxy, firewall or antivirus software of this machine and its network.';
const NOT_VERIFIED = row(
  'retry',
  'server_not_verified',
  `The server could not prove that it is WhatsApp. ${INTERCEPTED} No credentials were sent.`,
  NO_INSPECTION,
);
const NOT_VALID_NOW = row(
  'retry',
  'server_not_verified',
  'The server could not prove that it is WhatsApp: its certificate is expired or not valid yet. No credentials were sent.',
  `Check the clock of this machine. If it is right: ${INTERCEPTED} ${NO_INSPECTION}`,
);

/**
 * What each ending means. Login failures are those of WhatsApp Web's own table (its module WAWebFailureErrorCodes,
 * whatsmeow's types/events `ConnectFailureReason`), stream errors those of whatsmeow's connectionevents.go; codes of
 * `client` are Baileys' own (`DisconnectReason`).
 */
const ENDINGS: Partial<Record<Key, Ending>> = {
  'stream 515': row('restart', 'reconnecting', 'WhatsApp asks for a new connection.', null),
  // With code 401 or without any.
  'stream device_removed': UNLINKED,
  // Another reason, or none: the next login shows whether the link is gone, or the phone.
  'stream 401': LOST,
  'stream 403': LOST,
  'stream 402': BANNED_FOR_NOW,
  // Seen while a device registers (whatsapp-claude-plugin #9).
  'stream 405': OUTDATED,
  'stream 406': BANNED,
  'stream 409': OUTDATED,
  'stream 411': NO_MULTI_DEVICE,
  'stream 429': LIMITED,
  'stream 440': row(
    'hold',
    'other_program_connected',
    'Another program is connected with the same link and has replaced this one.',
    'Stop the other program, or unlink this device on the phone and link it again.',
  ),
  'stream 500': INTERNAL,
  'stream 503': UNAVAILABLE,

  'login 400': REFUSED,
  'login 401': UNLINKED,
  'login 402': BANNED_FOR_NOW,
  'login 403': GONE,
  'login 405': OUTDATED,
  'login 406': BANNED,
  'login 409': OUTDATED,
  'login 411': NO_MULTI_DEVICE,
  'login 429': LIMITED,
  'login 500': INTERNAL,
  'login 501': INTERNAL,
  'login 503': UNAVAILABLE,

  'line ENOTFOUND': NO_NAME,
  'line EAI_AGAIN': NO_NAME,
  'line ECONNREFUSED': UNREACHABLE,
  'line EHOSTUNREACH': UNREACHABLE,
  'line ENETUNREACH': UNREACHABLE,
  'line ETIMEDOUT': UNREACHABLE,
  'line CERT_HAS_EXPIRED': BAD_CERTIFICATE,
  'line CERT_NOT_YET_VALID': BAD_CERTIFICATE,
  'line DEPTH_ZERO_SELF_SIGNED_CERT': BAD_CERTIFICATE,
  'line SELF_SIGNED_CERT_IN_CHAIN': BAD_CERTIFICATE,
  'line UNABLE_TO_GET_ISSUER_CERT_LOCALLY': BAD_CERTIFICATE,
  'line UNABLE_TO_VERIFY_LEAF_SIGNATURE': BAD_CERTIFICATE,
  'line ERR_TLS_CERT_ALTNAME_INVALID': BAD_CERTIFICATE,

  'server certificate': NOT_VERIFIED,
  'server dates': NOT_VALID_NOW,
  // Baileys' own check of the same certificates, in case it finds something first.
  'client 400': NOT_VERIFIED,

  'client 408': row('retry', 'connection_timed_out', 'The connection to WhatsApp timed out.', null),
  'client 411': NO_MULTI_DEVICE,
  'client 428': LOST,

  login: REFUSED,
  stream: LOST,
  line: UNREACHABLE,
  server: NOT_VERIFIED,
  client: LOST,
};

function row(action: Ending['action'], code: ReasonCode, reason: string, advice: string | null): Ending {
  return { action, code, reason, advice };
}

/** Where an ending stands in the table: what it is counted as. */
export function keyOf({ by, code, detail }: ConnectionEnd): Key {
  const keys: Key[] = [`${by} ${code} ${detail}`, `${by} ${detail}`, `${by} ${code}`];
  return keys.find((key) => key in ENDINGS) ?? by;
}

/** Endings that nobody knows are taken for passing faults; the reason then carries what is known. */
export function endingOf(end: ConnectionEnd): Ending {
  const { by, code, detail, message } = end;
  const key = keyOf(end);
  const known = ENDINGS[key];
  if (known && key !== by) return known;
  if (detail?.startsWith('HTTP')) {
    return row(
      'retry',
      'network_intercepted',
      `Something between here and WhatsApp answered the connection with ${detail}.`,
      NETWORK,
    );
  }
  const { action, code: reasonCode, reason, advice } = known ?? LOST;
  return {
    action,
    code: reasonCode,
    reason: `${reason.slice(0, -1)} (${detail ?? code}: ${message}).`,
    advice,
  };
}
