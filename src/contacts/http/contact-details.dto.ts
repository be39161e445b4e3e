/** Everything that is known of a person; unlike in the two routes of names, null where nothing is known. */
export interface ContactDetailsDto {
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
  /**
   * Null: unknown. `text` is `""` when the person has none, and null when it is hidden from this account; `emoji` may
   * stand before it. After `expires_at` there is none.
   */
  about: {
    text: string | null;
    emoji: string | null;
    hidden: boolean;
    set_at: string | null;
    expires_at: string | null;
  } | null;
  /** Null: none, hidden or unknown; the route of `url` says which. */
  picture: { id: string | null; url: string; updated_at: string } | null;
  /** `key` in base64, 32 bytes; `fingerprint` its SHA-256 in hex; `since`: when it was first seen. */
  identity_key: { key: string; fingerprint: string; since: string } | null;
  /** Whether it stands in the phone's address book. */
  saved: boolean;
  /** JIDs of the person's next and former number. */
  moved_to: string | null;
  moved_from: string | null;
  updated_at: string;
}

/** The answer of `GET /contacts/{phone}/keys`, the current key first. */
export interface ContactKeysDto {
  jid: string | null;
  lid: string | null;
  keys: {
    key: string;
    fingerprint: string;
    first_seen_at: string;
    last_seen_at: string;
    current: boolean;
  }[];
}
