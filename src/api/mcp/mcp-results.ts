import { z } from 'zod';
import type { ContactField } from '../../contacts/contact-fields.js';
import type { ChangePayload } from '../../contacts/payload/change-payload.js';
import type { ContactPayload } from '../../contacts/payload/contact-payload.js';
import { CHANGE_KINDS } from '../../feed/change.js';
import { phoneOf } from '../../kernel/identifiers/address.js';
import type { LookedUpContact } from '../contacts/contact-lookup.service.js';
import type { SessionDto } from '../sessions/session-status.dto.js';

/*
 * Results of the tools. They omit fields without a value and values that repeat another field, because a language model
 * reads every character.
 */

const text = z.string().optional();
const time = z.string().optional().describe('ISO 8601');

const PERSON = {
  id: z.string().describe('Stays the same for as long as the contact exists'),
  full_name: z.string().optional().describe('Saved on the phone of the account'),
  business_name: z.string().optional().describe('Verified by WhatsApp'),
  push_name: z.string().optional().describe('Chosen by the contact'),
  username: text,
  phone: z.string().optional().describe('With country code'),
  lid: z.string().optional().describe('Identifies a contact without a known number'),
};

const person = z.object(PERSON);

export const people = z.object({
  people: z.array(person),
  next_cursor: z.string().optional().describe('For the next page; absent on the last one'),
});

export const details = z.object({
  ...PERSON,
  first_name: text,
  is_business: z.boolean().optional(),
  saved: z.boolean().describe('Whether the contact is saved on the phone of the account'),
  about: z
    .object({ text, emoji: text, hidden: z.boolean().optional(), set_at: time, expires_at: time })
    .optional(),
  picture_updated_at: time,
  identity_key: z.object({ fingerprint: z.string(), since: z.string() }).optional(),
  moved_to: z.string().optional().describe('JID of the number that the contact has moved to'),
  moved_from: z.string().optional().describe('JID of the number that the contact has moved from'),
  updated_at: z.string(),
});

export const lookups = z.object({
  people: z.array(
    z.object({
      query: z.string(),
      contact: z.record(z.string(), z.unknown()).nullable().describe('Null if there is no such contact'),
    }),
  ),
});

export const changes = z.object({
  changes: z.array(
    z.object({
      seq: z.number().int(),
      at: z.string(),
      kind: z.enum(CHANGE_KINDS),
      fields: z.array(z.string()).optional().describe('Changed fields of the contact'),
      contact: person.optional().describe('After the change; only the address if the contact is gone'),
      merged_into: z.string().optional().describe('ID of the contact that this one was merged into'),
      session: z.object({ code: text, reason: text }).optional(),
      webhook: z.object({ id: z.string(), session: text, state: z.string(), reason: z.string() }).optional(),
    }),
  ),
  next: z.number().int().describe('Pass it as after to read the changes that follow'),
  latest: z.number().int().describe('Sequence number of the last change'),
});

export const session = z.object({
  name: z.string(),
  status: z.string(),
  since: z.string(),
  reason_code: text,
  reason: text,
  advice: text,
  retry_at: time,
  degraded: z.array(z.object({ code: z.string(), message: z.string(), since: z.string() })).optional(),
  phone: z.string().optional().describe('Number of the linked account'),
  push_name: text,
  contacts: z.object({
    count: z.number().int(),
    sync: z.enum(['partial', 'complete']),
    checked_at: time,
    repaired: z.number().int(),
  }),
});

/** The fields that toPerson() reads. */
export const PERSON_FIELDS = [
  'id',
  'full_name',
  'business_name',
  'push_name',
  'username',
  'phone',
  'lid',
] as const satisfies ContactField[];

export type Person = Pick<ContactPayload, (typeof PERSON_FIELDS)[number]>;

export function toPerson(contact: Person): z.infer<typeof person> {
  const { id, full_name: fullName, business_name: businessName, push_name: pushName } = contact;
  return present({
    id,
    full_name: fullName,
    business_name: businessName === fullName ? null : businessName,
    push_name: pushName === fullName || pushName === businessName ? null : pushName,
    username: contact.username,
    phone: contact.phone,
    lid: contact.phone === null ? contact.lid : null,
  });
}

export function toPersonDetails(contact: ContactPayload): z.infer<typeof details> {
  const { about, picture, identity_key: key } = contact;
  return present({
    ...toPerson(contact),
    lid: contact.lid,
    first_name: contact.first_name,
    is_business: contact.is_business,
    saved: contact.saved,
    about: about && present({ ...about, hidden: about.hidden || null }),
    picture_updated_at: picture?.updated_at,
    identity_key: key && { fingerprint: key.fingerprint, since: key.since },
    moved_to: contact.moved_to,
    moved_from: contact.moved_from,
    updated_at: contact.updated_at,
  });
}

export function toLookups(items: LookedUpContact[]): z.infer<typeof lookups> {
  return { people: items.map(({ query, contact }) => ({ query, contact: contact && present(contact) })) };
}

/** @param change with all fields of the contact */
export function toCompactChange(change: ChangePayload): z.infer<typeof changes>['changes'][number] {
  const { seq, at, kind, id, jid, lid, fields, contact, session: event, webhook } = change;
  const gone = id === null ? null : present({ id, phone: jid && phoneOf(jid), lid: jid ? null : lid });
  return present({
    seq,
    at,
    kind,
    fields: fields.length > 0 ? fields : null,
    contact: contact ? toPerson(contact as ContactPayload) : gone,
    merged_into: change.merged_into,
    session: event && present({ code: event.code, reason: event.reason }),
    webhook: webhook && present({ ...webhook }),
  });
}

export function toSessionResult(name: string, status: SessionDto): z.infer<typeof session> {
  const { degraded } = status;
  return present({
    name,
    status: status.status,
    since: status.since,
    reason_code: status.reason_code,
    reason: status.reason,
    advice: status.advice,
    retry_at: status.retry_at,
    degraded: degraded.length > 0 ? degraded : null,
    phone: status.phone,
    push_name: status.push_name,
    contacts: present({ ...status.contacts }),
  });
}

type Present<T> = {
  [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]>;
};

/** Removes fields that are null or undefined. */
function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== null && each !== undefined),
  ) as Present<T>;
}
