import { createHash } from 'node:crypto';
import { phoneOf } from '../../kernel/identifiers/address.js';
import type { ContactDetailsDto, ContactKeysDto } from '../../api/contacts/contact-details.dto.js';
import { contactIdOf, hasPicture, type PersonRow } from '../person.js';
import type { KeyRow } from '../read/contact-details.repository.js';

/** @param pathPrefix below which the session's routes stand */
export function toDetails(person: PersonRow, pathPrefix: string): ContactDetailsDto {
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

export function toKeys({ id, jid, lid }: PersonRow, keys: KeyRow[]): ContactKeysDto {
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

function toAbout(person: PersonRow): ContactDetailsDto['about'] {
  if (person.about_state === null) return null;
  return {
    text: person.about,
    emoji: person.about_emoji,
    hidden: person.about_state === 'hidden',
    set_at: person.about_set_at?.toISOString() ?? null,
    expires_at: person.about_expires_at?.toISOString() ?? null,
  };
}

function toPicture(person: PersonRow, pathPrefix: string): ContactDetailsDto['picture'] {
  const { picture_updated_at: updatedAt } = person;
  if (!hasPicture(person) || !updatedAt) return null;
  const user = person.jid ? phoneOf(person.jid) : person.lid;
  return {
    id: person.picture_id,
    url: `${pathPrefix}/contacts/${user}/picture`,
    updated_at: updatedAt.toISOString(),
  };
}

function toIdentityKey({ key, key_since: since }: PersonRow): ContactDetailsDto['identity_key'] {
  if (key === null || since === null) return null;
  return { ...toKey(Buffer.from(key, 'base64')), since: since.toISOString() };
}

function toKey(key: Buffer): { key: string; fingerprint: string } {
  return { key: key.toString('base64'), fingerprint: createHash('sha256').update(key).digest('hex') };
}
