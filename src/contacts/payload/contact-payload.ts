import { createHash } from 'node:crypto';
import { phoneOf } from '../../kernel/identifiers/address.js';
import { contactIdOf, hasPicture, type ContactRow } from '../contact-row.js';
import type { KeyRow } from '../read/contact-details.repository.js';

/** The fields of AboutDto. */
export interface AboutPayload {
  text: string | null;
  emoji: string | null;
  hidden: boolean;
  set_at: string | null;
  expires_at: string | null;
}

/** The fields of PictureDto. */
export interface PicturePayload {
  id: string | null;
  url: string;
  updated_at: string;
}

/** The fields of IdentityKeyDto. */
export interface IdentityKeyPayload {
  key: string;
  fingerprint: string;
  since: string;
}

/** A contact in responses of the API, in changes and in webhooks; ContactDetailsDto describes the fields. */
export interface ContactPayload {
  id: string;
  jid: string | null;
  phone: string | null;
  lid: string | null;
  username: string | null;
  push_name: string | null;
  full_name: string | null;
  first_name: string | null;
  business_name: string | null;
  is_business: boolean | null;
  about: AboutPayload | null;
  picture: PicturePayload | null;
  identity_key: IdentityKeyPayload | null;
  saved: boolean;
  moved_to: string | null;
  moved_from: string | null;
  updated_at: string;
}

/** The fields of SeenKeyDto. */
export interface SeenKeyPayload {
  key: string;
  fingerprint: string;
  first_seen_at: string;
  last_seen_at: string;
  current: boolean;
}

/** The identity keys of a contact; ContactKeysDto describes the fields. */
export interface ContactKeysPayload {
  id: string;
  jid: string | null;
  lid: string | null;
  keys: SeenKeyPayload[];
}

/** @param pathPrefix below which the session's routes stand */
export function toDetails(person: ContactRow, pathPrefix: string): ContactPayload {
  const { jid, lid } = person;
  return {
    id: contactIdOf(person.id),
    jid,
    phone: jid && phoneOf(jid),
    lid,
    username: person.username,
    push_name: person.push_name,
    full_name: person.full_name,
    first_name: person.first_name,
    business_name: person.business_name,
    is_business: person.is_business,
    about: toAbout(person),
    picture: toPicture(person, pathPrefix),
    identity_key: toIdentityKey(person),
    saved: person.saved,
    moved_to: person.moved_to,
    moved_from: person.moved_from,
    updated_at: person.updated_at.toISOString(),
  };
}

export function toKeys({ id, jid, lid }: ContactRow, keys: KeyRow[]): ContactKeysPayload {
  return {
    id: contactIdOf(id),
    jid,
    lid,
    keys: keys.map((row) => ({
      ...toKey(row.key),
      first_seen_at: row.first_seen_at.toISOString(),
      last_seen_at: row.last_seen_at.toISOString(),
      current: row.is_current,
    })),
  };
}

function toAbout(person: ContactRow): AboutPayload | null {
  if (person.about_state === null) return null;
  return {
    text: person.about,
    emoji: person.about_emoji,
    hidden: person.about_state === 'hidden',
    set_at: person.about_set_at?.toISOString() ?? null,
    expires_at: person.about_expires_at?.toISOString() ?? null,
  };
}

function toPicture(person: ContactRow, pathPrefix: string): PicturePayload | null {
  const { picture_updated_at: updatedAt } = person;
  if (!hasPicture(person) || !updatedAt) return null;
  const user = person.jid ? phoneOf(person.jid) : person.lid;
  return {
    id: person.picture_id,
    url: `${pathPrefix}/contacts/${user}/picture`,
    updated_at: updatedAt.toISOString(),
  };
}

function toIdentityKey({ key, key_since: since }: ContactRow): IdentityKeyPayload | null {
  if (key === null || since === null) return null;
  return { ...toKey(Buffer.from(key, 'base64')), since: since.toISOString() };
}

function toKey(key: Buffer): { key: string; fingerprint: string } {
  return { key: key.toString('base64'), fingerprint: createHash('sha256').update(key).digest('hex') };
}
