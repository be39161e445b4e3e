import type { Jid, Lid } from '../kernel/identifiers/address.js';
import type { PictureState } from './entities/contact-picture.entity.js';

/** A contact as callers see it: columns of Contact, ContactPicture and the current IdentityKey. */
export interface ContactRow {
  /** The prefix of the account, and the number of the row. Unique across accounts and deployments. */
  id: string;
  jid: Jid | null;
  lid: Lid | null;
  username: string | null;
  push_name: string | null;
  full_name: string | null;
  first_name: string | null;
  business_name: string | null;
  is_business: boolean | null;
  about: string | null;
  about_set_at: Date | null;
  about_state: 'known' | 'hidden' | null;
  about_emoji: string | null;
  about_expires_at: Date | null;
  saved: boolean;
  moved_to: Jid | null;
  moved_from: Jid | null;
  updated_at: Date;
  picture_state: PictureState | null;
  picture_id: string | null;
  picture_bytes: number | null;
  picture_updated_at: Date | null;
  /** Base64. */
  key: string | null;
  key_since: Date | null;
}

/** A ContactRow as JSON of Postgres, with times as text. Its ID is only the number of the row. */
export type ContactRowJson = { [Field in keyof ContactRow]: JsonOf<ContactRow[Field]> };
type JsonOf<T> = T extends Date ? string : T;

/** @param id as callers see it */
export function fromJson(json: ContactRowJson, id: string): ContactRow {
  const time = (text: string | null) => (text === null ? null : new Date(text));
  return {
    ...json,
    id,
    about_set_at: time(json.about_set_at),
    about_expires_at: time(json.about_expires_at),
    updated_at: new Date(json.updated_at),
    picture_updated_at: time(json.picture_updated_at),
    key_since: time(json.key_since),
  };
}

/** Returns whether a picture exists. Its bytes may be evicted, or those of the previous picture. */
export function hasPicture({
  picture_state: state,
  picture_bytes: bytes,
}: Pick<ContactRow, 'picture_state' | 'picture_bytes'>): boolean {
  return state === 'present' || (state === 'changed' && bytes !== null);
}
