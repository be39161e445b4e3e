import { IsString, Matches, type ValidationArguments } from 'class-validator';
import type { DegradationCode } from '../../sessions/degradation.entity.js';
import type { PasskeyStep } from '../../sessions/link-offer.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { SessionStatus } from '../../sessions/session.entity.js';

export class DegradationDto {
  code: DegradationCode;
  /** One or two sentences for people. */
  message: string;
  /** ISO 8601. */
  since: string;
}

export class PasskeyStatusDto {
  /**
   * `assertion`: a browser has to confirm with the passkey (GET /session/passkey); `waiting`: for WhatsApp and the
   * phone; `compare`: a person has to compare the code with the phone's (POST /session/passkey/confirm).
   */
  step: PasskeyStep;
  /** XXXX-XXXX while it is to be compared, otherwise null. */
  code: string | null;
  /** When the step has to be done, ISO 8601. After it linking begins anew. */
  expires_at: string;
}

/** A pairing code to enter on the phone. */
export class PairingCodeDto {
  /** 8 characters. */
  code: string;
  /** ISO 8601. */
  expires_at: string;
}

export class ProfilesDto {
  /** Who can be asked about. */
  people: number;
  /** Who has been asked about at least once. */
  fetched: number;
  /** Who is to be asked about, for the first time or again. */
  due: number;
  /** Why nobody, or only those whom somebody wants, are asked about at the moment; null when all are. */
  paused: string | null;
}

/** A pairing code that waits to be entered. */
export class PairingOfferDto {
  /** ISO 8601. */
  expires_at: string;
}

/** How complete the contacts of an account are. */
export class ContactsDto {
  count: number;
  /** `partial` until the first sync after linking is complete. */
  sync: 'partial' | 'complete';
  /** When the address book was last compared with a whole copy of the server's, ISO 8601; null before the first. */
  checked_at: string | null;
  /** Contacts that such comparisons have put right, ever. */
  repaired: number;
}

/** The version of WhatsApp Web that the session reports to WhatsApp, as in `2.3000.1043857760`. */
export class ClientVersionDto {
  /** Version of the last connection; null before the first. */
  version: string | null;
  /** Newest known version, which the next connection reports; null until a session process has started. */
  newest: string | null;
  /**
   * When `newest` was last confirmed as WhatsApp's current version, ISO 8601. Phones refuse to link clients that are months old.
   */
  current_at: string | null;
  /** When WhatsApp will refuse `version`, ISO 8601; null if it has not announced a date. */
  expires_at: string | null;
}

/** The body of `GET /session`. */
export class SessionDto {
  status: SessionStatus;
  /** Why the session is not open, or what is wrong while it is; null when all is well. It stays the same when the words change. */
  reason_code: ReasonCode | null;
  /** The same in words. */
  reason: string | null;
  /** What to do about it; null when nothing is needed. */
  advice: string | null;
  /** What is wrong though the session works; empty when nothing is. The codes are stable, the messages are not. */
  degraded: DegradationDto[];
  /** Since when the status is what it is, ISO 8601. */
  since: string;
  /** When the next attempt to connect is due, ISO 8601; null when none is planned. */
  retry_at: string | null;
  /** Text of the QR code to scan; null when there is nothing to scan. */
  qr: string | null;
  /** Until when that QR code links, ISO 8601; another one follows. */
  qr_expires_at: string | null;
  /** A pairing code that waits to be entered on the phone (GET /session/pairing-code shows it); null when there is none. */
  pairing_code: PairingOfferDto | null;
  /** The passkey ceremony that WhatsApp has asked for; null when it has not. */
  passkey: PasskeyStatusDto | null;
  /** The linked account; null while none is linked. */
  phone: string | null;
  jid: string | null;
  push_name: string | null;
  /** Of the account that is served: the linked one, or the last one. */
  contacts: ContactsDto;
  /** How far about, picture, business name and identity key of that account's people have been fetched. */
  profiles: ProfilesDto;
  client: ClientVersionDto;
}

function explain({ value }: ValidationArguments): string {
  const given = value === undefined ? 'missing' : JSON.stringify(value);
  return (
    `phone is ${given}; it must be the number of the account to link, with country code, 7 to 15 digits without ` +
    '"+", spaces or a leading zero, for example {"phone": "491701234567"}.'
  );
}

/** The body of `POST /session/pairing-code`. */
export class PairingCodeRequest {
  @IsString({ message: explain })
  @Matches(/^[1-9]\d{6,14}$/, { message: explain })
  phone: string;
}

/** The answer of `DELETE /session`. */
export class UnlinkedDto {
  unlinked: true;
  message: string;
}
