import type {
  AboutPayload,
  ContactKeysPayload,
  ContactPayload,
  IdentityKeyPayload,
  PicturePayload,
  SeenKeyPayload,
} from '../../contacts/payload/contact-payload.js';

/** What a person says of themselves. */
export class AboutDto implements AboutPayload {
  /** `""` when the person has none; null when it is hidden from this account. */
  text: string | null;
  /** It may stand before the text. */
  emoji: string | null;
  hidden: boolean;
  /** ISO 8601; null where WhatsApp did not say. */
  set_at: string | null;
  /** After it there is none, ISO 8601; null: it does not expire. */
  expires_at: string | null;
}

export class PictureDto implements PicturePayload {
  id: string | null;
  /** Path of the image. */
  url: string;
  /** ISO 8601. */
  updated_at: string;
}

/** The public key that messages to a person are encrypted for. */
export class IdentityKeyDto implements IdentityKeyPayload {
  /** 32 bytes in base64. */
  key: string;
  /** SHA-256 of the key, in hex. */
  fingerprint: string;
  /** When it was first seen, ISO 8601. */
  since: string;
}

/** Everything that is known of a person; unlike in the two routes of names, null where nothing is known. */
export class ContactDetailsDto implements ContactPayload {
  /** Opaque; the same for as long as the person is one contact, whatever becomes of number and LID. */
  id: string;
  /** Null while only the LID is known. */
  jid: string | null;
  /** The number, digits only. */
  phone: string | null;
  lid: string | null;
  /** Without the `@` before it. */
  username: string | null;
  push_name: string | null;
  full_name: string | null;
  first_name: string | null;
  /** As verified by WhatsApp. */
  business_name: string | null;
  is_business: boolean | null;
  /** Null: unknown. */
  about: AboutDto | null;
  /** Null: none, hidden or unknown; the route of `url` says which. */
  picture: PictureDto | null;
  /** Null: unknown. */
  identity_key: IdentityKeyDto | null;
  /** Whether it stands in the phone's address book. */
  saved: boolean;
  /** JIDs of the person's next and former number. */
  moved_to: string | null;
  moved_from: string | null;
  updated_at: string;
}

/** An identity key that a person has, or had. */
export class SeenKeyDto implements SeenKeyPayload {
  /** 32 bytes in base64. */
  key: string;
  /** SHA-256 of the key, in hex. */
  fingerprint: string;
  /** ISO 8601. */
  first_seen_at: string;
  /** ISO 8601. */
  last_seen_at: string;
  /** Whether it is the one that counts now. */
  current: boolean;
}

/** The answer of `GET /contacts/{phone}/keys`, the current key first. */
export class ContactKeysDto implements ContactKeysPayload {
  /** Of the contact. */
  id: string;
  jid: string | null;
  lid: string | null;
  keys: SeenKeyDto[];
}

/** The answer of `POST /contacts/{phone}/refresh`. */
export class RefreshRequestedDto {
  requested: true;
  message: string;
}
