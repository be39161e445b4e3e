import type { DegradationCode } from '../../sessions/degradation.entity.js';
import type { PasskeyStep } from '../../sessions/link-offer.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { SessionStatus } from '../../sessions/session.entity.js';

export class DegradationDto {
  code: DegradationCode;
  /** Explanation for people. */
  message: string;
  /** ISO 8601. */
  since: string;
}

export class PasskeyStatusDto {
  /**
   * `assertion`: the passkey must be confirmed in a browser (GET /session/passkey); `waiting`: waiting for WhatsApp and
   * the phone; `compare`: the user must check that the phone shows the same code (POST /session/passkey/confirm).
   */
  step: PasskeyStep;
  /** XXXX-XXXX in step `compare`, otherwise null. */
  code: string | null;
  /** End of this step, ISO 8601. Linking then starts again. */
  expires_at: string;
}

export class ProfilesDto {
  /** Number of contacts whose profile can be fetched. */
  people: number;
  /** Number of contacts that were fetched at least once. */
  fetched: number;
  /** Number of contacts that are waiting to be fetched, for the first time or again. */
  due: number;
  /** Why profile fetches are paused or limited to requested contacts; otherwise null. */
  paused: string | null;
}

/** The current pairing code, without the code itself. */
export class PairingOfferDto {
  /** ISO 8601. */
  expires_at: string;
}

/** Progress of synchronizing the contacts of an account. */
export class ContactsDto {
  /** Number of contacts that `GET /getcontacts` lists. */
  count: number;
  /** Number of contacts that `GET /contacts` lists, including those without a number. */
  total: number;
  /** `partial` until the first sync after linking is complete. */
  sync: 'partial' | 'complete';
  /** Time of the last reconciliation with WhatsApp, ISO 8601; null before the first one. */
  checked_at: string | null;
  /** Number of contacts that all reconciliations have corrected. */
  repaired: number;
}

/** The version of WhatsApp Web that the session reports to WhatsApp, for example `2.3000.1043857760`. */
export class ClientVersionDto {
  /** Version of the last connection; null before the first one. */
  version: string | null;
  /** Newest known version, which the next connection reports; null until a session process has started. */
  newest: string | null;
  /**
   * Time when `newest` was last confirmed as WhatsApp's current version, ISO 8601. Phones refuse to link clients that
   * are months old.
   */
  current_at: string | null;
  /** Time when WhatsApp will refuse `version`, ISO 8601; null if it has not announced one. */
  expires_at: string | null;
}

/** An account that is or was linked. */
export class LastAccountDto {
  phone: string;
  push_name: string | null;
}

/** Response of `GET /session`. */
export class SessionDto {
  /** Name for users; null if none is set. */
  display_name: string | null;
  status: SessionStatus;
  /** Why the session is not open, or which problem it has; null if there is no problem. Stable. */
  reason_code: ReasonCode | null;
  /** Explanation of `reason_code` for people. */
  reason: string | null;
  /** Recommended action; null if none is needed. */
  advice: string | null;
  /** Problems of a session that works; empty if there are none. Codes are stable, messages are not. */
  degraded: DegradationDto[];
  /** Start of this status, ISO 8601. */
  since: string;
  /** Time since which no changes arrive from WhatsApp, ISO 8601; null while the session is open, or if unknown. */
  offline_since: string | null;
  /** Time of the next connection attempt, ISO 8601; null if none is planned. */
  retry_at: string | null;
  /** Text of the current QR code; null if there is none. */
  qr: string | null;
  /** Time when this QR code expires and is replaced, ISO 8601. */
  qr_expires_at: string | null;
  /** The current pairing code (see GET /session/pairing-code); null if there is none. */
  pairing_code: PairingOfferDto | null;
  /** The current passkey request; null if there is none. */
  passkey: PasskeyStatusDto | null;
  /** Number of the linked account; null if none is linked. */
  phone: string | null;
  /** JID of the linked account; null if none is linked. */
  jid: string | null;
  /** Push name of the linked account; null if none is linked. */
  push_name: string | null;
  /** The linked account, or the last one; null before the first link. */
  last_account: LastAccountDto | null;
  /** Contacts of the linked account, or of the last one. */
  contacts: ContactsDto;
  /** Progress of fetching about, picture, business name and identity key of these contacts. */
  profiles: ProfilesDto;
  client: ClientVersionDto;
  /**
   * Proxy of the session, without user name and password, for example `socks5://proxy.example.com:1080`; null if the
   * proxies in the environment apply.
   */
  proxy: string | null;
}
