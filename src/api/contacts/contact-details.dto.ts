import type {
  AboutPayload,
  ContactKeysPayload,
  ContactPayload,
  IdentityKeyPayload,
  PicturePayload,
  SeenKeyPayload,
} from '../../contacts/payload/contact-payload.js';

/** The about text of a contact. */
export class AboutDto implements AboutPayload {
  /** `""` if the contact has none; null if the contact hides it from this account. */
  text: string | null;
  /** Emoji of the about, separate from the text. */
  emoji: string | null;
  hidden: boolean;
  /** ISO 8601; null if WhatsApp did not report it. */
  set_at: string | null;
  /** ISO 8601; null if the about does not expire. */
  expires_at: string | null;
}

export class PictureDto implements PicturePayload {
  id: string | null;
  /** Path of the image. */
  url: string;
  /** ISO 8601. */
  updated_at: string;
}

/** Public key for which messages to a contact are encrypted. */
export class IdentityKeyDto implements IdentityKeyPayload {
  /** 32 bytes in base64. */
  key: string;
  /** SHA-256 of the key, in hex. */
  fingerprint: string;
  /** Time when the key was first seen, ISO 8601. */
  since: string;
}

/** All data of a contact. Unknown values are null, unlike in `/getcontact` and `/getcontacts`. */
export class ContactDetailsDto implements ContactPayload {
  /** Opaque; stays the same for as long as the contact exists, even if its number or LID changes. */
  id: string;
  /** Null if only the LID is known. */
  jid: string | null;
  /** Phone number with country code, digits only. */
  phone: string | null;
  lid: string | null;
  /** Without the leading `@`. */
  username: string | null;
  push_name: string | null;
  full_name: string | null;
  first_name: string | null;
  /** Business name, verified by WhatsApp. */
  business_name: string | null;
  is_business: boolean | null;
  /** Null if unknown. */
  about: AboutDto | null;
  /** Null if there is none, it is hidden, or it is unknown; `GET /contacts/{phone}/picture` returns the reason. */
  picture: PictureDto | null;
  /** Null if unknown. */
  identity_key: IdentityKeyDto | null;
  /** Whether the contact is saved on the phone. */
  saved: boolean;
  /** JID of the new number after a number change. */
  moved_to: string | null;
  /** JID of the previous number after a number change. */
  moved_from: string | null;
  updated_at: string;
}

/** A current or earlier identity key of a contact. */
export class SeenKeyDto implements SeenKeyPayload {
  /** 32 bytes in base64. */
  key: string;
  /** SHA-256 of the key, in hex. */
  fingerprint: string;
  /** ISO 8601. */
  first_seen_at: string;
  /** ISO 8601. */
  last_seen_at: string;
  /** Whether this is the current key. */
  current: boolean;
}

/** Response of `GET /contacts/{phone}/keys`, the current key first. */
export class ContactKeysDto implements ContactKeysPayload {
  /** ID of the contact. */
  id: string;
  jid: string | null;
  lid: string | null;
  keys: SeenKeyDto[];
}

/** Response of `POST /contacts/{phone}/refresh`. */
export class RefreshRequestedDto {
  requested: true;
  message: string;
}
