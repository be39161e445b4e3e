import { createHash } from 'node:crypto';
import { phoneOf } from '../../kernel/identifiers/address.js';
import type { ContactField } from '../contact-fields.js';
import { type ContactRow, hasPicture } from '../contact-row.js';
import type { KeyRow } from '../read/contact-details.repository.js';

export interface AboutPayload {
  text: string | null;
  emoji: string | null;
  hidden: boolean;
  set_at: string | null;
  expires_at: string | null;
}

export interface PicturePayload {
  id: string | null;
  url: string;
  updated_at: string;
}

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

/** @param pathPrefix path of the session's routes */
export function toDetails(contact: ContactRow, pathPrefix: string): ContactPayload {
  const { jid, lid } = contact;
  return {
    id: contact.id,
    jid,
    phone: jid && phoneOf(jid),
    lid,
    username: contact.username,
    push_name: contact.push_name,
    full_name: contact.full_name,
    first_name: contact.first_name,
    business_name: contact.business_name,
    is_business: contact.is_business,
    about: toAbout(contact),
    picture: toPicture(contact, pathPrefix),
    identity_key: toIdentityKey(contact),
    saved: contact.saved,
    moved_to: contact.moved_to,
    moved_from: contact.moved_from,
    updated_at: contact.updated_at.toISOString(),
  } satisfies Record<ContactField, unknown>;
}

export function toKeys({ id, jid, lid }: ContactRow, keys: KeyRow[]): ContactKeysPayload {
  return {
    id,
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

function toAbout(contact: ContactRow): AboutPayload | null {
  if (contact.about_state === null) return null;
  return {
    text: contact.about,
    emoji: contact.about_emoji,
    hidden: contact.about_state === 'hidden',
    set_at: contact.about_set_at?.toISOString() ?? null,
    expires_at: contact.about_expires_at?.toISOString() ?? null,
  };
}

function toPicture(contact: ContactRow, pathPrefix: string): PicturePayload | null {
  const { picture_updated_at: updatedAt } = contact;
  if (!hasPicture(contact) || !updatedAt) return null;
  const user = contact.jid ? phoneOf(contact.jid) : contact.lid;
  return {
    id: contact.picture_id,
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
