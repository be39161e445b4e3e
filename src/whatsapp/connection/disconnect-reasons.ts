import { PROXY_ADVICE, type ProxyFailure } from '../../kernel/network/proxy-error.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { ConnectionEnd, EndedBy } from './connection-end.js';

/** Why a connection ended, and the response of this service. */
export interface DisconnectReason {
  /**
   * - `restart`: reconnect immediately
   * - `retry`: reconnect with exponential backoff
   * - `hold`: the same with minutes of delay; another program uses this session, or WhatsApp requests the delay
   * - `update`: reconnect with a newer version of the client if there is one; otherwise like `stop`
   * - `offer`: the QR code was not scanned; show new ones
   * - `link-again`: an attempt to link failed; offer another one soon
   * - `relink`: the device is unlinked; delete its credentials and offer a new QR code
   * - `stop`: only the user can solve the problem; try again a few times a day
   */
  action: 'restart' | 'retry' | 'hold' | 'update' | 'offer' | 'link-again' | 'relink' | 'stop';
  code: ReasonCode;
  /** One sentence for users. */
  reason: string;
  /** Advice for the operator; null if no action is required. */
  advice: string | null;
}

/** Origin, and code or detail; see ConnectionEnd. A key without a code or detail matches all others. */
type Key = EndedBy | `${EndedBy} ${string}`;

const SCAN = 'Scan the QR code at /session/qr to link the account again.';
const PHONE = 'Open WhatsApp on the phone and follow its instructions, then restart this service.';
const UPDATE = 'If it does not connect within a few hours, update this service.';
const NETWORK = 'Check that this machine can reach web.whatsapp.com on port 443.';
const CLOCK = 'Check the clock of this machine, and whether a proxy or firewall intercepts TLS connections.';

const UNLINKED = row('relink', 'unlinked_by_phone', 'The phone has unlinked this device.', SCAN);
// whatsmeow also deletes such a device (`ConnectFailureMainDeviceGone`).
const GONE = row(
  'relink',
  'phone_replaced',
  'The phone that this device was linked to no longer belongs to the account.',
  SCAN,
);
const BANNED = row('stop', 'account_banned', 'WhatsApp has banned the account.', PHONE);
const BANNED_FOR_NOW = row(
  'stop',
  'account_banned_for_now',
  'WhatsApp has banned the account temporarily.',
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
const UNAVAILABLE = row('retry', 'whatsapp_unavailable', 'WhatsApp is currently unavailable.', null);
const LOST = row('retry', 'connection_lost', 'The connection to WhatsApp was lost.', null);
const NO_NAME = row(
  'retry',
  'dns_failed',
  'The name of the WhatsApp server could not be resolved.',
  'Check the DNS configuration of this machine.',
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
  'The WhatsApp server has an untrusted certificate.',
  CLOCK,
);

const INTERCEPTED = 'Something between this machine and WhatsApp intercepts TLS connections.';
const NO_INSPECTION =
  'Exclude web.whatsapp.com from TLS inspection in the proxy, firewall or antivirus software of this machine and its ' +
  'network.';
const NOT_VERIFIED = row(
  'retry',
  'server_not_verified',
  `The server could not prove that it is WhatsApp. ${INTERCEPTED} No credentials were sent.`,
  NO_INSPECTION,
);
const NOT_VALID_NOW = row(
  'retry',
  'server_not_verified',
  'The server could not prove that it is WhatsApp: its certificate is expired or not valid yet. No credentials were ' +
    'sent.',
  `Check the clock of this machine. If it is correct: ${INTERCEPTED} ${NO_INSPECTION}`,
);

/**
 * All disconnect reasons. Sources: WhatsApp Web's module WAWebFailureErrorCodes and whatsmeow's `ConnectFailureReason`
 * for `login`, whatsmeow's connectionevents.go for `stream`, and Baileys' `DisconnectReason` for `client`.
 */
const REASONS: Partial<Record<Key, DisconnectReason>> = {
  'stream 515': row('restart', 'reconnecting', 'WhatsApp requests a new connection.', null),
  // Sent with code 401 or without a code.
  'stream device_removed': UNLINKED,
  // The next login shows whether the device is still linked.
  'stream 401': LOST,
  'stream 403': LOST,
  'stream 402': BANNED_FOR_NOW,
  // Observed while a device registers (whatsapp-claude-plugin #9).
  'stream 405': OUTDATED,
  'stream 406': BANNED,
  'stream 409': OUTDATED,
  'stream 411': NO_MULTI_DEVICE,
  'stream 429': LIMITED,
  'stream 440': row(
    'hold',
    'other_program_connected',
    'Another program has connected as the same linked device and replaced this connection.',
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

  'proxy unreachable': proxyRow('proxy_unreachable', 'unreachable'),
  'proxy unauthorized': proxyRow('proxy_unauthorized', 'unauthorized'),
  'proxy refused': proxyRow('proxy_refused', 'refused'),

  'server certificate': NOT_VERIFIED,
  'server dates': NOT_VALID_NOW,
  // Baileys checks the same certificates, and may do so first.
  'client 400': NOT_VERIFIED,

  'client 408': row('retry', 'connection_timed_out', 'The connection to WhatsApp timed out.', null),
  'client 411': NO_MULTI_DEVICE,
  'client 428': LOST,

  login: REFUSED,
  stream: LOST,
  line: UNREACHABLE,
  proxy: UNREACHABLE,
  server: NOT_VERIFIED,
  client: LOST,
};

function row(
  action: DisconnectReason['action'],
  code: ReasonCode,
  reason: string,
  advice: string | null,
): DisconnectReason {
  return { action, code, reason, advice };
}

/** The reason is the message of the end, which contains the address of the proxy. */
function proxyRow(code: ReasonCode, failure: ProxyFailure): DisconnectReason {
  return row('retry', code, 'The proxy did not connect to WhatsApp.', PROXY_ADVICE[failure]);
}

/** Returns the most specific key of the table for the end of a connection, which is also its label in the metrics. */
export function disconnectKeyOf({ by, code, detail }: ConnectionEnd): Key {
  const keys: Key[] = [`${by} ${code} ${detail}`, `${by} ${detail}`, `${by} ${code}`];
  return keys.find((key) => key in REASONS) ?? by;
}

/**
 * Returns the reason for the end of a connection. Unknown ends are handled as temporary failures, and include the code.
 */
export function disconnectReasonOf(end: ConnectionEnd): DisconnectReason {
  const { by, code, detail, message } = end;
  const key = disconnectKeyOf(end);
  const known = REASONS[key];
  if (known && by === 'proxy') return { ...known, reason: message };
  if (known && key !== by) return known;
  if (detail?.startsWith('HTTP')) {
    return row(
      'retry',
      'network_intercepted',
      `A server between this machine and WhatsApp answered the connection with ${detail}.`,
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
